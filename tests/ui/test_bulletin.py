"""The audit channels: gathered, posted at least once, never in anybody's way, and silent where nobody wants to read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.domain.configuration import GuildConfig
from bot.errors import StorageError
from bot.i18n import Catalogues
from bot.services.auditing import Auditing
from bot.services.tenants import Guild
from bot.storage import history
from bot.storage.history import State
from bot.ui.bulletin import LANES, Bulletin
from bot.ui.reply import DESCRIPTION
from tests.cogs.entries import BEGAN, entry
from tests.cogs.stage import OpenGuilds
from tests.ui.office import Office

if TYPE_CHECKING:
    from bot.storage.history import Entry
    from tests.community import Town

GUILD, OTHER, CHANNEL, OTHER_CHANNEL = 501, 502, 801, 802
CATALOGUES = Catalogues.load()


class Press:
    """A bulletin over a database, with the clock of a town."""

    def __init__(self, place: Town) -> None:
        self.place = place
        self.place.clock.now = BEGAN + 1000
        self.office = Office()
        self.guilds = OpenGuilds(place)
        self.served = {GUILD, OTHER}
        self.settled = asyncio.Event()
        self.auditing = Auditing(place.database, history_days=365, clock=place.clock)
        self.pauses: list[float] = []
        self.paused = asyncio.Event()
        self.bulletin = self.again()
        self.choose(GUILD, CHANNEL)

    def again(self) -> Bulletin:
        """Return a bulletin as after a restart."""
        return Bulletin(
            auditing=self.auditing,
            guilds=self.guilds,
            office=cast("Any", self.office),
            catalogues=CATALOGUES,
            serves=self.served.__contains__,
            settled=self.settled,
            clock=self.place.clock,
            pause=self.pause,
        )

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.paused.set()
        await asyncio.sleep(0)

    def choose(self, guild_id: int, channel: int | None) -> None:
        self.guilds.set_up(Guild(guild_id, GuildConfig(audit_channel=channel)))

    async def write(self, *entries: Entry) -> None:
        await self.place.database.write(lambda tx: [history.add(tx, one) for one in entries])


@pytest.fixture
def press(place: Town) -> Press:
    return Press(place)


async def test_many_lines_are_one_message_and_ping_nobody(press: Press) -> None:
    await press.write(entry(GUILD, 1), entry(GUILD, 2, state=State.REFUSED, cause="rule-staff-only"))
    assert not await press.bulletin.post()
    ((channel, reply),) = press.office.sent
    assert channel == CHANNEL
    assert reply.headline == "2 new entries in the history."
    assert "<@" not in reply.headline, "mentions in an embed ping nobody"
    assert press.office.told(CHANNEL) == ["REF00001", "REF00002"]
    assert not await press.bulletin.post()
    assert len(press.office.sent) == 1


async def test_what_does_not_fit_comes_in_the_next_message(press: Press) -> None:
    await press.write(*(entry(GUILD, number, subject="x" * 255) for number in range(50)))
    rounds = 1
    while await press.bulletin.post():
        rounds += 1
    assert rounds == len(press.office.sent) > 1
    assert press.office.told(CHANNEL) == [f"REF{number:05}" for number in range(50)]
    assert all(len(reply.detail) <= DESCRIPTION for _, reply in press.office.sent)


async def test_what_is_under_way_is_not_told(press: Press) -> None:
    await press.write(entry(GUILD, 1, state=State.SENDING, ended_at=None))
    await press.bulletin.post()
    assert press.office.sent == []


async def test_a_guild_is_told_its_own_only(press: Press) -> None:
    press.choose(OTHER, OTHER_CHANNEL)
    await press.write(entry(GUILD, 1), entry(OTHER, 2))
    await press.bulletin.post()
    assert press.office.told(CHANNEL) == ["REF00001"]
    assert press.office.told(OTHER_CHANNEL) == ["REF00002"]


async def test_guilds_of_other_processes_are_left_to_them(press: Press) -> None:
    press.served.remove(GUILD)
    press.choose(OTHER, None)
    await press.write(entry(GUILD, 1))
    await press.bulletin.post()
    assert press.office.sent == []
    press.served.add(GUILD)
    await press.bulletin.post()
    assert press.office.told(CHANNEL) == ["REF00001"]


async def test_a_channel_that_comes_later_is_not_flooded(press: Press) -> None:
    press.choose(GUILD, None)
    await press.write(entry(GUILD, 1))
    await press.bulletin.post()
    press.choose(GUILD, CHANNEL)
    await press.write(entry(GUILD, 2))
    await press.bulletin.post()
    assert press.office.told(CHANNEL) == ["REF00002"]


async def test_a_channel_that_takes_nothing_is_logged_once_and_tried_ever_less(
    press: Press, caplog: pytest.LogCaptureFixture
) -> None:
    press.office.closed.add(CHANNEL)
    await press.write(entry(GUILD, 1))
    for _ in range(3):
        assert not await press.bulletin.post()
    assert press.office.tries == 1
    assert press.bulletin.stuck(GUILD) == CHANNEL
    press.place.clock.now += 61
    await press.bulletin.post()
    assert press.office.tries == 2
    press.place.clock.now += 61
    await press.bulletin.post()
    assert press.office.tries == 2
    assert caplog.text.count("takes no messages") == 1
    press.office.closed.clear()
    press.place.clock.now += 61
    await press.bulletin.post()
    assert press.bulletin.stuck(GUILD) is None
    assert press.office.told(CHANNEL) == ["REF00001"], "nothing was lost"


async def test_another_channel_is_tried_at_once(press: Press) -> None:
    press.office.closed.add(CHANNEL)
    await press.write(entry(GUILD, 1))
    await press.bulletin.post()
    press.choose(GUILD, OTHER_CHANNEL)
    assert press.bulletin.stuck(GUILD) is None
    await press.bulletin.post()
    assert press.office.told(OTHER_CHANNEL) == ["REF00001"]


async def test_a_broken_channel_delays_no_other_guild(press: Press) -> None:
    press.choose(OTHER, OTHER_CHANNEL)
    press.office.closed.add(CHANNEL)
    await press.write(entry(GUILD, 1), entry(OTHER, 2))
    await press.bulletin.post()
    assert press.office.told(OTHER_CHANNEL) == ["REF00002"]


async def test_what_is_a_day_old_is_no_news(press: Press) -> None:
    press.office.closed.add(CHANNEL)
    await press.write(entry(GUILD, 1), entry(GUILD, 900))
    press.office.closed.clear()
    press.place.clock.now = BEGAN + 24 * 3600 + 10
    await press.bulletin.post()
    assert press.office.told(CHANNEL) == ["REF00900"]


async def test_it_goes_on_after_a_restart_and_rather_tells_twice(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    await press.write(entry(GUILD, 1))

    async def dies(_: object) -> None:
        raise StorageError

    with monkeypatch.context() as patched:
        patched.setattr(press.auditing, "posted", dies)
        assert not await press.bulletin.post()
    await press.again().post()
    assert press.office.told(CHANNEL) == ["REF00001", "REF00001"]
    await press.again().post()
    assert len(press.office.sent) == 2


async def test_it_is_woken_and_leaves_two_seconds_between(press: Press) -> None:
    await press.write(*(entry(GUILD, number, subject="x" * 255) for number in range(50)))
    running = asyncio.create_task(press.bulletin.run())
    await asyncio.sleep(0)
    assert press.office.sent == []
    press.settled.set()
    async with asyncio.timeout(5):
        while len(press.office.told(CHANNEL)) < 50:
            await press.paused.wait()
            press.paused.clear()
    running.cancel()
    assert set(press.pauses) == {2.0}
    assert len(press.office.sent) - len(press.pauses) <= 1


async def test_a_failure_nobody_foresaw_does_not_end_it(
    press: Press, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answers: list[Any] = [RuntimeError("odd"), StorageError()]

    async def fails() -> tuple[int, ...]:
        if answers:
            raise answers.pop(0)
        return ()

    monkeypatch.setattr(press.auditing, "waiting", fails)
    running = asyncio.create_task(press.bulletin.run())
    async with asyncio.timeout(5):
        while answers:
            press.settled.set()
            await asyncio.sleep(0)
    running.cancel()
    assert "failed unexpectedly" in caplog.text


async def test_more_guilds_than_lanes_are_all_told(press: Press) -> None:
    guilds = range(1000, 1000 + LANES * 2)
    for guild_id in guilds:
        press.served.add(guild_id)
        press.choose(guild_id, guild_id + 5000)
    await press.write(*(entry(guild_id) for guild_id in guilds))
    await press.bulletin.post()
    assert {channel for channel, _ in press.office.sent} == {guild_id + 5000 for guild_id in guilds}
