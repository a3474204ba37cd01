"""The client: breaker, budget, transport and decoding in a row, and what is kept of reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from typing_extensions import override

from bot.cad.breaker import Breaker
from bot.cad.budget import Budget
from bot.cad.client import CadClient, Caller
from bot.cad.protocol import Dialect, NewCharacter, Request, Response
from bot.cad.transport import Transport
from bot.cad.v1 import V1
from bot.cad.v2 import V2
from bot.domain.models import Target
from bot.errors import CadError, CadErrorKind, Sent
from bot.settings import CreateForm
from tests.cad.support import ACCOUNT, CREDENTIALS, SECRET, FakeTime, answer, cad_error, settle

K = CadErrorKind
ME = Target.of(discord=123456789012345678)
OTHER_NAME = Target.of(account=ACCOUNT)
PLAYER = Caller(person=1)
RECORDS = '[{"id":1,"type":7,"name":"A"},{"id":2,"type":7,"name":"B"}]'

Handler = Callable[[Request], Response | CadError]


class FakeCad(Transport):
    """Answers by a handler, after as long as a test holds it back."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.seen: list[str] = []
        self.gate: asyncio.Event | None = None

    @override
    async def send(self, request: Request, *, timeout: float = 10.0) -> Response:
        self.seen.append(request.endpoint)
        if self.gate is not None:
            await self.gate.wait()
        result = self.handler(request)
        if isinstance(result, CadError):
            raise result
        return result


def usual(request: Request) -> Response | CadError:
    body = {
        "GET /v2/civilian/character-links": '["a"]',
        "GET /v2/civilian/characters": RECORDS,
        "GET /v2/general/templates/{recordTypeId}": '{"recordTypeId":7,"name":"Civilian"}',
        "GET /v2/general/version": '{"version":3,"name":"PLUS"}',
        "GET /v2/general/info": '{"uuid":"u","community":{"comId":"c","name":"n"}}',
        "GET /v2/general/accounts/account": f'{{"uuid":"{ACCOUNT}","username":"B","status":1}}',
        "POST /v2/general/links/check": '{"linked":false}',
        "POST /v2/general/secrets/verify": f'{{"{ACCOUNT}":"{SECRET}"}}',
        "POST /v2/general/records": '{"id":3,"type":7}',
    }.get(request.endpoint)
    return answer(204) if body is None else answer(200, body)


class Bench:
    def __init__(self, handler: Handler = usual, *, dialect: Dialect | None = None) -> None:
        self.time = FakeTime()
        self.cad = FakeCad(handler)
        self.observed: list[tuple[str, str, float]] = []
        self.client = CadClient(
            dialect or V2(CREDENTIALS),
            self.cad,
            Budget("documented", clock=self.time.clock, sleep=self.time.sleep),
            Breaker(clock=self.time.clock),
            clock=self.time.clock,
            observe=lambda *seen: self.observed.append(seen),
        )


async def failing(awaitable: Any) -> CadError:
    with pytest.raises(CadError) as caught:
        await awaitable
    return caught.value


async def test_every_read_gives_its_result() -> None:
    client = Bench().client
    assert await client.links(PLAYER, ME) == ("a",)
    assert [record.id for record in await client.characters(PLAYER, ME)] == [1, 2]
    assert (await client.template(PLAYER)).name == "Civilian"
    assert (await client.plan(PLAYER)).name == "PLUS"
    assert (await client.community(PLAYER)).community_id == "c"
    assert (await client.account(PLAYER, ME)).uuid == ACCOUNT
    assert await client.check_api_id(PLAYER, "x") is None
    assert await client.verify_secret(PLAYER, SECRET) == ACCOUNT


async def test_every_write_is_one_call() -> None:
    bench = Bench()
    assert (await bench.client.link(PLAYER, ME, "a")).sync_id == "a"
    assert (await bench.client.unlink(PLAYER, ME, "a")).sync_id == "a"
    created = await bench.client.create(PLAYER, ME, NewCharacter(values={"first": "A"}))
    assert created.record is not None
    await bench.client.edit(PLAYER, ME, 1, {"first": "A"})
    await bench.client.remove(PLAYER, 1)
    staff = Caller(person=2)
    await bench.client.select(staff, ME, 1)
    assert len(bench.cad.seen) == 6
    assert [outcome for _, outcome, _ in bench.observed] == ["ok"] * 6


