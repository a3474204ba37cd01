"""The emulated gateway: who may connect, what is sent, and what survives a broken connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.discord_wire import LINK, WireBot

if TYPE_CHECKING:
    from sandbox.discord import Guild, Member, SandboxDiscord


async def test_hello_then_ready(emulated: SandboxDiscord, guild: Guild) -> None:
    async with WireBot(emulated) as bot:
        hello = await bot.connect()
        assert hello["op"] == 10
        assert hello["d"]["heartbeat_interval"] > 1000
        await bot.send(1, None)
        assert (await bot.event())["op"] == 11
        await bot.send(2, {"token": emulated.token, "intents": 0, "shard": [0, 1]})
        ready = await bot.event()
        assert ready["t"] == "READY"
        assert ready["d"]["guilds"] == [{"id": str(guild.id), "unavailable": True}]
        assert ready["d"]["resume_gateway_url"] == emulated.gateway_url
        assert [session.intents for session in emulated.gateway.connected] == [0]


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (2, {"token": "wrong", "intents": 0}, 4004),
        (6, {"token": "wrong", "session_id": "x", "seq": 1}, 4004),
        (2, {"intents": 1 << 1}, 4014),
        (2, {"intents": "all"}, 4013),
        (2, {"intents": 0, "shard": [2, 1]}, 4010),
        (3, {}, 4003),
        (99, {}, 4002),
        (2, None, 4002),
    ],
)
async def test_refused_connections(emulated: SandboxDiscord, op: int, data: dict[str, Any] | None, code: int) -> None:
    async with WireBot(emulated) as bot:
        await bot.connect()
        await bot.send(op, None if data is None else {"token": emulated.token, **data})
        assert await bot.event() == {"closed": code}
        assert [refusal.status for refusal in emulated.refusals] == [code]


@pytest.mark.parametrize(("op", "code"), [(2, 4005), (6, 4005), (10, 4001)])
async def test_refused_after_identify(emulated: SandboxDiscord, op: int, code: int) -> None:
    async with WireBot(emulated) as bot:
        await bot.identify()
        await bot.send(3, {"status": "online"})
        await bot.send(op, {"token": emulated.token, "intents": 0})
        assert await bot.event() == {"closed": code}


async def test_what_is_not_json_is_refused(emulated: SandboxDiscord) -> None:
    for garbage in (b"binary", "no json", "[]"):
        async with WireBot(emulated) as bot:
            await bot.connect()
            assert bot.socket is not None
            await (bot.socket.send_bytes(garbage) if isinstance(garbage, bytes) else bot.socket.send_str(garbage))
            assert await bot.event() == {"closed": 4002}


async def test_a_killed_bot_leaves_its_session(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    await wire.session.close()
    emulated.gateway.drop()
    async with WireBot(emulated) as successor:
        await successor.identify()
        await emulated.command(player, "link", {"sync_id": "A"})
        assert (await successor.event())["t"] == "INTERACTION_CREATE"
        assert [session.connected for session in emulated.gateway.sessions.values()] == [False, True]


async def test_a_second_resume_replaces_the_first(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    session = emulated.gateway.connected[0]
    async with WireBot(emulated) as successor:
        await successor.connect()
        await successor.send(6, {"token": emulated.token, "session_id": session.id, "seq": 1})
        assert (await successor.event())["t"] == "RESUMED"
        assert "closed" in await wire.event()
        await emulated.command(player, "link", {"sync_id": "A"})
        assert (await successor.event())["t"] == "INTERACTION_CREATE"


async def test_a_resumable_invalidation_keeps_the_session(emulated: SandboxDiscord, wire: WireBot) -> None:
    await emulated.gateway.invalidate(resumable=True)
    assert await wire.event() == {"op": 9, "d": True}
    assert len(emulated.gateway.sessions) == 1


async def test_guild_create_needs_the_intent(emulated: SandboxDiscord, guild: Guild) -> None:
    async with WireBot(emulated) as bot:
        await bot.identify(intents=1)
        created = await bot.event()
        assert created["t"] == "GUILD_CREATE"
        assert created["d"]["id"] == str(guild.id)
    async with WireBot(emulated) as bot:
        await bot.identify(intents=0)
        await bot.send(1, None)
        assert (await bot.event())["op"] == 11


async def test_one_zlib_stream_over_all_messages(emulated: SandboxDiscord) -> None:
    async with WireBot(emulated, compress=True) as bot:
        ready = await bot.identify()
        assert ready["t"] == "READY"
        await bot.send(1, None)
        assert (await bot.event())["op"] == 11


async def test_events_go_to_the_guilds_shard(emulated: SandboxDiscord, guild: Guild, player: Member) -> None:
    async with WireBot(emulated) as first, WireBot(emulated) as second:
        await first.register(LINK)
        mine, other = (first, second) if (guild.id >> 22) % 2 == 0 else (second, first)
        assert len((await first.identify(shard=[0, 2]))["d"]["guilds"]) == int(mine is first)
        await second.identify(shard=[1, 2])
        await emulated.command(player, "link", {"sync_id": "A"})
        assert (await mine.event())["t"] == "INTERACTION_CREATE"
        await other.send(1, None)
        assert (await other.event())["op"] == 11


async def test_resume_replays_what_was_missed(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    session = emulated.gateway.connected[0]
    emulated.gateway.drop()
    for sync_id in ("A", "B"):
        await emulated.command(player, "link", {"sync_id": sync_id})
    await wire.connect()
    await wire.send(6, {"token": emulated.token, "session_id": session.id, "seq": 1})
    events = [await wire.event() for _ in range(3)]
    assert [(event["t"], event["s"]) for event in events] == [
        ("INTERACTION_CREATE", 2),
        ("INTERACTION_CREATE", 3),
        ("RESUMED", 4),
    ]
    assert emulated.gateway.resumed == 1


@pytest.mark.parametrize(("session", "sequence"), [("unknown", 1), ("known", 99)])
async def test_resume_of_an_unknown_session(
    emulated: SandboxDiscord, wire: WireBot, session: str, sequence: int
) -> None:
    session_id = emulated.gateway.connected[0].id if session == "known" else session
    await wire.connect()
    await wire.send(6, {"token": emulated.token, "session_id": session_id, "seq": sequence})
    assert await wire.event() == {"op": 9, "d": False}


async def test_a_goodbye_ends_the_session(emulated: SandboxDiscord, wire: WireBot) -> None:
    assert wire.socket is not None
    await wire.socket.close(code=1000)
    await emulated.until(lambda: not emulated.gateway.sessions)


async def test_invalidated_sessions_are_forgotten(emulated: SandboxDiscord, wire: WireBot) -> None:
    await emulated.gateway.invalidate()
    assert await wire.event() == {"op": 9, "d": False}
    assert emulated.gateway.sessions == {}
