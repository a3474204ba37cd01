"""What audit channels hear of the CAD: once when it stops serving them, once when it serves them again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.cad.breaker import Breaker
from bot.domain.configuration import GuildConfig
from bot.errors import CadErrorKind, StorageError
from bot.i18n import Catalogues
from bot.services.tenants import Guild
from bot.ui.notices import LANES, POST_SECONDS, QUIET_SECONDS, Notices
from bot.ui.reply import Tone
from tests.cad.support import cad_error, settle
from tests.cogs.stage import OpenGuilds
from tests.ui.office import Office

if TYPE_CHECKING:
    from bot.ui.reply import Reply
    from tests.community import Town

K = CadErrorKind
GUILD, OTHER, CHANNEL, OTHER_CHANNEL = 501, 502, 801, 802
CATALOGUES = Catalogues.load()


class Post:
    """Notices to guilds that one key serves, with the clock of a town."""

    def __init__(self, place: Town) -> None:
        self.place, self.office, self.guilds = place, Office(), OpenGuilds(place)
        self.changed = asyncio.Event()
        place.tenant.cad.breaker = Breaker(clock=place.clock, changed=self.changed.set)
        self.served = {GUILD, OTHER}
        self.left = 3
        self.pauses: list[float] = []
        self.looked = asyncio.Event()
        self.notices = Notices(
            guilds=self.guilds,
            office=cast("Any", self.office),
            catalogues=CATALOGUES,
            serves=self.served.__contains__,
            changed=self.changed,
            kept=self.kept,
            clock=place.clock,
            pause=self.pause,
        )
        self.set_up(GUILD, CHANNEL)

    def set_up(self, guild_id: int, channel: int | None, **more: Any) -> None:
        self.guilds.set_up(Guild(guild_id, GuildConfig(audit_channel=channel), self.place.tenant, **more))

    async def kept(self, guild_id: int) -> int:
        assert guild_id in self.served
        return self.left

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.place.clock.now += seconds
        await asyncio.sleep(0)

    @property
    def breaker(self) -> Breaker:
        return self.place.tenant.cad.breaker

    def outage(self) -> None:
        for _ in range(10):
            self.breaker.failed("a", cad_error(K.TRANSPORT))
        self.place.clock.now += 30
        self.breaker.failed("a", cad_error(K.SERVER))

    async def later(self, seconds: float = QUIET_SECONDS) -> None:
        self.place.clock.now += seconds
        await self.notices.look()


@pytest.fixture
def post(place: Town) -> Post:
    return Post(place)


async def test_an_outage_is_told_once_with_its_beginning_and_its_end_with_what_follows(post: Post) -> None:
    began = post.place.clock.now
    post.outage()
    for _ in range(3):
        await post.later()
    ((channel, reply),) = post.office.sent
    assert channel == CHANNEL
    assert reply.headline == f"The CAD has not answered since <t:{round(began)}:t>."
    assert "You need not do anything." in reply.detail
    post.breaker.succeeded("a")
    for _ in range(3):
        await post.later()
    assert post.office.headlines[1:] == ["The CAD answers again. 3 changes that were kept are made now."]
    assert post.office.sent[1][1].tone is Tone.DONE


@pytest.mark.parametrize(
    ("kind", "given", "why", "remedy"),
    [
        (K.AUTH, False, "API key", "Manage Server must enter the key again with `/setup`"),
        (K.AUTH, True, "API key", "correct SONORAN_API_KEY"),
        (K.CONFIG, True, "community id", "SONORAN_COMMUNITY_ID"),
        (K.PLAN, False, "plan does not include", "owner can change the plan"),
        (K.PROTOCOL, False, "how the bot asks", "its log"),
    ],
)
async def test_a_refusal_says_who_must_do_what(
    post: Post,
    kind: CadErrorKind,
    given: bool,  # noqa: FBT001 - a table's column
    why: str,
    remedy: str,
) -> None:
    post.set_up(GUILD, CHANNEL, given=given)
    post.left = 0
    for _ in range(5):
        post.breaker.failed("a", cad_error(kind, scope="api"))
    await post.later()
    assert why in post.office.headlines[0]
    assert remedy in post.office.sent[0][1].detail
    post.breaker.succeeded("a")
    await post.later()
    assert post.office.headlines[1] == "The CAD serves this server again."


async def test_every_guild_of_the_key_hears_it_and_no_other(post: Post) -> None:
    post.set_up(OTHER, OTHER_CHANNEL)
    post.guilds.set_up(Guild(503, GuildConfig(audit_channel=803)))
    post.set_up(504, 804)  # another process's
    post.outage()
    await post.later()
    assert sorted(channel for channel, _ in post.office.sent) == [CHANNEL, OTHER_CHANNEL]


async def test_what_is_over_within_seconds_is_never_told(post: Post) -> None:
    running = asyncio.create_task(post.notices.run())
    post.breaker.failed("a", cad_error(K.AUTH))
    await asyncio.sleep(0)
    post.breaker.succeeded("a")
    await settle()
    running.cancel()
    assert post.pauses
    assert post.office.sent == []


async def test_it_is_woken_by_the_breaker_and_lets_it_settle(post: Post) -> None:
    running = asyncio.create_task(post.notices.run())
    await asyncio.sleep(0)
    post.breaker.failed("a", cad_error(K.AUTH))
    await settle()
    running.cancel()
    assert post.pauses[:1] == [5.0]
    assert len(post.office.sent) == 1


async def test_a_cad_that_comes_and_goes_does_not_fill_a_channel(post: Post) -> None:
    for _ in range(20):
        post.outage()
        await post.later(0)
        post.breaker.succeeded("a")
        await post.later(0)
    assert 1 <= len(post.office.sent) <= 20 * 30 / QUIET_SECONDS + 1
    await post.later()
    assert post.office.headlines[-1].startswith("The CAD answers again.")


async def test_a_channel_that_takes_nothing_is_not_tried_again(post: Post) -> None:
    post.office.closed.add(CHANNEL)
    post.outage()
    for _ in range(5):
        await post.later()
    assert post.office.tries == 1
    post.office.closed.clear()
    post.breaker.succeeded("a")
    await post.later()
    assert len(post.office.sent) == 1


async def test_a_channel_that_hangs_delays_no_other(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.ui.notices.POST_SECONDS", POST_SECONDS / 1000)
    post.set_up(OTHER, OTHER_CHANNEL)
    send = post.office.send

    async def hangs(channel_id: int, reply: Reply) -> int:
        if channel_id == CHANNEL:
            await asyncio.Event().wait()
        return await send(channel_id, reply)

    monkeypatch.setattr(post.office, "send", hangs)
    post.outage()
    await post.later()
    assert [channel for channel, _ in post.office.sent] == [OTHER_CHANNEL]


async def test_without_a_channel_nothing_is_told_and_one_that_comes_hears_how_it_is(post: Post) -> None:
    post.set_up(GUILD, None)
    post.outage()
    await post.later()
    assert post.office.sent == []
    post.set_up(GUILD, CHANNEL)
    await post.later()
    assert len(post.office.sent) == 1


async def test_a_check_that_proves_nothing_is_no_end(post: Post) -> None:
    post.outage()
    await post.later()
    post.breaker.reset()
    await post.later()
    assert len(post.office.sent) == 1


async def test_what_was_kept_is_left_out_where_it_can_not_be_counted(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: int) -> int:
        raise StorageError

    monkeypatch.setattr(post.notices, "_kept", fails)
    post.outage()
    await post.later()
    post.breaker.succeeded("a")
    await post.later()
    assert post.office.headlines[1] == "The CAD answers again."


async def test_more_guilds_than_lanes_are_all_told(post: Post) -> None:
    guilds = range(1000, 1000 + LANES * 2)
    for guild_id in guilds:
        post.served.add(guild_id)
        post.set_up(guild_id, guild_id + 5000)
    post.outage()
    await post.later()
    assert {channel for channel, _ in post.office.sent} == {CHANNEL, *(guild_id + 5000 for guild_id in guilds)}


async def test_a_failure_nobody_foresaw_does_not_end_it(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    send, failures = post.office.send, [RuntimeError("odd")]

    async def fails(channel_id: int, reply: Reply) -> int:
        if failures:
            raise failures.pop()
        return await send(channel_id, reply)

    monkeypatch.setattr(post.office, "send", fails)
    running = asyncio.create_task(post.notices.run())
    post.outage()
    await settle()
    assert not failures
    post.place.clock.now += QUIET_SECONDS
    post.breaker.succeeded("a")
    await settle()
    running.cancel()
    assert len(post.office.sent) == 1
    assert "failed unexpectedly" in caplog.text