async def test_both_dialects_fit() -> None:
    bench = Bench(lambda _: answer(200, "[]"), dialect=V1(CREDENTIALS, CreateForm.DICTIONARY))
    assert await bench.client.links(PLAYER, Target.of(api_id="1")) == ()


@pytest.mark.parametrize(
    ("read", "peek"),
    [("links", "peek_links"), ("characters", "peek_characters"), ("account", None)],
)
async def test_reads_are_kept_for_half_a_minute(read: str, peek: str | None) -> None:
    bench = Bench()
    method = getattr(bench.client, read)
    if peek:
        assert getattr(bench.client, peek)(ME) is None
    first = await method(PLAYER, ME)
    bench.time.now += 29
    assert await method(PLAYER, ME) == first
    assert len(bench.cad.seen) == 1
    await method(PLAYER, ME, fresh=True)
    assert len(bench.cad.seen) == 2
    bench.time.now += 30
    if peek:
        assert getattr(bench.client, peek)(ME) == first
        assert getattr(bench.client, peek)(ME, max_age=30) is None
    await method(PLAYER, ME)
    assert len(bench.cad.seen) == 3


async def test_the_template_is_kept_for_ten_minutes() -> None:
    bench = Bench()
    assert bench.client.peek_template() is None
    template = await bench.client.template(PLAYER)
    bench.time.now += 599
    assert await bench.client.template(PLAYER) is template
    assert bench.client.peek_template() == (template, 599.0)
    assert bench.client.peek_template(max_age=599) is None
    bench.time.now += 1
    await bench.client.template(PLAYER)
    assert len(bench.cad.seen) == 2


async def test_many_who_ask_the_same_at_once_make_one_call() -> None:
    bench = Bench()
    bench.cad.gate = asyncio.Event()
    tasks = [asyncio.create_task(bench.client.template(Caller(person=number))) for number in range(50)]
    await settle()
    tasks[0].cancel()
    bench.cad.gate.set()
    results = await asyncio.gather(*tasks[1:])
    assert len(bench.cad.seen) == 1
    assert len({id(result) for result in results}) == 1


async def test_links_that_were_read_follow_what_is_linked() -> None:
    bench = Bench()
    await bench.client.link(PLAYER, ME, "z")
    assert bench.client.peek_links(ME) is None  # nothing was read, so nothing is made up
    await bench.client.links(PLAYER, ME)
    await bench.client.characters(PLAYER, ME)
    await bench.client.link(PLAYER, ME, "b")
    await bench.client.link(PLAYER, ME, "b")
    assert bench.client.peek_links(ME) == ("a", "b")
    assert bench.client.peek_characters(ME) is None
    await bench.client.unlink(PLAYER, ME, "a")
    assert bench.client.peek_links(ME) == ("b",)


async def test_a_removed_character_leaves_every_list() -> None:
    bench = Bench()
    for target in (ME, OTHER_NAME):
        await bench.client.characters(PLAYER, target)
    await bench.client.remove(PLAYER, 1)
    for target in (ME, OTHER_NAME):
        kept = bench.client.peek_characters(target)
        assert kept is not None
        assert [record.id for record in kept] == [2]
    await bench.client.remove(PLAYER, 99)
    assert bench.client.peek_characters(ME) is not None


