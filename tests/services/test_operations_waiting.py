"""How long kept operations wait, who may take them back and when, and what goes on after a restart."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.cad.caller import Caller
from bot.domain.access import Rule
from bot.errors import CadError, CadErrorKind, Refused, Sent
from bot.services.drafts import DraftState
from bot.services.operations import KEY_SECONDS, PAUSE_AT_LEAST, PAUSE_AT_MOST, QUIET_SECONDS, Operations
from bot.services.tenants import Guild
from bot.storage import operations as rows
from bot.storage.history import State
from tests.community import GUILD, OTTO, PIA, Fault, Town
from tests.engine import drive
from tests.services.creating import about, create, creation_of, draft_of, key, names, settle
from tests.services.keeping import KINDS, V1, link, select
from tests.services.keeping import create as creating

if TYPE_CHECKING:
    from bot.errors import Kept as KeptError


def driver(place: Town, *, jitter: float = 0.5, guild: Guild | None = None) -> Operations:
    """Return a driver with its own chance, and perhaps another guild."""
    made = place.operations
    made._jitter = lambda: jitter
    if guild is not None:
        made._find = lambda _: guild
    return made


class TestWaiting:
    @pytest.mark.parametrize(
        ("age", "jitter", "pause"),
        [
            (0, 0.0, PAUSE_AT_LEAST * 0.75),
            (0, 1.0, PAUSE_AT_LEAST),
            (20, 0.0, 7.5),
            (20, 1.0, 10),
            (3600, 0.0, PAUSE_AT_MOST * 0.75),
            (3600, 1.0, PAUSE_AT_MOST),
        ],
    )
    async def test_grows_with_what_was_waited_and_is_spread(self, age: float, jitter: float, pause: float) -> None:
        kept = link()
        operation = await kept.accepted()
        kept.place.clock.now += age
        kept.place.cad.break_("link", CadErrorKind.TRANSPORT)
        assert await driver(kept.place, jitter=jitter).attempt(operation) == pause
        assert (await kept.row(operation)).state is State.ACCEPTED

    async def test_an_outage_of_an_hour_is_some_hundred_calls_and_found_over_within_half_a_minute(self) -> None:
        kept = link()
        operation = await kept.accepted()
        over = kept.place.clock.now + 3600
        send, calls = kept.place.cad.send, 0

        async def down(*args: Any, **how: Any) -> Any:
            nonlocal calls
            calls += 1
            if kept.place.clock.now < over:
                raise CadError(CadErrorKind.TRANSPORT, sent=Sent.NO)
            return await send(*args, **how)

        kept.place.cad.send = down  # type: ignore[method-assign]
        await drive(kept.place.operations.attempt, operation, kept.place.clock, most=1000)
        assert kept.pia.links == ["ABC"]
        assert kept.place.clock.now - over <= PAUSE_AT_MOST + 1
        assert calls < 150

    async def test_what_the_cad_asks_for_is_waited_in_full(self) -> None:
        kept = link()
        operation = await kept.accepted()
        limited = CadError(CadErrorKind.RATE_LIMITED, sent=Sent.NO, endpoint="link", wait=90)
        kept.place.cad.faults.append(Fault("link", limited))
        pause = await kept.place.operations.attempt(operation)
        assert pause is not None
        assert 90 <= pause <= 91
        kept.place.clock.now += pause
        assert await kept.place.operations.attempt(operation) is None
        assert kept.place.asked == ["link", "link"]
        assert kept.pia.links == ["ABC"]

    @pytest.mark.parametrize("kind", [CadErrorKind.AUTH, CadErrorKind.CONFIG, CadErrorKind.PLAN])
    async def test_trouble_with_the_key_pauses_it_until_the_key_works(self, kind: CadErrorKind) -> None:
        kept = link()
        operation = await kept.accepted()
        kept.place.cad.break_("link", kind, Sent.ANSWERED)
        for _ in range(5):  # the breaker holds it back: that is no call
            assert await kept.place.operations.attempt(operation) == KEY_SECONDS
            assert (await kept.row(operation)).state is State.ACCEPTED
            kept.place.clock.now += KEY_SECONDS
        assert kept.place.asked == ["link"]
        await drive(kept.place.operations.attempt, operation, kept.place.clock)
        assert kept.place.asked == ["link"]
        assert kept.pia.links == ["ABC"]

    async def test_trouble_with_the_key_while_looking_decides_nothing(self) -> None:
        kept = link()
        operation = await kept.sending()
        kept.place.clock.now += QUIET_SECONDS
        kept.place.cad.break_("links", CadErrorKind.AUTH, Sent.ANSWERED)
        assert await kept.place.operations.attempt(operation) == KEY_SECONDS
        assert (await kept.row(operation)).state is State.SENDING

    @pytest.mark.parametrize("sent", [True, False])
    @pytest.mark.parametrize("gone", ["disconnected", "another community"])
    async def test_a_guild_that_is_connected_otherwise_sends_nothing(self, gone: str, *, sent: bool) -> None:
        kept = link()
        operation = await (kept.sending() if sent else kept.accepted())
        tenant = kept.place.tenant
        community = type(tenant.community)("other", "Other")
        other = None if gone == "disconnected" else replace(tenant, community=community)
        assert await driver(kept.place, guild=Guild(GUILD, tenant=other)).attempt(operation) is None
        row = await kept.row(operation)
        assert (row.state, row.cause) == (State.UNKNOWN if sent else State.FAILED, "kept-disconnected")
        assert kept.place.asked == []

    async def test_what_nobody_foresaw_only_puts_it_off(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        kept = link()
        operation = await kept.sending()
        kept.place.clock.now += QUIET_SECONDS

        async def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as patched:
            patched.setattr(kept.place.cad, "send", broken)
            assert await kept.place.operations.attempt(operation) == PAUSE_AT_MOST
        assert "ZeroDivisionError" in caplog.text
        await drive(kept.place.operations.attempt, operation, kept.place.clock)
        assert kept.pia.links == ["ABC"]

    async def test_one_that_nobody_knows_is_nothing_to_do(self) -> None:
        assert await link().place.operations.attempt("i:1:none:") is None

    async def test_what_was_decided_by_somebody_is_sent_once_only(self) -> None:
        kept = link(once=True)
        operation = await kept.sending()
        kept.place.clock.now += QUIET_SECONDS
        assert await kept.place.operations.attempt(operation) is None
        row = await kept.row(operation)
        assert (row.state, row.cause) == (State.FAILED, "kept-not-applied")
        assert kept.place.asked == ["links"]


@pytest.mark.parametrize(
    ("rule", "job", "caller"),
    [
        (Rule.PLAYER, None, Caller(person=PIA, guild=GUILD)),
        (Rule.STAFF, None, Caller(person=PIA, guild=GUILD, staff=True)),
        (Rule.APPROVER, None, Caller(person=PIA, guild=GUILD, staff=True)),
        (Rule.ADMIN, "job1", Caller(guild=GUILD, bulk=True)),
    ],
)
async def test_its_calls_count_as_whose_they_are(
    rule: Rule, job: str | None, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, seen = link(), []
    take = kept.place.tenant.cad.budget.take

    async def watched(request: Any, who: Caller, **how: Any) -> None:
        seen.append(who)
        await take(request, who, **how)

    monkeypatch.setattr(kept.place.tenant.cad.budget, "take", watched)
    operation = await kept.accepted(kept.place.turn(PIA, rule), job_id=job)
    assert await kept.place.operations.attempt(operation) is None
    assert [replace(one, deadline=caller.deadline, on_send=None) for one in seen] == [caller]


class TestTakingBack:
    @pytest.mark.parametrize("kind", KINDS)
    async def test_before_it_was_sent_it_never_is(self, kind: str) -> None:
        kept = KINDS[kind]()
        operation = await kept.accepted()
        entry = await kept.place.operations.cancel(kept.place.turn(), operation)
        row = await kept.row(operation)
        assert entry.state is row.state is State.CANCELLED
        assert (row.owed, row.token, row.sealed_order, row.after) == (False, None, None, None)
        assert await kept.place.operations.attempt(operation) is None
        assert (kept.place.asked, kept.changes) == ([], [])
        assert await kept.draft_state() == ("open" if kept.draft else "")

    async def test_once_it_may_have_been_sent_it_is_too_late(self) -> None:
        kept = link()
        operation = await kept.sending()
        with pytest.raises(Refused, match="kept-too-late"):
            await kept.place.operations.cancel(kept.place.turn(), operation)
        await drive(kept.place.operations.attempt, operation, kept.place.clock)
        with pytest.raises(Refused, match="kept-settled"):
            await kept.place.operations.cancel(kept.place.turn(), operation)
        assert (await kept.row(operation)).state is State.DONE

    async def test_it_is_ones_own(self) -> None:
        kept = link()
        operation = await kept.accepted()
        elsewhere = replace(kept.place.turn(), guild=Guild(501, tenant=kept.place.tenant))
        for turn in (kept.place.turn(OTTO), kept.place.turn(OTTO, Rule.ADMIN), elsewhere):
            with pytest.raises(Refused, match="kept-not-yours"):
                await kept.place.operations.cancel(turn, operation)
        with pytest.raises(Refused, match="kept-not-yours"):
            await kept.place.operations.cancel(kept.place.turn(), "i:9:none:")
        assert (await kept.row(operation)).state is State.ACCEPTED

    async def test_admins_take_back_by_its_reference(self) -> None:
        kept = link()
        operation = await kept.accepted()
        await kept.place.database.write(lambda tx: rows.owe(tx, operation))
        admin = kept.place.turn(OTTO, Rule.ADMIN)
        with pytest.raises(Refused, match="kept-unknown-reference"):
            await kept.place.operations.cancel_reference(
                replace(admin, guild=Guild(501, tenant=kept.place.tenant)), "REF00001"
            )
        with pytest.raises(Refused, match="kept-unknown-reference"):
            await kept.place.operations.cancel_reference(admin, "REF99999")
        assert (await kept.place.operations.cancel_reference(admin, " `ref00001`")).operation == operation
        row = await kept.row(operation)
        assert (row.state, row.cause, row.owed) == (State.CANCELLED, "kept-withdrawn", True)  # who asked is to be told
        with pytest.raises(Refused, match="kept-settled"):
            await kept.place.operations.cancel_reference(admin, "REF00001")

    async def test_who_takes_back_his_own_has_read_it_already(self) -> None:
        kept = link()
        operation = await kept.accepted()
        await kept.place.database.write(lambda tx: rows.owe(tx, operation))
        await kept.place.operations.cancel(kept.place.turn(), operation)
        row = await kept.row(operation)
        assert (row.state, row.cause, row.owed) == (State.CANCELLED, "", False)

    @pytest.mark.parametrize("first", ["cancel", "attempt"])
    async def test_taken_back_while_it_is_sent_is_one_or_the_other(self, first: str) -> None:
        for _ in range(10):
            kept = link()
            operation = await kept.accepted()
            acts = [
                kept.place.operations.attempt(operation),
                kept.place.operations.cancel(kept.place.turn(), operation),
            ]
            if first == "cancel":
                acts.reverse()
            found = await asyncio.gather(*acts, return_exceptions=True)
            cancelled = not any(isinstance(one, Refused) for one in found)
            await drive(kept.place.operations.attempt, operation, kept.place.clock)
            row = await kept.row(operation)
            assert row.state is (State.CANCELLED if cancelled else State.DONE)
            assert kept.pia.links == ([] if cancelled else ["ABC"])

    async def test_too_late_leaves_the_form_closed_so_that_nothing_is_made_twice(self, place: Town) -> None:
        settle(place)
        pia, creation = place.resident("Pia", PIA), creation_of(place)
        draft = await draft_of(place, creation)
        place.cad.break_("create", CadErrorKind.TRANSPORT)
        kept: KeptError = await create(place, creation, draft)  # type: ignore[assignment]
        operations = place.driver(creation._drafts)
        assert await operations.attempt(kept.operation) is None
        with pytest.raises(Refused, match="kept-settled"):
            await operations.cancel(place.turn(), kept.operation)
        assert draft.state is DraftState.DONE
        for _ in range(2):
            assert key(await create(place, creation, draft)) == "create-done"
        assert names(place, pia) == ["jane"]

    async def test_taken_back_the_form_is_open_again_with_all_that_was_typed(self, place: Town) -> None:
        settle(place)
        pia, creation = place.resident("Pia", PIA), creation_of(place)
        draft = await draft_of(place, creation)
        place.cad.break_("create", CadErrorKind.TRANSPORT)
        kept: KeptError = await create(place, creation, draft)  # type: ignore[assignment]
        assert key(await create(place, creation, draft)) == "create-under-way"
        await place.driver(creation._drafts).cancel(place.turn(), kept.operation)
        assert draft.state is DraftState.OPEN
        again = await creation_of(place).find(place.turn(), about(draft).draft_id)  # as another process finds it
        assert (again.state, again.answers) == (DraftState.OPEN, draft.answers)
        assert await create(place, creation, draft) is None
        assert names(place, pia) == ["jane"]


class TestAfterARestart:
    async def test_what_is_open_is_handed_over_once_the_oldest_first(self) -> None:
        kept = link()
        place = kept.place
        first = await kept.sending()
        second = await kept.accepted()
        settled = await kept.accepted()
        assert await place.operations.attempt(settled) is None
        await kept.accepted(job_id="job1")
        left = await place.operations.left(lambda guild_id: guild_id == GUILD)
        assert [one.operation for one in left] == [first, second]
        assert await place.operations.left(lambda _: False) == ()
        for one in left:
            await place.operations.take_up(one)
        assert place.engine.operations == [first, second]
        assert [one.operation for one in await place.operations.of_guild(GUILD)] == [first, second]
        assert await place.operations.kept(GUILD) == 2

    async def test_who_still_waits_is_owed_the_outcome_and_nobody_else(self) -> None:
        kept = link()
        place = kept.place

        async def stops() -> None:
            async with place.history.operation(place.turn(), kept.deed, kept.order):
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await stops()
        silent = await kept.accepted()  # without a token: nobody waits
        left = await place.operations.left(lambda _: True)
        await place.operations.owe(one for one in left if one.token is not None)
        waited, unwaited = [await kept.row(one.operation) for one in left]
        assert (waited.owed, unwaited.owed, unwaited.operation) == (True, False, silent)
        for one in left:
            await drive(place.operations.attempt, one.operation, place.clock)
        assert [one.operation for one in await place.database.read(rows.owing)] == [waited.operation]
        assert len(kept.changes) == 1

    async def test_an_outcome_is_for_whom_it_was_asked(self) -> None:
        kept = link()
        operation = await kept.accepted()
        operations, number = kept.place.operations, str((await kept.row(operation)).number)
        with pytest.raises(Refused, match="late-gone"):
            await operations.outcome(kept.place.turn(), number)
        assert await operations.attempt(operation) is None
        assert (await operations.outcome(kept.place.turn(), number)).state is State.DONE
        with pytest.raises(Refused, match="late-not-yours"):
            await operations.outcome(kept.place.turn(OTTO), number)
        elsewhere = replace(kept.place.turn(), guild=Guild(501, tenant=kept.place.tenant))
        with pytest.raises(Refused, match="late-gone"):
            await operations.outcome(elsewhere, number)
        for forged in ("", "-1", "²", "9" * 19, "9" * 18, "x"):
            with pytest.raises(Refused, match="late-gone"):
                await operations.outcome(kept.place.turn(), forged)

    async def test_what_was_kept_wakes_who_tells_it(self) -> None:
        kept = select(V1)
        place = kept.place
        history = place.history
        operations = Operations(
            place.database, place.vault, place.operations._drafts, place.engine,
            history=history, rechecking=place.rechecking, find=lambda _: place.guild, clock=place.clock,
        )  # fmt: skip
        assert await operations.attempt(await kept.accepted()) is None
        assert history.owing.is_set()
        assert history.settled.is_set()


async def test_two_drivers_of_one_operation_send_it_once() -> None:
    for _ in range(10):
        kept = creating()
        operation = await kept.accepted()
        await asyncio.gather(*(kept.place.operations.attempt(operation) for _ in range(3)))
        await drive(kept.place.operations.attempt, operation, kept.place.clock)
        assert len(kept.changes) == 1
