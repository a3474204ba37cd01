"""One interaction: acknowledged once, answered once, privately, in place of a private message that was clicked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest

from bot.domain.access import Action
from bot.services.turn import Subject
from bot.ui.courier import Courier
from bot.ui.modals import text_modal
from bot.ui.reply import Button, Reply, Tone
from bot.ui.visit import ALREADY_ACKNOWLEDGED, reference_of
from tests.community import GUILD, PIA
from tests.ui.people import Interaction, admitted, refused_by_discord, visit_of

if TYPE_CHECKING:
    from bot.services.tickets import Tickets
    from bot.ui.desk import Desk
    from bot.ui.visit import Visit
    from tests.community import Town

REPLY = Reply.of("Done.\nReally.", Tone.DONE)


@pytest.mark.parametrize(
    ("source", "acknowledged", "ways"),
    [
        (None, False, ["send"]),
        (None, True, ["defer", "edit"]),
        (False, False, ["send"]),
        (True, False, ["update"]),
        (True, True, ["defer", "edit"]),
    ],
)
async def test_the_one_answer(desk: Desk, ways: list[str], *, source: bool | None, acknowledged: bool) -> None:
    interaction = Interaction(ephemeral_source=source)
    visit = visit_of(desk, interaction)
    if acknowledged:
        await visit.acknowledge()
        await visit.acknowledge()
    await visit.show(REPLY)
    assert interaction.ways == ways
    assert interaction.content == "Done."
    first = interaction.said[0][1]
    if source is not True:
        assert first["ephemeral"] is True
    assert "view" not in first or first["view"] in (None, discord.utils.MISSING)


async def test_a_whisper_leaves_what_was_clicked(desk: Desk) -> None:
    interaction = Interaction(ephemeral_source=True)
    await visit_of(desk, interaction).whisper(REPLY)
    assert interaction.ways == ["send"]
    assert interaction.said[0][1]["ephemeral"] is True


async def test_a_form_stays_in_no_memory(desk: Desk) -> None:
    interaction = Interaction()
    modal = text_modal("x", "t", "l", description="d", max_length=5)
    await visit_of(desk, interaction).open_modal(modal)
    assert interaction.ways == ["modal"]
    assert modal.is_finished()


def test_nothing_acts_before_admission(desk: Desk) -> None:
    visit = visit_of(desk, Interaction())
    with pytest.raises(RuntimeError, match="not admitted"):
        _ = visit.turn
    with pytest.raises(RuntimeError, match="not admitted"):
        visit.custom_id("link", "payload")


async def test_a_button_holds_whose_and_what(desk: Desk, tickets: Tickets, place: Town) -> None:
    visit = admitted(desk, Interaction(), place)
    prefix, route, ticket, arg = visit.custom_id("link", "payload", arg="7").split(":")
    found = await tickets.find(ticket, str)
    assert (prefix, route, arg) == ("cl1", "link", "7")
    assert found is not None
    assert (found.owner_id, found.guild_id, found.target, found.payload) == (PIA, GUILD, PIA, "payload")
    assert found.actions == (Action.LINK,)
    other = await tickets.find(visit.custom_id("link", "payload", actions=(Action.UNLINK,)).split(":")[2], str)
    assert other is not None
    assert other.actions == (Action.UNLINK,)


def test_nobody_named_is_oneself(desk: Desk) -> None:
    visit = visit_of(desk, Interaction())
    assert visit.subject(None, None) == Subject(member_id=PIA)
    assert visit.subject(None, " lic ") == Subject(api_id="lic")


async def test_a_long_wait_is_told_while_the_answer_is_to_come(desk: Desk, place: Town) -> None:
    interaction = Interaction()
    visit = admitted(desk, interaction, place)
    assert visit.turn.on_wait is not None
    await visit.turn.on_wait(12, 80.4)
    assert interaction.ways == []
    await visit.acknowledge()
    await visit.turn.on_wait(12, 80.4)
    await visit.turn.on_wait(13, 90.0)
    assert interaction.ways == ["defer", "edit"], "no more than one edit in 5 s"
    assert "12" in interaction.content
    assert "80 s" in interaction.content


async def test_a_wait_is_not_told_in_place_of_an_answer(desk: Desk, place: Town) -> None:
    interaction = Interaction()
    visit = admitted(desk, interaction, place)
    await visit.acknowledge()
    await visit.show(REPLY)
    shown = list(interaction.ways)
    assert visit.turn.on_wait is not None
    await visit.turn.on_wait(12, 80.4)
    assert interaction.ways == shown


@pytest.mark.parametrize("error", [refused_by_discord(0, 500), OSError()])
async def test_a_wait_that_cannot_be_told_stops_nothing(desk: Desk, place: Town, error: Exception) -> None:
    interaction = Interaction()
    visit = admitted(desk, interaction, place)
    await visit.acknowledge()
    interaction.fails = error
    assert visit.turn.on_wait is not None
    await visit.turn.on_wait(3, 9)


async def test_staging_is_said(desk: Desk, place: Town) -> None:
    place.tenant = replace(place.tenant, staging=True)
    interaction = Interaction()
    await admitted(desk, interaction, place).show(REPLY)
    assert interaction.said[0][1]["embed"].footer.text == "STAGING"


def test_a_reference_is_short_and_stable() -> None:
    assert reference_of(1) == reference_of(1)
    assert len({reference_of(number) for number in range(500)}) == 500
    assert all(len(reference_of(2**64 - number)) == 8 for number in range(1, 5))


async def test_buttons_are_shown(desk: Desk) -> None:
    interaction = Interaction()
    await visit_of(desk, interaction).show(REPLY.with_buttons(Button("Go", "cl1:x:1:")))
    assert [one.label for one in interaction.said[0][1]["view"].children] == ["Go"]


BROKE = aiohttp.ServerDisconnectedError()
FAILED = refused_by_discord(0, 503)
LIMITED = refused_by_discord(0, 429)
TAKEN = refused_by_discord(ALREADY_ACKNOWLEDGED)


class Time:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class TestDiscordFails:
    """What Discord took although it seemed to fail is not said again, and what it did not take is not given up."""

    def failing(self, *errors: Exception | None, source: bool | None = None) -> Interaction:
        """Return an interaction whose next answers fail, in this order; None goes through."""
        interaction = Interaction(ephemeral_source=source)
        left = list(errors)

        def say(way: str, how: dict[str, Any], *, first: bool) -> None:
            error = left.pop(0) if left else None
            if error is not None:
                raise error
            interaction._done = interaction._done or first
            interaction.said.append((way, how))

        interaction._say = say  # type: ignore[method-assign]  # this one breaks
        return interaction

    def visit(self, desk: Desk, interaction: Interaction) -> Visit:
        visit = visit_of(desk, interaction)
        time = Time()
        visit.courier = Courier(clock=time.clock, sleep=time.sleep)
        visit._opened = 0.0
        return visit

    @pytest.mark.parametrize("error", [BROKE, FAILED, LIMITED])
    async def test_an_acknowledgement_is_given_again(self, desk: Desk, error: Exception) -> None:
        interaction = self.failing(error)
        visit = self.visit(desk, interaction)
        await visit.acknowledge()
        assert visit.responded
        assert interaction.ways == ["defer"]

    @pytest.mark.parametrize("error", [BROKE, FAILED])
    async def test_one_that_arrived_all_the_same_counts(self, desk: Desk, error: Exception) -> None:
        interaction = self.failing(error, TAKEN)
        visit = self.visit(desk, interaction)
        await visit.acknowledge()
        await visit.show(REPLY)
        assert interaction.ways == ["edit"]

    async def test_an_answer_at_once_that_arrived_is_not_given_twice(self, desk: Desk) -> None:
        interaction = self.failing(FAILED, TAKEN)
        visit = self.visit(desk, interaction)
        await visit.show(REPLY)
        assert interaction.ways == []
        assert not visit.undelivered

    @pytest.mark.parametrize("errors", [(TAKEN,), (LIMITED, TAKEN)])
    async def test_somebody_elses_acknowledgement_does_not_count(self, desk: Desk, errors: list[Exception]) -> None:
        interaction = self.failing(*errors)
        visit = self.visit(desk, interaction)
        with pytest.raises(discord.HTTPException):
            await visit.acknowledge()
        assert not visit.responded
        assert interaction.said == []

    @pytest.mark.parametrize("how", ["show", "whisper"])
    async def test_after_a_doubtful_acknowledgement_the_answer_takes_its_place(self, desk: Desk, how: str) -> None:
        interaction = self.failing(*[FAILED] * 5, TAKEN)
        visit = self.visit(desk, interaction)
        with pytest.raises(discord.HTTPException):
            await visit.acknowledge()
        await getattr(visit, how)(REPLY)
        assert interaction.ways == ["edit"]
        assert not visit.undelivered

    async def test_after_an_acknowledgement_that_never_came_the_answer_is_the_first(self, desk: Desk) -> None:
        interaction = self.failing(*[FAILED] * 5)
        visit = self.visit(desk, interaction)
        with pytest.raises(discord.HTTPException):
            await visit.acknowledge()
        await visit.whisper(REPLY)
        assert interaction.ways == ["send"]

    async def test_a_first_response_is_tried_for_three_seconds(self, desk: Desk) -> None:
        interaction = self.failing(*[FAILED] * 50)
        visit = self.visit(desk, interaction)
        with pytest.raises(discord.HTTPException):
            await visit.acknowledge()
        assert 1 < visit.courier.clock() < 3

    async def test_an_edit_is_made_for_as_long_as_the_token_lives(self, desk: Desk) -> None:
        interaction = self.failing(None, *[BROKE, FAILED] * 15)
        visit = self.visit(desk, interaction)
        await visit.acknowledge()
        await visit.show(REPLY)
        assert interaction.ways == ["defer", "edit"]
        interaction = self.failing(None, *[FAILED] * 500)
        visit = self.visit(desk, interaction)
        await visit.acknowledge()
        with pytest.raises(discord.HTTPException):
            await visit.show(REPLY)
        assert visit.undelivered
        assert 800 < visit.courier.clock() < 900

    async def test_what_discord_refuses_is_not_tried_again(self, desk: Desk) -> None:
        interaction = self.failing(None, refused_by_discord(10008, 404))
        visit = self.visit(desk, interaction)
        await visit.acknowledge()
        with pytest.raises(discord.HTTPException):
            await visit.show(REPLY)
        assert visit.courier.clock() == 0