@pytest.mark.parametrize(
    ("write", "other_too"),
    [
        (lambda client: client.create(PLAYER, ME, NewCharacter(values={})), False),
        (lambda client: client.edit(PLAYER, ME, 1, {}), True),
        (lambda client: client.select(PLAYER, ME, 1), False),
    ],
    ids=["create", "edit", "select"],
)
async def test_other_writes_drop_the_characters(write: Callable[[CadClient], Any], other_too: bool) -> None:  # noqa: FBT001 - a table's column
    bench = Bench()
    for target in (ME, OTHER_NAME):
        await bench.client.characters(PLAYER, target)
    await write(bench.client)
    assert bench.client.peek_characters(ME) is None
    assert (bench.client.peek_characters(OTHER_NAME) is None) is other_too


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (cad_error(K.TIMEOUT, sent=Sent.UNKNOWN), False),
        (cad_error(K.NOT_FOUND, sent=Sent.ANSWERED), False),
        (cad_error(K.TRANSPORT, sent=Sent.NO), True),
    ],
    ids=["unknown", "refused", "not-sent"],
)
async def test_a_write_without_result_drops_what_it_was_about(error: CadError, kept: bool) -> None:  # noqa: FBT001 - a table's column
    bench = Bench(lambda request: error if request.write else usual(request))
    for target in (ME, OTHER_NAME):
        await bench.client.links(PLAYER, target)
        await bench.client.characters(PLAYER, target)
    assert await failing(bench.client.unlink(PLAYER, ME, "a")) is error
    assert (bench.client.peek_links(ME) is not None) is kept
    assert (bench.client.peek_characters(ME) is not None) is kept
    assert bench.client.peek_characters(OTHER_NAME) is not None
    assert await failing(bench.client.remove(PLAYER, 1)) is error
    assert (bench.client.peek_characters(OTHER_NAME) is not None) is kept


async def test_a_cancelled_write_drops_what_it_was_about() -> None:
    bench = Bench()
    await bench.client.links(PLAYER, ME)
    bench.cad.gate = asyncio.Event()
    task = asyncio.create_task(bench.client.link(PLAYER, ME, "b"))
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.client.peek_links(ME) is None
    assert bench.observed[-1][1] == "cancelled"


async def test_what_cannot_be_sent_is_a_programming_error_and_drops_nothing() -> None:
    bench = Bench()
    await bench.client.links(PLAYER, ME)
    with pytest.raises(ValueError, match="unsafe sync ID"):
        await bench.client.link(PLAYER, ME, "..")
    with pytest.raises(ValueError, match="not a UUID"):
        await bench.client.verify_secret(PLAYER, "x")
    assert bench.client.peek_links(ME) == ("a",)
    assert len(bench.cad.seen) == 1


async def test_c25_a_429_is_waited_out_in_full_when_it_fits() -> None:
    answers = iter([answer(429, "{}", retry_after="17"), answer(204)])
    bench = Bench(lambda _: next(answers))
    task = asyncio.create_task(bench.client.link(replace(PLAYER, deadline=20.0), ME, "a"))
    await bench.time.advance(16)
    assert len(bench.cad.seen) == 1
    await bench.time.advance(1)
    assert (await task).sync_id == "a"
    assert [outcome for _, outcome, _ in bench.observed] == ["rate-limited", "ok"]


async def test_vector_46_a_429_over_the_deadline_fails_at_once() -> None:
    limited = answer(429, '{"request_id":"t"}', retry_after="Wed, 21 Oct 2099 07:28:00 GMT")
    bench = Bench(lambda _: limited)
    error = await failing(bench.client.link(PLAYER, ME, "a"))
    assert (error.kind, error.status, error.trace_id) == (K.RATE_LIMITED, 429, "t")
    assert len(bench.cad.seen) == 1
    ours = await failing(bench.client.link(PLAYER, ME, "a"))
    assert (ours.status, ours.wait) == (None, 3600.0)


async def test_a_429_is_not_tried_for_ever() -> None:
    bench = Bench(lambda _: answer(429, "{}", retry_after="1"))
    task = asyncio.create_task(failing(bench.client.link(PLAYER, ME, "a")))
    await bench.time.advance(20)
    assert (await task).status == 429
    assert len(bench.cad.seen) == 3


@pytest.mark.parametrize("kind", [K.SERVER, K.TIMEOUT, K.TRANSPORT, K.UNEXPECTED])
async def test_vector_39_no_other_failure_is_ever_tried_again(kind: CadErrorKind) -> None:
    bench = Bench(lambda _: cad_error(kind, sent=Sent.UNKNOWN))
    await failing(bench.client.create(PLAYER, ME, NewCharacter(values={})))
    await failing(bench.client.links(PLAYER, ME))
    assert len(bench.cad.seen) == 2


