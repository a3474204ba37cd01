"""Tickets: opaque ids for what a button may do, each alive for its time, good for one use unless said otherwise."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access import Action
from bot.services.tickets import MESSAGE_SECONDS, Tickets
from tests.community import GUILD, PIA, Clock


def tickets(clock: Clock, limit: int = 100) -> Tickets:
    numbers = itertools.count(1)
    return Tickets(clock=clock, new_id=lambda: f"t{next(numbers)}", limit=limit)


def issue(held: Tickets, payload: object = "x", *, lifetime: float = MESSAGE_SECONDS, once: bool = True) -> str:
    return held.issue(
        "link",
        payload,
        owner_id=PIA,
        guild_id=GUILD,
        actions=(Action.LINK,),
        target=PIA,
        lifetime=lifetime,
        once=once,
    )


def test_a_ticket_holds_whose_where_and_what() -> None:
    held = tickets(Clock())
    found = held.find(issue(held, "payload"))
    assert found is not None
    assert (found.owner_id, found.guild_id, found.actions, found.target) == (PIA, GUILD, (Action.LINK,), PIA)
    assert found.payload == "payload"


def test_an_unknown_ticket_opens_nothing() -> None:
    held = tickets(Clock())
    assert held.find("forged") is None
    assert not held.use("forged")


@pytest.mark.parametrize("once", [True, False])
def test_a_second_use(*, once: bool) -> None:
    held = tickets(Clock())
    ticket = issue(held, once=once)
    assert held.use(ticket)
    assert held.use(ticket) is not once
    assert held.find(ticket) is not None


def test_buttons_live_for_fifteen_minutes() -> None:
    clock = Clock()
    held = tickets(clock)
    ticket = issue(held)
    clock.now += 15 * 60 - 1
    assert held.find(ticket) is not None
    clock.now += 1
    assert held.find(ticket) is None
    assert not held.use(ticket)


def test_expired_tickets_are_forgotten_when_new_ones_come() -> None:
    clock = Clock()
    held = tickets(clock)
    for _ in range(10):
        issue(held)
    clock.now += MESSAGE_SECONDS
    issue(held)
    assert len(held) == 1


STEPS = st.lists(
    st.tuples(st.just("issue"), st.floats(1, 100), st.booleans())
    | st.tuples(st.just("use"), st.integers(0, 30), st.booleans())
    | st.tuples(st.just("wait"), st.floats(0, 60), st.booleans()),
    max_size=60,
)


@given(STEPS)
def test_no_ticket_is_used_twice_or_after_its_time(steps: list[tuple[str, float, bool]]) -> None:
    clock = Clock()
    held = tickets(clock, limit=8)
    issued: list[tuple[str, float, bool]] = []
    used: set[str] = set()
    for step, number, once in steps:
        if step == "issue":
            issued.append((issue(held, lifetime=number, once=once), clock.now + number, once))
        elif step == "wait":
            clock.now += number
        elif issued:
            ticket, until, single = issued[int(number) % len(issued)]
            if held.use(ticket):
                assert clock.now < until
                assert not (single and ticket in used)
                used.add(ticket)
        assert len(held) <= 8
    if issued and issued[-1][1] > clock.now:
        assert held.find(issued[-1][0]) is not None
