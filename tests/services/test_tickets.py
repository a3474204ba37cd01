"""Tickets: opaque ids for what a button may do, each alive for its time, good for one use unless said otherwise."""

from __future__ import annotations

import itertools

import pytest

from bot.domain.access import Action
from bot.services.creation import StartIntent
from bot.services.linking import LinkIntent
from bot.services.tickets import MESSAGE_SECONDS, Ticket, Tickets
from bot.services.turn import Subject
from tests.community import GUILD, PIA, Town


def tickets(place: Town, limit: int = 100) -> Tickets:
    numbers = itertools.count(1)
    return Tickets(place.database, clock=place.clock, new_id=lambda: f"t{next(numbers)}", limit=limit)


INTENT = LinkIntent(sync_id="A", subject=Subject(member_id=PIA, api_id=None), confirmed=frozenset({"held:A"}))


def issue(held: Tickets, payload: object = INTENT, *, lifetime: float = MESSAGE_SECONDS, once: bool = True) -> Ticket:
    return held.issue(
        "link",
        payload,
        owner_id=PIA,
        guild_id=GUILD,
        actions=(Action.LINK, Action.STAFF_OPTIONS),
        target=PIA,
        lifetime=lifetime,
        once=once,
    )


async def test_a_ticket_holds_whose_where_and_what(place: Town) -> None:
    held = tickets(place)
    found = await held.find(issue(held).id, LinkIntent)
    assert found is not None
    assert (found.owner_id, found.guild_id, found.target, found.payload) == (PIA, GUILD, PIA, INTENT)


async def test_a_stored_ticket_is_the_same_after_a_restart(place: Town) -> None:
    held = tickets(place)
    ticket = issue(held)
    await held.save([ticket])
    assert await tickets(place).find(ticket.id, LinkIntent) == ticket


async def test_one_that_was_never_stored_is_gone_after_a_restart(place: Town) -> None:
    ticket = issue(tickets(place))
    assert await tickets(place).find(ticket.id, LinkIntent) is None


@pytest.mark.parametrize("forged", ["forged", "", "'; DROP TABLE tickets; --"])
async def test_an_unknown_ticket_opens_nothing(place: Town, forged: str) -> None:
    assert await tickets(place).find(forged, LinkIntent) is None


async def test_a_ticket_of_another_meaning_opens_nothing(place: Town) -> None:
    held = tickets(place)
    ticket = issue(held)
    await held.save([ticket])
    for one in (held, tickets(place)):
        assert await one.find(ticket.id, StartIntent) is None


@pytest.mark.parametrize("once", [True, False])
async def test_a_second_use_also_after_a_restart(place: Town, *, once: bool) -> None:
    held = tickets(place)
    ticket = issue(held, once=once)
    await held.save([ticket])
    assert await held.use(ticket)
    assert await held.use(ticket) is not once
    later = tickets(place)
    found = await later.find(ticket.id, LinkIntent)
    assert found is not None
    assert await later.use(found) is not once


async def test_two_processes_use_a_ticket_once(place: Town) -> None:
    one, other = tickets(place), tickets(place)
    ticket = issue(one)
    await one.save([ticket])
    found = await other.find(ticket.id, LinkIntent)
    assert found is not None
    assert [await one.use(ticket), await other.use(found)] == [True, False]


async def test_buttons_live_for_fifteen_minutes(place: Town) -> None:
    held = tickets(place)
    ticket = issue(held)
    await held.save([ticket])
    place.clock.now += 15 * 60 - 1
    assert await held.find(ticket.id, LinkIntent) is not None
    place.clock.now += 1
    for one in (held, tickets(place)):
        assert await one.find(ticket.id, LinkIntent) is None


async def test_what_memory_has_no_room_for_is_read_back(place: Town) -> None:
    held = tickets(place, limit=3)
    issued = [issue(held) for _ in range(5)]
    await held.save(issued)
    assert [await held.find(ticket.id, LinkIntent) for ticket in issued] == issued