async def test_an_open_breaker_stops_calls_until_it_is_reset() -> None:
    bench = Bench(lambda _: answer(401, "{}"))
    assert (await failing(bench.client.links(PLAYER, ME))).kind is K.AUTH
    paused = await failing(bench.client.plan(PLAYER))
    assert (paused.kind, paused.params["cause"]) == (K.PAUSED, "auth")
    assert len(bench.cad.seen) == 1
    bench.cad.handler = usual
    bench.client.breaker.reset()
    assert await bench.client.links(PLAYER, ME) == ("a",)


async def test_those_in_the_queue_stop_too_when_the_breaker_opens() -> None:
    bench = Bench(lambda _: answer(401, "{}"))
    bench.cad.gate = asyncio.Event()
    calls = [asyncio.create_task(failing(bench.client.plan(Caller(person=n, deadline=100)))) for n in range(12)]
    await settle()
    bench.cad.gate.set()
    await bench.time.advance(60)
    kinds = [(await call).kind for call in calls]
    assert kinds == [K.AUTH] * 9 + [K.PAUSED] * 3
    assert len(bench.cad.seen) == 9


async def test_a_success_closes_the_breaker() -> None:
    bench = Bench(lambda _: answer(401, "{}"))
    await failing(bench.client.plan(PLAYER))
    bench.cad.handler = usual
    await bench.time.advance(3600)
    await bench.client.plan(PLAYER)
    await bench.client.plan(PLAYER)
    assert bench.client.breaker.trouble is None


async def test_in_an_outage_whoever_comes_back_after_his_wait_is_the_probe_and_the_only_one() -> None:
    bench = Bench(lambda _: cad_error(K.TRANSPORT, sent=Sent.NO))
    kept = [Caller(deadline=10) for _ in range(4)]
    for _ in range(3):
        for caller in kept:
            await failing(bench.client.plan(caller))
        await bench.time.advance(31)
    before = len(bench.cad.seen)
    errors = [await failing(bench.client.plan(caller)) for caller in kept]
    assert len(bench.cad.seen) == before + 1
    assert [error.kind for error in errors] == [K.TRANSPORT] + [K.PAUSED] * 3
    await bench.time.advance(errors[-1].wait or 0.0)
    bench.cad.handler = usual
    for caller in kept:
        await bench.client.plan(caller)
    assert len(bench.cad.seen) == before + 5
    assert bench.client.breaker.trouble is None


async def test_who_is_not_linked_may_hear_it_five_times_a_minute() -> None:
    bench = Bench(lambda _: answer(404, '{"detail":"Account not found."}'))
    for _ in range(5):
        assert (await failing(bench.client.links(PLAYER, ME))).kind is K.NOT_LINKED
    error = await failing(bench.client.links(PLAYER, ME))
    assert (error.kind, error.sent, error.wait) == (K.RATE_LIMITED, Sent.NO, 60.0)
    assert len(bench.cad.seen) == 5


async def test_secrets_may_be_guessed_five_times_an_hour() -> None:
    bench = Bench(lambda _: answer(200, "{}"))
    for _ in range(5):
        assert (await failing(bench.client.verify_secret(PLAYER, SECRET))).kind is K.NOT_VERIFIED
        await bench.time.advance(60)
    error = await failing(bench.client.verify_secret(PLAYER, SECRET))
    assert (error.kind, error.wait) == (K.RATE_LIMITED, 3300.0)
    assert len(bench.cad.seen) == 5
    bench.cad.handler = usual
    assert await bench.client.links(PLAYER, ME) == ("a",)


async def test_a_client_needs_no_observer() -> None:
    time = FakeTime()
    client = CadClient(V2(CREDENTIALS), FakeCad(usual), Budget(clock=time.clock), Breaker(clock=time.clock))
    assert (await client.plan(PLAYER)).name == "PLUS"
