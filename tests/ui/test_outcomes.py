"""What became of a kept operation reaches who asked: in his answer, anew, by DM, in the channel; once, in his words."""

from __future__ import annotations

import asyncio
import itertools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import discord
import pytest

from bot.errors import StorageError
from bot.i18n import Catalogues
from bot.services.history import TOKEN_PURPOSE
from bot.storage import history
from bot.storage import operations as rows
from bot.storage.history import TOKEN_SECONDS, State
from bot.ui.outcomes import GIVE_UP_SECONDS, LATE, NOTICED_SECONDS, RETRY_AT_MOST, RETRY_SECONDS, Outcomes
from bot.ui.reply import shared_id
from tests.cogs.entries import entry
from tests.ui.people import refused_by_discord

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.storage.history import Entry
    from bot.ui.reply import Reply
    from tests.community import Town

GUILD, CHANNEL, PIA = 501, 801, 7001
NOW = 1_700_000_000.0


class Office:
    """Takes answers, DMs and channel messages, or does not."""

    def __init__(self) -> None:
        self.said: list[tuple[str, object, Reply]] = []
        self.keys: list[str] = []
        self.answers: Exception | None = None
        self.takes_dms = True
        self.takes_posts = True
        self.tries = 0

    @property
    def ways(self) -> list[str]:
        return [way for way, _, _ in self.said]

    @property
    def last(self) -> Reply:
        return self.said[-1][2]

    async def answer(self, token: str, reply: Reply, *, anew: bool) -> None:
        self.tries += 1
        if self.answers is not None:
            raise self.answers
        self.said.append(("answer anew" if anew else "answer", token, reply))

    async def direct(self, member_id: int, reply: Reply, *, key: str = "") -> bool:
        self.tries += 1
        if self.takes_dms:
            self.keys.append(key)
            self.said.append(("dm", member_id, reply))
        return self.takes_dms

    async def tell(self, member_id: int, reply: Reply, *, channel_id: int, instead: Reply, key: str = "") -> bool:
        if await self.direct(member_id, reply, key=key):
            return True
        if self.takes_posts:
            self.keys.append(key)
            self.said.append((f"post {member_id}", channel_id, instead))
        return self.takes_posts


class Desk:
    """Who tells outcomes, over a database and with the clock of a town."""

    def __init__(self, place: Town) -> None:
        self.place = place
        self.place.clock.now = NOW
        self.office = Office()
        self.owing = asyncio.Event()
        self.served = {GUILD}
        self.pauses: list[float] = []
        self.outcomes = self.again()

    def again(self) -> Outcomes:
        """Return one as after a restart."""

        async def pause(seconds: float) -> None:
            self.pauses.append(seconds)
            await asyncio.sleep(0)

        return Outcomes(
            self.place.database,
            self.place.vault,
            cast("Any", self.office),
            Catalogues.load(),
            owing=self.owing,
            serves=lambda guild_id: guild_id in self.served,
            clock=self.place.clock,
            pause=pause,
        )

    async def settled(self, age: float = 10.0, **more: Any) -> Entry:
        """Write an operation that was settled now and is owed to who asked `age` seconds ago."""
        token = self.place.vault.seal("the-token", guild_id=GUILD, purpose=TOKEN_PURPOSE)
        values: dict[str, Any] = {
            "began_at": NOW - age, "ended_at": NOW, "owed": True, "token": token, "channel_id": CHANNEL,
            "locale": "en-US", "rule": "player", "member_id": PIA, "subject": "ABC",
        }  # fmt: skip
        made = entry(GUILD, **{**values, **more})
        await self.place.database.write(lambda tx: history.add(tx, made))
        found = await self.place.database.read(lambda tx: rows.find(tx, made.operation))
        assert found is not None
        return found

    async def owed(self) -> int:
        return len(await self.place.database.read(rows.owing))


@pytest.fixture
def desk(place: Town) -> Desk:
    return Desk(place)


