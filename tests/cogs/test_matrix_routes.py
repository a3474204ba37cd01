"""Who may press which button and send which form, for himself and for others; and what a forged one opens: nothing.

The tables are in `routes.py`. A route that has no row fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bot.services.turn import Subject
from bot.ui.reply import PREFIX, shared_id
from tests.cogs.cast import BROKEN, Cast, Who, headline, refused
from tests.cogs.routes import OWNED, SHARED, Way
from tests.cogs.stage import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.access import Action
    from bot.services.tickets import Ticket
    from tests.cogs.stage import Stage

EXPIRED = "This button has expired."
NOT_YOURS = "This button belongs to somebody else."
UNKNOWN = "This button is not known any more."
NO_REQUEST = "This request is not known any more."


def router(stage: Stage) -> Any:
    return stage.bot._router


def issue(
    cast: Cast, route: str, member: Any, subject: Subject, action: Action | None = None, *, guild: int = 0
) -> str:
    """Give somebody a ticket, as if he had been allowed when it was shown; return its id."""
    way = OWNED[route]
    ticket: Ticket = cast.stage.services.tickets.issue(
        route,
        way.payload(subject),
        owner_id=member.id,
        guild_id=guild or cast.stage.guild.id,
        actions=(action or way.actions[0],),
        target=subject.member_id,
        lifetime=900,
        once=False,
    )
    return ticket.id


@dataclass(frozen=True)
class Cell:
    """Somebody presses something about somebody."""

    route: str
    who: Who
    action: Action
    subject: Subject
    allowed: bool


def cells(cast: Cast) -> Iterator[Cell]:
    for route, way in OWNED.items():
        for who, member in cast:
            for subject, allowed in (
                (Subject(member_id=member.id), way.own),
                (Subject(member_id=cast.other.id), way.other),
                (Subject(api_id=f"api-{cast.other.id}"), way.api),
            ):
                if allowed is not None:
                    yield from (Cell(route, who, action, subject, who in allowed) for action in way.actions)


async def nothing_happened(cast: Cast, before: object) -> bool:
    return not cast.stage.town.asked and before == (cast.held(), await cast.kept())


class Handlers:
    """Counts which handlers ran."""

    def __init__(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ran: list[str] = []
        self.stage = stage
        for table in (router(stage)._routes, router(stage)._shared):
            for name, route in list(table.items()):
                monkeypatch.setitem(table, name, type(route)(*self._watched(name, route)))

    def _watched(self, name: str, route: Any) -> tuple[Any, Any]:
        async def handler(*args: Any) -> None:
            self.ran.append(name)
            await route.handler(*args)

        first = route.payload if hasattr(route, "payload") else route.actions
        return first, handler


@pytest.fixture
def handlers(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Handlers:
    return Handlers(cast.stage, monkeypatch)


def test_every_route_has_a_row(stage: Stage) -> None:
    assert sorted(router(stage).names) == sorted([*OWNED, *SHARED])
    assert {name: set(route.actions) for name, route in router(stage)._shared.items()} == {
        name: set(args) for name, args in SHARED.items()
    }


async def test_owned_routes(cast: Cast) -> None:
    """A ticket opens its route only to who may go it at the press, whatever he might when it was shown."""
    wrong = []
    for cell in cells(cast):
        cast.stage.town.asked.clear()
        before = cast.held(), await cast.kept()
        member = cast.people[cell.who]
        ticket = issue(cast, cell.route, member, cell.subject, cell.action)
        answer = await cast.click(member, f"{PREFIX}:{cell.route}:{ticket}:", form=OWNED[cell.route].form)
        if refused(answer) is cell.allowed or not (cell.allowed or await nothing_happened(cast, before)):
            wrong.append(f"{cell}: {headline(answer)}")
    assert wrong == []


async def test_shared_routes(cast: Cast) -> None:
    wrong = []
    for route, args in SHARED.items():
        for arg, allowed in args.items():
            for who, member in cast:
                cast.stage.town.asked.clear()
                answer = await cast.click(member, shared_id(route, "random", arg))
                if refused(answer) is (who in allowed) or (who not in allowed and cast.stage.town.asked):
                    wrong.append(f"{route} {arg} by {who}: {headline(answer)}")
    assert wrong == []


@pytest.mark.parametrize("who", [Who.ADMIN, Who.MANAGER])
async def test_forged_ids_open_nothing(cast: Cast, handlers: Handlers, who: Who) -> None:
    """Not even to those who may do most: no unknown ticket, none of another route, none of another person or guild."""
    member, victim = cast.people[who], cast.people[Who.STAFF]
    own = Subject(member_id=member.id)
    other_guild = cast.stage.env.create_guild().id
    mine = {route: issue(cast, route, member, own) for route in OWNED}
    for route, way in OWNED.items():
        stray = next(ticket for other, ticket in mine.items() if other != route)
        twins = [ticket for other, ticket in mine.items() if other != route and same_payload(OWNED[other], way)]
        theirs = issue(cast, route, victim, Subject(member_id=victim.id))
        elsewhere = issue(cast, route, member, own, guild=other_guild)
        tried = [("made-up", EXPIRED), ("", EXPIRED), (stray, EXPIRED), *((one, EXPIRED) for one in twins)]
        for ticket, told in (*tried, (theirs, NOT_YOURS), (elsewhere, NOT_YOURS)):
            for arg in ("", "no"):
                answer = await cast.click(member, f"{PREFIX}:{route}:{ticket}:{arg}", form=way.form)
                assert headline(answer) == told, f"{route} {ticket} {arg}"
    assert handlers.ran == []
    assert cast.stage.town.asked == []


def same_payload(one: Way, other: Way) -> bool:
    subject = Subject(member_id=1)
    return type(one.payload(subject)) is type(other.payload(subject))


async def test_random_rows_of_shared_routes_open_nothing(cast: Cast) -> None:
    approver = cast.people[Who.APPROVER]
    for arg in SHARED["card"]:
        answer = await cast.click(approver, shared_id("card", "random", arg))
        if answer.result.modal is not None:  # a form that could not look in time; its submission does
            answer = await cast.click(approver, answer.modal["custom_id"], form=True)
        assert headline(answer) == NO_REQUEST
    for _, member in cast:
        assert headline(await cast.click(member, shared_id("decision", "random", "see"))) == NO_REQUEST
        for route in SHARED:
            for arg in ("", "no", "SET-UP", "see:see", "link:help"):
                assert headline(await cast.click(member, shared_id(route, "0", arg))) == UNKNOWN
    assert cast.stage.town.asked == []
    assert await cast.kept() == (0, 0)


async def test_a_forged_channel_is_no_channel(cast: Cast) -> None:
    manager = cast.people[Who.MANAGER]
    ticket = issue(cast, "setup", manager, Subject(member_id=manager.id))
    for arg in ("channel-approval_channel", "channel-none", "panel"):
        for typed in ("made-up", "-1", "\u00b2", ""):
            data = {"custom_id": f"{PREFIX}:setup:{ticket}:{arg}", "component_type": 8, "values": [typed]}
            answer = Answer(await manager._dispatch_interaction(3, cast.stage.channel, data))
            assert headline(answer) != BROKEN, f"{arg} {typed}"
    assert cast.stage.town.asked == []
