"""A job's message: one, kept up to date, posted anew where it was deleted; its end is told, whatever Discord does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.errors import Undelivered
from bot.i18n import Catalogues
from bot.services.jobs.ledger import Look
from bot.storage.jobs import Job, JobState, RowState
from bot.ui.progress import EDIT_SECONDS, Progress, duration, progress_reply, state_line
from bot.ui.words import Words
from tests.cogs.stage import OpenGuilds
from tests.community import SAM, Town, town
from tests.services.jobs.works import MEMBER, Works, many

if TYPE_CHECKING:
    from bot.ui.reply import Reply

CATALOGUES = Catalogues.load()
WORDS = Words(CATALOGUES, "en-US")


@dataclass
class Office:
    """Takes messages; `closed` lets nobody in, `broken` fails for a while."""

    messages: dict[int, Reply] = field(default_factory=dict)
    dms: list[Reply] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    tries: int = 0
    edits: int = 0
    closed: bool = False
    broken: bool = False

    async def send(self, channel_id: int, reply: Reply, *, key: str) -> int:
        assert channel_id == 700
        self._try()
        assert key not in self.keys
        self.keys.add(key)
        self.messages[self.tries] = reply
        return self.tries

    async def edit(self, channel_id: int, message_id: int, reply: Reply) -> None:
        assert channel_id == 700
        self._try()
        if message_id not in self.messages:
            raise Undelivered(gone=True)
        self.messages[message_id] = reply
        self.edits += 1

    async def direct(self, member_id: int, reply: Reply, *, key: str) -> bool:
        assert (member_id, key[-4:]) == (SAM, ":end")
        self.dms.append(reply)
        return True

    def _try(self) -> None:
        self.tries += 1
        if self.closed or self.broken:
            raise Undelivered(forbidden=self.closed)

    @property
    def headlines(self) -> list[str]:
        return [one.headline for one in self.messages.values()]


class Shown(Works):
    """Jobs that are shown somewhere."""

    def __init__(self, place: Town) -> None:
        super().__init__(place)
        self.office = Office()
        self.pauses: list[float] = []
        self.paused, self.goes_on = asyncio.Event(), asyncio.Event()
        self.anew()
        for number in range(1, 10):
            place.resident(f"P{number}", MEMBER + number)

    def anew(self) -> None:
        self.restart()
        self.progress = Progress(
            self.jobs,
            OpenGuilds(self.place),
            cast("Any", self.office),
            CATALOGUES,
            clock=self.place.clock,
            pause=self.pause,
        )
        self.runner.attach(self.members, self.progress.changed)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.paused.set()
        await self.goes_on.wait()
        self.goes_on.clear()

    async def posted(self, rows: int) -> str:
        job_id = await self.started(many(rows))
        assert await self.progress.post(await self.look(job_id)) is not self.office.closed
        return job_id


@pytest.fixture
def shown() -> Shown:
    return Shown(town())


async def test_one_message_for_the_whole_job(shown: Shown) -> None:
    await shown.posted(3)
    await shown.drive()
    await shown.progress.show_news()
    assert shown.office.headlines == ["Linking from a file: done, 3 of 3 (100 %)."]
    assert shown.office.edits == 1
    assert shown.office.dms == []
    await shown.progress.show_news()
    assert shown.office.edits == 1


async def test_at_most_one_edit_in_five_seconds(shown: Shown) -> None:
    job_id = await shown.posted(1)
    running = asyncio.create_task(shown.progress.run())
    for edits in (1, 2):
        for _ in range(20):
            shown.progress.changed(job_id)
            await asyncio.sleep(0.002)
        await asyncio.wait_for(shown.paused.wait(), 5)
        assert shown.office.edits == edits
        shown.paused.clear()
        shown.goes_on.set()
    running.cancel()
    assert set(shown.pauses) == {EDIT_SECONDS}


async def test_a_deleted_message_is_posted_anew_once(shown: Shown) -> None:
    await shown.posted(2)
    shown.office.messages.clear()
    await shown.drive()
    await shown.progress.show_news()
    assert shown.office.headlines == ["Linking from a file: done, 2 of 2 (100 %)."]


async def test_a_channel_that_lets_nobody_in_gets_the_end_by_dm(shown: Shown) -> None:
    shown.office.closed = True
    job_id = await shown.posted(2)
    assert shown.office.tries == 1
    for _ in range(5):
        shown.progress.changed(job_id)
        await shown.progress.show_news()
    assert shown.office.tries == 1
    await shown.drive()
    await shown.progress.show_news()
    assert shown.office.tries == 2
    (reply,) = shown.office.dms
    assert reply.headline == "Linking from a file: done, 2 of 2 (100 %)."
    assert reply.buttons == ()
    shown.progress.changed(job_id)
    await shown.progress.show_news()
    assert len(shown.office.dms) == 1


async def test_while_discord_fails_nothing_is_lost(shown: Shown) -> None:
    shown.office.broken = True
    job_id = await shown.posted(2)
    await shown.drive()
    await shown.progress.show_news()
    assert not (await shown.look(job_id)).job.told
    shown.office.broken = False
    await shown.progress.show_news()
    assert shown.office.headlines == ["Linking from a file: done, 2 of 2 (100 %)."]
    assert (await shown.look(job_id)).job.told


async def test_an_end_that_nobody_was_shown_is_shown_after_a_restart(shown: Shown) -> None:
    await shown.posted(2)
    await shown.drive()
    shown.anew()
    assert await shown.runner.take_up(lambda _: True) == 1
    await shown.progress.show_news()
    assert shown.office.headlines == ["Linking from a file: done, 2 of 2 (100 %)."]
    assert await shown.runner.take_up(lambda _: True) == 0


async def test_a_long_job_tells_its_end_by_dm_too(shown: Shown) -> None:
    job_id = await shown.posted(2)
    shown.restart(slice_seconds=0)
    shown.runner.attach(shown.members, shown.progress.changed)
    assert await shown.runner.advance(job_id) == 0
    shown.place.clock.now += 61
    await shown.drive()
    await shown.progress.show_news()
    assert "A bulk job of yours is over." in shown.office.dms[0].detail


async def test_the_time_left_is_measured_but_never_under_the_budgets(shown: Shown) -> None:
    job = await shown.jobs.keep(shown.turn(), cast("Any", "link"), "x.csv", [], pace=10.0)
    look = Look(running(job), {RowState.DONE: 0, RowState.WAITING: 100})
    assert "about 17 min left" in shown.progress.reply(look).headline
    look = Look(running(job), {RowState.DONE: 9, RowState.WAITING: 91})
    assert "about 15 min left" in shown.progress.reply(look).headline
    shown.place.clock.now += 1000
    look = Look(running(job), {RowState.DONE: 10, RowState.WAITING: 90})
    assert "about 2 h 30 min left" in shown.progress.reply(look).headline


def running(job: Job, state: JobState = JobState.RUNNING, **more: Any) -> Job:
    return Job(**{**{name: getattr(job, name) for name in Job.__dataclass_fields__}, "state": state, **more})


JOB = Job("a", 1, "c1", 7, "new", JobState.QUEUED, "en-US", "REF1", 70, 1.0)


@pytest.mark.parametrize(
    ("state", "more", "line"),
    [
        (JobState.QUEUED, {}, "New characters from a file: starting."),
        (JobState.RUNNING, {}, "New characters from a file: 40 of 300 (13 %)."),
        (JobState.PAUSED, {}, "New characters from a file: paused at 40 of 300 (13 %)."),
        (JobState.PAUSED, {"cause": "job-canary"}, "paused at 40 of 300 (13 %), because nothing worked so far."),
        (JobState.PAUSED, {"cause": "account-unknown-member"}, "because 5 rows in a row failed alike."),
        (JobState.CANCELLING, {}, "being cancelled at 40 of 300 (13 %)."),
        (JobState.STOPPING, {"cause": "job-stopped-role"}, "being cancelled at 40 of 300 (13 %)."),
        (JobState.STOPPED, {"cause": "job-stopped-left"}, "Whoever started it has left this server."),
        (JobState.CANCELLED, {}, "cancelled at 40 of 300 (13 %)."),
        (JobState.DONE, {"undoes": True}, "Taking back a bulk job: done, 40 of 300 (13 %)."),
        (JobState.DONE, {"kind": "owners"}, "Owners from a file: done, 40 of 300 (13 %)."),
    ],
)
def test_every_state_is_in_words(state: JobState, more: dict[str, Any], line: str) -> None:
    counts = {RowState.DONE: 38, RowState.FAILED: 1, RowState.UNKNOWN: 1, RowState.WAITING: 260, RowState.SKIPPED: 5}
    look = Look(running(JOB, state, **more), counts)
    assert line in state_line(WORDS, look)
    reply = progress_reply(WORDS, look)
    assert "38 done, 1 failed, 1 not certain, 0 not carried out, 260 to go" in reply.detail
    assert reply.footer == "Reference: REF1"


def test_a_queued_job_names_the_one_before() -> None:
    look = Look(JOB, {RowState.WAITING: 1}, behind=running(JOB, reference="REF0"))
    assert "`REF0` is before it" in state_line(WORDS, look)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "less than a minute"),
        (29, "less than a minute"),
        (31, "about 1 min"),
        (1560, "about 26 min"),
        (7500, "2 h 5"),
    ],
)
def test_times_are_rough(seconds: float, text: str) -> None:
    assert text in duration(WORDS, seconds)
