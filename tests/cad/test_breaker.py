"""When the breaker opens, what it lets through, and what closes it."""

from __future__ import annotations

import pytest

from bot.cad.breaker import Breaker
from bot.errors import CadError, CadErrorKind, Sent
from tests.cad.support import FakeTime, cad_error

K = CadErrorKind


class Bench:
    def __init__(self) -> None:
        self.time = FakeTime()
        self.changes: list[CadErrorKind | None] = []
        self.breaker = Breaker(clock=self.time.clock, changed=lambda: self.changes.append(self.kind))

    @property
    def kind(self) -> CadErrorKind | None:
        """What the trouble is."""
        trouble = self.breaker.trouble
        return trouble.kind if trouble is not None else None

    def fail(self, kind: CadErrorKind, times: int = 1, *, endpoint: str = "a", scope: str = "") -> None:
        for _ in range(times):
            self.breaker.failed(endpoint, cad_error(kind, scope=scope))

    def blocked(self, endpoint: str = "a") -> CadError | None:
        try:
            self.breaker.check(endpoint)
        except CadError as error:
            return error
        return None


@pytest.mark.parametrize(
    ("kind", "times", "scope"),
    [
        (K.AUTH, 1, ""),
        (K.CONFIG, 1, ""),
        (K.PLAN, 1, "api"),
        (K.PROTOCOL, 5, ""),
        (K.BAD_ENDPOINT, 5, ""),
    ],
)
def test_what_stops_the_whole_key_for_an_hour(kind: CadErrorKind, times: int, scope: str) -> None:
    bench = Bench()
    bench.fail(kind, times - 1, scope=scope)
    assert bench.blocked() is None
    bench.fail(kind, scope=scope)
    error = bench.blocked("another")
    assert error is not None
    assert (error.kind, error.sent, error.wait, error.params["cause"]) == (K.PAUSED, Sent.NO, 3600.0, kind.value)
    assert bench.kind is kind


def test_an_endpoint_above_the_plan_stops_alone() -> None:
    bench = Bench()
    bench.fail(K.PLAN, endpoint="a", scope="endpoint")
    assert bench.blocked("a") is not None
    assert bench.blocked("b") is None
    bench.breaker.succeeded("b")
    assert bench.blocked("a") is not None
    bench.breaker.succeeded("a")
    assert bench.blocked("a") is None


def test_our_own_mistakes_are_one_row_and_what_people_typed_never_counts() -> None:
    bench = Bench()
    for kind in (K.PROTOCOL, K.BAD_ENDPOINT, K.PROTOCOL, K.PROTOCOL, *[K.REJECTED] * 20):
        bench.fail(kind)
    assert bench.blocked() is None
    bench.fail(K.BAD_ENDPOINT)
    assert bench.blocked() is not None


@pytest.mark.parametrize("proof", [K.NOT_LINKED, K.NOT_FOUND, K.NOT_VERIFIED, K.UNIQUE, None])
def test_a_proof_that_the_key_works_ends_every_row(proof: CadErrorKind | None) -> None:
    bench = Bench()
    bench.fail(K.PROTOCOL, 4)
    if proof is None:
        bench.breaker.succeeded("a")
    else:
        bench.fail(proof, 20)
    bench.fail(K.PROTOCOL, 4)
    assert bench.blocked() is None


@pytest.mark.parametrize("kind", [K.RATE_LIMITED, K.UNEXPECTED, K.FORBIDDEN])
def test_what_tells_nothing_changes_nothing(kind: CadErrorKind) -> None:
    bench = Bench()
    bench.fail(kind, 50)
    assert bench.blocked() is None
    bench.fail(K.PROTOCOL, 4)
    bench.fail(kind)
    bench.fail(K.PROTOCOL)
    assert bench.blocked() is not None


@pytest.mark.parametrize("kind", [K.SERVER, K.TIMEOUT, K.TRANSPORT])
async def test_an_outage_is_a_row_that_lasts_and_is_probed_every_half_minute(kind: CadErrorKind) -> None:
    bench = Bench()
    bench.fail(kind, 30)
    assert bench.blocked() is None  # ten at one moment may be one hiccup
    await bench.time.advance(30)
    bench.fail(kind)
    error = bench.blocked()
    assert error is not None
    assert (error.wait, error.params["cause"]) == (30.0, kind.value)
    await bench.time.advance(30)
    assert bench.blocked() is None