@pytest.mark.parametrize(
    ("state", "cause", "words"),
    [
        (State.DONE, "", ["Done: link `ABC`.", "<t:1699999990:R>"]),
        (State.FAILED, "kept-too-long", ["Not done: link `ABC`.", "could not be used for 24 hours", "Nothing was"]),
        (State.REFUSED, "cad-rejected", ["Not done: link `ABC`."]),
        (State.UNKNOWN, "kept-unsure", ["Not certain: link `ABC`.", "do not show whether", "Look in the CAD"]),
        (State.CANCELLED, "", ["Taken back: link `ABC`.", "Nothing was sent"]),
    ],
)
async def test_every_outcome_is_said_with_its_reason_and_reference(
    desk: Desk, state: State, cause: str, words: list[str]
) -> None:
    await desk.settled(state=state, cause=cause, reference="REFERENC")
    assert await desk.outcomes.tell() == 1
    text = f"{desk.office.last.headline}\n{desk.office.last.detail}"
    for word in (*words, "`REFERENC`"):
        assert word in text, text


@pytest.mark.parametrize(
    ("age", "way"),
    [
        (1, "answer"),
        (NOTICED_SECONDS, "answer"),
        (NOTICED_SECONDS + 1, "answer anew"),
        (TOKEN_SECONDS, "answer anew"),
        (TOKEN_SECONDS + 1, "dm"),
    ],
)
async def test_the_way_goes_by_its_age(desk: Desk, age: float, way: str) -> None:
    made = await desk.settled(age)
    assert await desk.outcomes.tell() == 1
    assert desk.office.ways == [way]
    assert desk.office.said[0][1] == ("the-token" if way.startswith("answer") else PIA)
    row = await desk.place.database.read(lambda tx: rows.find(tx, made.operation))
    assert row is not None
    assert (row.owed, row.token) == (False, None)


@pytest.mark.parametrize(
    "error",
    [
        refused_by_discord(10008, 404),
        refused_by_discord(50027, 401),
        refused_by_discord(0, 503),
        TimeoutError(),
        ConnectionResetError(),
        discord.DiscordException(),
    ],
)
async def test_an_answer_that_can_not_be_edited_becomes_a_dm(desk: Desk, error: Exception) -> None:
    desk.office.answers = error
    made = await desk.settled()
    assert await desk.outcomes.tell() == 1
    assert desk.office.ways == ["dm"]
    assert desk.office.keys == [made.operation], "so that Discord takes it once"


