"""How often a person may hear "not linked" or "not verified"."""

from __future__ import annotations

import gc

import pytest

from bot.cad.caller import Caller
from bot.cad.refusals import Refusals
from bot.cad.windows import Window
from bot.errors import CadError, CadErrorKind, Sent
from tests.cad.support import FakeTime

LINKED, VERIFIED = CadErrorKind.NOT_LINKED, CadErrorKind.NOT_VERIFIED


@pytest.mark.parametrize(
    ("caller", "kind", "allowed", "seconds"),
    [
        (Caller(person=1), LINKED, 5, 60.0),
        (Caller(person=1, staff=True), LINKED, 30, 60.0),
        (Caller(person=1), CadErrorKind.REJECTED, 5, 60.0),
        (Caller(person=1), VERIFIED, 5, 3600.0),
        (Caller(person=1, staff=True), VERIFIED, 5, 3600.0),
    ],
)
def test_so_many_and_then_a_wait(caller: Caller, kind: CadErrorKind, allowed: int, seconds: float) -> None:
    time = FakeTime()
    refusals = Refusals(clock=time.clock)
    for _ in range(allowed):
        refusals.check("x", caller, kind)
        refusals.heard(caller, kind)
    with pytest.raises(CadError) as caught:
        refusals.check("x", caller, kind)
    error = caught.value
    assert (error.kind, error.sent, error.wait) == (CadErrorKind.RATE_LIMITED, Sent.NO, seconds)
    refusals.check("x", Caller(person=2), kind)
    time.now += seconds
    refusals.check("x", caller, kind)


@pytest.mark.parametrize("caller", [Caller(), Caller(person=1, bulk=True)], ids=["the-bot", "bulk"])
def test_nobody_types_there(caller: Caller) -> None:
    refusals = Refusals(clock=FakeTime().clock)
    for _ in range(100):
        refusals.check("x", caller, LINKED)
        refusals.heard(caller, LINKED)


def test_other_answers_are_not_counted() -> None:
    refusals = Refusals(clock=FakeTime().clock)
    for _ in range(100):
        refusals.heard(Caller(person=1), CadErrorKind.UNIQUE)
    refusals.check("x", Caller(person=1), CadErrorKind.UNIQUE)


def test_bulk_work_is_not_held_up_by_what_its_starter_typed() -> None:
    refusals = Refusals(clock=FakeTime().clock)
    for _ in range(10):
        refusals.heard(Caller(person=2), LINKED)
    refusals.check("x", Caller(person=2, bulk=True), LINKED)


def test_the_idle_take_no_memory() -> None:
    time, before = FakeTime(), windows()
    refusals = Refusals(clock=time.clock)
    for person in range(1, 101):
        refusals.heard(Caller(person=person), LINKED)
    assert windows() == before + 100
    time.now += 60
    refusals.heard(Caller(person=1), LINKED)
    assert windows() == before + 1


def windows() -> int:
    """How many windows of answers are in memory."""
    gc.collect()
    return sum(isinstance(one, Window) for one in gc.get_objects())