async def test_few_failures_over_long_are_no_outage() -> None:
    bench = Bench()
    for _ in range(9):
        bench.fail(K.SERVER)
        await bench.time.advance(30)
    assert bench.blocked() is None
    bench.fail(K.SERVER)
    assert bench.blocked() is not None


async def test_one_probe_at_a_time() -> None:
    bench = Bench()
    bench.fail(K.AUTH)
    await bench.time.advance(1800)
    error = bench.blocked()
    assert error is not None
    assert error.wait == 1800.0
    await bench.time.advance(1800)
    bench.breaker.check("a")
    bench.breaker.check("a")  # asking takes nothing
    bench.breaker.enter("a")
    with pytest.raises(CadError):
        bench.breaker.enter("b")
    bench.fail(K.AUTH)
    await bench.time.advance(3599)
    assert bench.blocked() is not None
    await bench.time.advance(1)
    bench.breaker.enter("a")
    bench.breaker.succeeded("a")
    assert bench.blocked("b") is None
    assert bench.kind is None


async def test_an_outage_never_shortens_a_refusal() -> None:
    bench = Bench()
    bench.fail(K.SERVER, 10)
    await bench.time.advance(30)
    bench.fail(K.AUTH)
    bench.fail(K.SERVER)
    assert bench.kind is K.AUTH
    error = bench.blocked()
    assert error is not None
    assert error.params["cause"] == K.AUTH.value


def test_a_reset_forgets_everything() -> None:
    bench = Bench()
    bench.fail(K.PROTOCOL, 4)
    bench.fail(K.AUTH)
    bench.breaker.reset()
    bench.fail(K.PROTOCOL, 4)
    assert bench.blocked() is None


async def test_a_trouble_begins_once_lasts_over_failed_probes_and_ends_by_a_proof() -> None:
    bench = Bench()
    bench.fail(K.SERVER, 9)
    await bench.time.advance(30)
    assert bench.changes == []
    bench.fail(K.SERVER)
    for kind in (K.TIMEOUT, K.TRANSPORT):
        await bench.time.advance(30)
        bench.breaker.enter("a")
        bench.fail(kind)
    assert bench.changes == [K.SERVER]
    trouble = bench.breaker.trouble
    assert trouble is not None
    assert (trouble.outage, trouble.seconds) == (True, 90.0), "since the first call that failed"
    bench.breaker.succeeded("b")
    bench.breaker.succeeded("b")
    assert bench.changes == [K.SERVER, None]
    assert bench.breaker.trouble is None


async def test_another_trouble_is_another_one() -> None:
    bench = Bench()
    bench.fail(K.SERVER, 10)
    await bench.time.advance(30)
    bench.fail(K.SERVER)
    await bench.time.advance(60)
    bench.fail(K.AUTH)
    bench.fail(K.SERVER, 20)
    trouble = bench.breaker.trouble
    assert trouble is not None
    assert (trouble.kind, trouble.outage, trouble.seconds) == (K.AUTH, False, 0.0)
    assert bench.changes == [K.SERVER, K.AUTH]


async def test_a_reset_lets_calls_go_but_proves_nothing() -> None:
    bench = Bench()
    bench.fail(K.AUTH)
    await bench.time.advance(10)
    bench.breaker.reset()
    assert bench.blocked() is None
    assert bench.kind is K.AUTH
    bench.breaker.reset()
    bench.fail(K.AUTH)
    trouble = bench.breaker.trouble
    assert trouble is not None
    assert trouble.seconds == 10.0, "it was never over"
    assert bench.changes == [K.AUTH]
    bench.breaker.reset()
    bench.breaker.succeeded("a")
    assert bench.changes == [K.AUTH, None]


def test_an_endpoint_alone_is_no_trouble_of_the_key() -> None:
    bench = Bench()
    bench.fail(K.PLAN, scope="endpoint")
    assert bench.breaker.trouble is None
    bench.breaker.succeeded("a")
    assert bench.changes == []