async def test_a_token_that_can_not_be_opened_becomes_a_dm(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    await desk.settled(token=b"\x01" + b"x" * 60)
    await desk.settled(token=None)
    assert await desk.outcomes.tell() == 2
    assert desk.office.ways == ["dm", "dm"]
    assert "can't be edited" in caplog.text


async def test_closed_dms_leave_a_hint_in_the_channel_that_says_nothing(desk: Desk) -> None:
    made = await desk.settled(TOKEN_SECONDS + 1, state=State.FAILED, cause="kept-too-long")
    desk.office.takes_dms = False
    assert await desk.outcomes.tell() == 1
    assert desk.office.ways == [f"post {PIA}"]
    hint = desk.office.last
    for secret in ("ABC", "link", "Not done"):
        assert secret not in f"{hint.headline}{hint.detail}"
    assert [(one.label, one.custom_id) for one in hint.buttons] == [
        ("Read it", shared_id(LATE, str(made.number), "read"))
    ]
    assert await desk.owed() == 0


async def test_without_a_channel_there_is_only_the_dm(desk: Desk) -> None:
    await desk.settled(TOKEN_SECONDS + 1, channel_id=None)
    desk.office.takes_dms = False
    assert await desk.outcomes.tell() == 0
    assert (desk.office.ways, await desk.owed()) == ([], 1)


async def test_what_the_bot_did_by_itself_is_told_nobody(desk: Desk) -> None:
    await desk.settled(actor_id=0, token=None)
    assert await desk.outcomes.tell() == 1
    assert (desk.office.ways, await desk.owed()) == ([], 0)


async def test_where_discord_takes_nothing_it_is_tried_ever_more_rarely(desk: Desk) -> None:
    await desk.settled(TOKEN_SECONDS + 1)
    desk.office.takes_dms = desk.office.takes_posts = False
    tried = []
    until = NOW + 2 * 3600
    while desk.place.clock.now < until:
        before = desk.office.tries
        assert await desk.outcomes.tell() == 0
        if desk.office.tries > before:
            tried.append(desk.place.clock.now - NOW)
        desk.place.clock.now += 1
    waits = [round(later - earlier) for earlier, later in itertools.pairwise(tried)]
    assert waits[0] == RETRY_SECONDS
    assert waits == sorted(waits)
    assert max(waits) == RETRY_AT_MOST
    assert len(tried) < 20
    desk.office.takes_posts = True
    desk.place.clock.now += RETRY_AT_MOST
    assert await desk.outcomes.tell() == 1
    assert desk.office.ways == [f"post {PIA}"]


async def test_after_a_day_it_is_given_up_with_a_line_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    await desk.settled(TOKEN_SECONDS + 1)
    desk.office.takes_dms = desk.office.takes_posts = False
    desk.place.clock.now += GIVE_UP_SECONDS - 1
    assert await desk.outcomes.tell() == 0
    desk.place.clock.now += RETRY_AT_MOST
    assert await desk.outcomes.tell() == 1
    assert await desk.owed() == 0
    assert "could not be told for a day" in caplog.text


async def test_it_is_told_once_over_a_restart_too(desk: Desk) -> None:
    await desk.settled()
    assert await desk.outcomes.tell() == 1
    assert await desk.outcomes.tell() == 0
    assert await desk.again().tell() == 0
    assert desk.office.ways == ["answer"]


async def test_what_could_not_be_noted_as_told_is_told_again_rather_than_never(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.settled()

    async def fails(_: object) -> None:
        raise StorageError("down")

    with monkeypatch.context() as patched:
        patched.setattr(desk.place.database, "write", fails)
        with pytest.raises(StorageError):
            await desk.outcomes.tell()
    assert await desk.outcomes.tell() == 1
    assert desk.office.ways == ["answer", "answer"]


async def test_what_is_open_or_another_process_serves_or_nobody_waits_for_is_left_alone(desk: Desk) -> None:
    await desk.settled(state=State.SENDING, ended_at=None)
    await desk.settled(owed=False)
    await desk.settled()
    desk.served.clear()
    assert await desk.outcomes.tell() == 0
    assert desk.office.tries == 0


async def test_it_is_said_in_the_language_of_who_asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    into = desk.outcomes._words.into

    def watched(locale: str) -> Any:
        asked.append(locale)
        return into(locale)

    monkeypatch.setattr(desk.outcomes, "_words", SimpleNamespace(into=watched))
    await desk.settled(locale="de")
    await desk.settled(locale="")
    await desk.outcomes.tell()
    assert asked == ["de", "en-US"]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what is waited for is a state
            await asyncio.sleep(0.005)


async def test_it_runs_when_woken_and_survives_failures(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read, failures = desk.place.database.read, [RuntimeError("odd"), StorageError("down")]

    async def shaky(work: Any) -> Any:
        if failures:
            raise failures.pop()
        return await read(work)

    monkeypatch.setattr(desk.place.database, "read", shaky)
    running = asyncio.create_task(desk.outcomes.run())
    try:
        for left in (1, 0):
            desk.owing.set()
            await until(lambda left=left: len(failures) == left)  # type: ignore[misc]
        await desk.settled()
        desk.owing.set()
        await until(lambda: desk.office.ways == ["answer"])
    finally:
        running.cancel()
    assert "outcomes are told later" in caplog.text
    assert "failed unexpectedly" in caplog.text
    assert len(desk.pauses) == 2
