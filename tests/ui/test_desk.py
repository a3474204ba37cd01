"""Every interaction is admitted in one place, and whatever fails is told in one place, which never fails itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import discord
import pytest

from bot.domain.access import Action
from bot.errors import CadError, CadErrorKind, Expired, InvalidFields, Question, Refused, Sent
from bot.services.turn import Intent
from bot.telemetry import REFERENCE
from bot.ui.desk import actor_of
from bot.ui.failures import NO, failure_reply, question_reply
from bot.ui.reply import Button, Tone
from bot.ui.router import Router
from tests.community import PIA, PLAYER_ROLE, STAFF_ROLE
from tests.ui.people import Interaction, admitted, member, refused_by_discord, visit_of

if TYPE_CHECKING:
    from bot.services.tickets import Tickets
    from bot.telemetry import Metrics
    from bot.ui.desk import Desk
    from bot.ui.visit import Visit
    from tests.community import Town


@dataclass(frozen=True, kw_only=True)
class Something(Intent):
    """What somebody wants in these tests."""


def test_roles_are_those_of_the_interaction() -> None:
    interaction = Interaction()
    interaction.user = member(STAFF_ROLE, PLAYER_ROLE)
    assert actor_of(cast("discord.Interaction", interaction)).role_ids == {STAFF_ROLE, PLAYER_ROLE}
    interaction.user = cast("Any", discord.Object(PIA))
    assert actor_of(cast("discord.Interaction", interaction)).role_ids == frozenset()


def test_a_visit_is_opened_once_and_named_in_the_log(desk: Desk) -> None:
    interaction = Interaction()
    visit = visit_of(desk, interaction)
    assert visit_of(desk, interaction) is visit
    assert REFERENCE.get() == visit.reference


@pytest.mark.parametrize(("guild_id", "key"), [(None, "guild-only"), (1, "guild-not-set-up")])
def test_elsewhere_nobody_is_admitted(desk: Desk, guild_id: int | None, key: str) -> None:
    visit = visit_of(desk, Interaction(guild_id=guild_id))
    with pytest.raises(Refused) as caught:
        desk.admit(visit, (Action.LINK,), PIA)
    assert caught.value.key == key


def test_every_action_must_be_allowed(desk: Desk) -> None:
    visit = visit_of(desk, Interaction())
    desk.admit(visit, (Action.LINK, Action.VIEW), PIA)
    assert visit.actions == (Action.LINK, Action.VIEW)
    with pytest.raises(Refused) as caught:
        desk.admit(visit, (Action.LINK, Action.STAFF_OPTIONS), PIA)
    assert caught.value.key == "rule-staff-only"
    assert f"<@&{STAFF_ROLE}>" in str(caught.value.params["roles"])


def test_no_action_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        desk.admit(visit_of(desk, Interaction()), (), PIA)
    assert caught.value.key.startswith("rule-no-action")


class TestFailing:
    @pytest.mark.parametrize("code", [10062, 40060])
    async def test_who_cannot_be_answered_any_more_is_not(
        self, desk: Desk, code: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        interaction = Interaction()
        async with desk.answering(visit_of(desk, interaction)):
            raise refused_by_discord(code)
        assert interaction.said == []
        assert str(code) in caplog.text
        assert "token" not in caplog.text

    async def test_what_discord_refused_otherwise_is_told(self, desk: Desk) -> None:
        interaction = Interaction()
        async with desk.answering(visit_of(desk, interaction)):
            raise refused_by_discord(50035)
        assert interaction.content == "Something went wrong in this bot."

    @pytest.mark.parametrize("second", [refused_by_discord(10062), OSError("no network")])
    async def test_telling_may_fail_too(self, desk: Desk, second: Exception, caplog: pytest.LogCaptureFixture) -> None:
        interaction = Interaction()
        interaction.fails = second
        async with desk.answering(visit_of(desk, interaction)):
            raise Refused("dismissed")
        assert "could not tell the person" in caplog.text

    async def test_outcomes_are_counted(self, desk: Desk, metrics: Metrics) -> None:
        for error in (None, Refused("dismissed"), ValueError("x")):
            visit = visit_of(desk, Interaction())
            visit.route = "link"
            async with desk.answering(visit):
                if error:
                    raise error
        value = metrics.registry.get_sample_value
        for outcome in ("ok", "Refused", "ValueError"):
            assert value("charlink_interactions_total", {"name": "link", "outcome": outcome}) == 1


class TestStopping:
    async def test_whoever_still_waits_is_told(self, desk: Desk) -> None:
        waiting, untouched, answered, choosing = (Interaction() for _ in range(4))
        choosing.type = discord.InteractionType.autocomplete
        visits = [visit_of(desk, one) for one in (waiting, untouched, answered, choosing)]
        for visit in (visits[0], visits[2], visits[3]):
            await visit.acknowledge()
        await visits[2].show(failure_reply(visits[2], Refused("dismissed")))
        await desk.interrupt()
        assert waiting.ways == ["defer", "edit"]
        assert f"`{visits[0].reference}`" in waiting.said[-1][1]["embed"].description
        assert untouched.ways == []
        assert answered.ways == ["defer", "edit"]
        assert answered.content == "Left as it is."
        assert choosing.ways == ["defer"]


class TestReplies:
    @pytest.fixture
    def visit(self, desk: Desk, place: Town) -> Visit:
        return admitted(desk, Interaction(), place)

    @pytest.mark.parametrize(
        ("error", "tone", "words"),
        [
            (Refused("dismissed"), Tone.REFUSED, "Left as it is."),
            (Expired("button-expired"), Tone.REFUSED, "expired"),
            (ValueError("secret"), Tone.FAILED, "Something went wrong"),
            (CadError(CadErrorKind.AUTH, sent=Sent.ANSWERED), Tone.FAILED, "Nothing was changed."),
            (CadError(CadErrorKind.SERVER, sent=Sent.UNKNOWN), Tone.FAILED, "not certain whether anything changed"),
            (CadError(CadErrorKind.SERVER, sent=Sent.NO, trace_id="00-ab"), Tone.FAILED, "`00-ab`"),
            (CadError(CadErrorKind.REJECTED, sent=Sent.ANSWERED, detail="*no*"), Tone.FAILED, r"\*no\*"),
            (CadError(CadErrorKind.RATE_LIMITED, sent=Sent.NO, wait=42), Tone.FAILED, "42 seconds"),
        ],
    )
    def test_a_failure(self, visit: Visit, error: Exception, tone: Tone, words: str) -> None:
        reply = failure_reply(visit, error)
        text = f"{reply.headline}\n{reply.detail}"
        assert reply.tone is tone
        assert words in text
        assert f"`{visit.reference}`" in text
        assert "secret" not in text

    def test_the_cads_words_are_shown_only_where_they_help(self, visit: Visit) -> None:
        reply = failure_reply(visit, CadError(CadErrorKind.AUTH, sent=Sent.ANSWERED, detail="INVALID API KEY"))
        assert "INVALID" not in reply.detail

    @pytest.mark.parametrize("kind", CadErrorKind)
    def test_every_kind_of_error_can_be_told(self, visit: Visit, kind: CadErrorKind) -> None:
        for sent in Sent:
            error = CadError(kind, sent=sent, wait=5)
            if kind is CadErrorKind.PAUSED:
                error.params["cause"] = "auth"
            assert failure_reply(visit, error).headline

    def test_a_plan_error_has_a_scope_which_is_no_parameter_of_its_words(self, visit: Visit) -> None:
        error = CadError(CadErrorKind.PLAN, sent=Sent.ANSWERED)
        error.params["scope"] = "api"
        assert "plan" in failure_reply(visit, error).headline

    def test_every_wrong_field_is_listed(self, visit: Visit) -> None:
        fields = tuple((f"Field {n}", "problem-long", {"max": 5}) for n in range(40))
        reply = failure_reply(visit, InvalidFields("record-problems", fields))
        assert "40 values" in reply.headline
        assert "**Field 0**" in reply.detail
        assert len(reply.embed().description or "") <= 4096

    async def test_what_waiting_cures_can_be_tried_again(self, visit: Visit, tickets: Tickets) -> None:
        error = CadError(CadErrorKind.TIMEOUT, sent=Sent.NO)
        assert failure_reply(visit, error).buttons == ()
        intent = Something()
        visit.doing("link", intent)
        visit.back = Button("Back", "cl1:draft:t0:show")
        again, back = failure_reply(visit, error).buttons
        ticket = await tickets.find(again.custom_id.split(":")[2], Something)
        assert ticket is not None
        assert ticket.payload is intent
        assert back is visit.back
        assert failure_reply(visit, Refused("dismissed")).buttons == (visit.back,)

    async def test_a_yes_goes_on_with_exactly_what_was_asked(self, visit: Visit, tickets: Tickets) -> None:
        visit.doing("link", Something(confirmed=frozenset({"before"})))
        reply = question_reply(visit, Question("unlink-confirm", token="unlink", sync_id="ABC"))
        yes, no = reply.buttons
        assert (reply.tone, yes.label, yes.style) == (Tone.ASK, "Unlink", discord.ButtonStyle.danger)
        assert no.custom_id == yes.custom_id + NO  # one ticket: only one of the two answers counts
        going_on = await tickets.find(yes.custom_id.split(":")[2], Something)
        assert going_on is not None
        assert going_on.payload == Something(confirmed=frozenset({"before", "unlink"}))

    def test_a_question_needs_something_to_go_on_with(self, visit: Visit) -> None:
        with pytest.raises(RuntimeError):
            question_reply(visit, Question("unlink-confirm", token="unlink", sync_id="ABC"))


class TestRouter:
    async def go(self, desk: Desk, tickets: Tickets, custom_id: str) -> tuple[list[object], Interaction]:
        ran: list[object] = []

        async def handler(_: Visit, payload: Something, arg: str) -> None:
            ran.append((payload, arg))

        router = Router(desk, tickets)
        router.add("link", Something, handler)
        interaction = Interaction(custom_id=custom_id)
        await router.dispatch(cast("discord.Interaction", interaction))
        return ran, interaction

    def ticket(self, tickets: Tickets, payload: object, *actions: Action) -> str:
        asked = actions or (Action.LINK,)
        return tickets.issue("link", payload, owner_id=PIA, guild_id=500, actions=asked, target=PIA).id

    async def test_leads_back_with_what_was_kept(self, desk: Desk, tickets: Tickets) -> None:
        kept = Something()
        ran, interaction = await self.go(desk, tickets, f"cl1:link:{self.ticket(tickets, kept)}:a:b")
        assert ran == [(kept, "a:b")]
        assert interaction.said == []

    async def test_a_payload_of_another_kind_leads_nowhere(self, desk: Desk, tickets: Tickets) -> None:
        ran, interaction = await self.go(desk, tickets, f"cl1:link:{self.ticket(tickets, object())}:")
        assert ran == []
        assert interaction.content == "This button has expired."

    async def test_a_refused_press_does_not_use_it_up(self, desk: Desk, tickets: Tickets) -> None:
        ticket = self.ticket(tickets, Something(), Action.STAFF_OPTIONS)
        ran, _ = await self.go(desk, tickets, f"cl1:link:{ticket}:")
        assert ran == []
        found = await tickets.find(ticket, Something)
        assert found is not None
        assert await tickets.use(found)

    async def test_without_a_custom_id(self, desk: Desk, tickets: Tickets) -> None:
        router = Router(desk, tickets)
        interaction = Interaction()
        interaction.data = cast("Any", None)
        await router.dispatch(cast("discord.Interaction", interaction))
        assert interaction.content == "This button is not known any more."

    def test_a_name_is_given_once(self, desk: Desk, tickets: Tickets) -> None:
        async def handler(_: Visit, __: Something, ___: str) -> None:
            """Never called."""

        router = Router(desk, tickets)
        router.add("link", Something, handler)
        with pytest.raises(ValueError, match="link"):
            router.add("link", Something, handler)
        assert router.names == ("link",)


async def test_an_interaction_that_comes_again_is_met_with_silence(
    desk: Desk, tickets: Tickets, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran, router = [], Router(desk, tickets)

    async def handler(visit: Visit, _: Something, __: str) -> None:
        ran.append(visit.interaction.id)

    router.add("link", Something, handler)
    ticket = tickets.issue(
        "link", Something(), owner_id=PIA, guild_id=500, actions=(Action.LINK,), target=PIA, once=False
    )
    interaction = Interaction(custom_id=f"cl1:link:{ticket.id}:")
    for _ in range(2):
        await router.dispatch(cast("discord.Interaction", interaction))
    assert len(ran) == 1
    assert interaction.said == []
    monkeypatch.setattr("bot.ui.desk.REMEMBERED", 2)
    for number in (1, 2, 3):
        interaction.id = number
        await router.dispatch(cast("discord.Interaction", interaction))
    assert len(ran) == 4
    for number, runs in ((3, 4), (1, 5)):  # the last ones are remembered, the first one no more
        interaction.id = number
        await router.dispatch(cast("discord.Interaction", interaction))
        assert len(ran) == runs
