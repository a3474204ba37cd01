"""One interaction: acknowledged once, answered once, privately, in place of a private message that was clicked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest

from bot.domain.access import Action
from bot.services.turn import Subject
from bot.ui.modals import text_modal
from bot.ui.reply import Button, Reply, Tone
from bot.ui.visit import ALREADY_ACKNOWLEDGED, reference_of
from tests.community import GUILD, PIA
from tests.ui.people import Interaction, admitted, refused_by_discord, visit_of

if TYPE_CHECKING:
    from bot.services.tickets import Tickets
    from bot.ui.desk import Desk
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
    assert interaction.ways == ["defer", "edit"]
    assert "12" in interaction.content
    assert "80 s" in interaction.content


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


class TestBrokenConnections:
    """What Discord took although the connection broke is not done again, and not given up."""

    @pytest.fixture(autouse=True)
    def _at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.ui.visit.PAUSE_SECONDS", 0)

    def failing(self, *errors: Exception | None) -> Interaction:
        """Return an interaction whose next answers break, in this order; None goes through."""
        interaction = Interaction()
        left = list(errors)

        def say(way: str, how: dict[str, Any], *, first: bool) -> None:
            error = left.pop(0) if left else None
            if error is not None:
                raise error
            interaction._done = interaction._done or first
            interaction.said.append((way, how))

        interaction._say = say  # type: ignore[method-assign]  # this one breaks
        return interaction

    async def test_an_acknowledgement_is_given_again(self, desk: Desk) -> None:
        interaction = self.failing(aiohttp.ServerDisconnectedError())
        await visit_of(desk, interaction).acknowledge()
        assert interaction.ways == ["defer"]

    async def test_one_that_arrived_all_the_same_counts(self, desk: Desk) -> None:
        interaction = self.failing(aiohttp.ServerDisconnectedError(), refused_by_discord(ALREADY_ACKNOWLEDGED))
        visit = visit_of(desk, interaction)
        await visit.acknowledge()
        await visit.show(Reply.of("Done.", Tone.DONE))
        assert interaction.ways == ["edit"]

    async def test_somebody_elses_acknowledgement_does_not(self, desk: Desk) -> None:
        interaction = self.failing(refused_by_discord(ALREADY_ACKNOWLEDGED))
        with pytest.raises(discord.HTTPException):
            await visit_of(desk, interaction).acknowledge()
        assert interaction.said == []

    async def test_an_edit_is_made_again(self, desk: Desk) -> None:
        interaction = self.failing(None, ConnectionResetError(), aiohttp.ServerDisconnectedError())
        visit = visit_of(desk, interaction)
        await visit.acknowledge()
        await visit.show(Reply.of("Done.", Tone.DONE))
        assert interaction.ways == ["defer", "edit"]

    @pytest.mark.parametrize("acknowledged", [True, False])
    async def test_three_times_is_enough(self, desk: Desk, *, acknowledged: bool) -> None:
        broken = [aiohttp.ServerDisconnectedError() for _ in range(3)]
        interaction = self.failing(*([None] if acknowledged else []), *broken)
        visit = visit_of(desk, interaction)
        if acknowledged:
            await visit.acknowledge()
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await visit.show(Reply.of("Done.", Tone.DONE))
