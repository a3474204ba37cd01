"""Which guild is served by which community: the home guilds by one, any other by none."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest
from pydantic import SecretStr

from bot.cad.breaker import Breaker
from bot.cad.budget import Budget
from bot.cad.protocol import Credentials
from bot.domain.access import Policy
from bot.domain.frameworks import Framework
from bot.domain.models import Target
from bot.services.guilds import Guilds, home
from bot.settings import ApiVersion, DbSync, PlayerAction, SelfLink, Settings, load_settings
from bot.storage.guilds import all_guilds
from bot.storage.vault import Vault
from tests.community import COMMUNITY, Town, town

STAFF, PLAYER, APPROVER, ADMIN, BLOCKED = 11, 12, 13, 14, 15
STAGING = "https://staging-api.dev.sonorancad.com"


def settings(**more: str) -> Settings:
    required = {"DISCORD_TOKEN": "t", "DISCORD_GUILD_IDS": "1,2"}
    return load_settings({**required, "SONORAN_COMMUNITY_ID": "c", "SONORAN_API_KEY": "k", **more}, None)


async def guilds(place: Town, chosen: Settings | None = None, **more: str) -> Guilds:
    chosen = chosen or settings(**more)
    found = Guilds(
        place.database,
        place.vault,
        lambda *_: place.tenant.cad,
        home=home(chosen),
        budget=lambda _: Budget(),
        breaker=Breaker,
        staging=chosen.staging,
    )
    await found.load()
    return found


async def test_home_guilds_share_one_community(place: Town) -> None:
    found = await guilds(place)
    first, second = found.find(1), found.find(2)
    assert first is not None
    assert second is not None
    assert first.tenant is not None
    assert second.tenant is not None
    assert first.tenant.community is second.tenant.community
    assert [tenant.id for tenant in found.tenants] == ["c"]
    assert (first.policy.guild_id, second.policy.guild_id) == (1, 2)


@pytest.mark.parametrize("guild_id", [3, 0])
async def test_a_strangers_guild_has_neither_community_nor_roles(place: Town, guild_id: int) -> None:
    found = (await guilds(place, STAFF_ROLE_IDS=str(STAFF))).find(guild_id)
    assert found is not None
    assert found.tenant is None
    assert found.policy == Policy(guild_id=guild_id)


async def test_outside_of_guilds_there_is_none(place: Town) -> None:
    assert (await guilds(place)).find(None) is None


async def test_without_a_key_no_guild_has_one(place: Town) -> None:
    found = await guilds(place, load_settings({"DISCORD_TOKEN": "t", "DISCORD_GUILD_IDS": "1"}, None))
    guild = found.find(1)
    assert guild is not None
    assert guild.tenant is None
    assert found.tenants == ()


async def test_the_policy_is_what_the_operator_set(place: Town) -> None:
    found = await guilds(
        place,
        STAFF_ROLE_IDS=str(STAFF),
        PLAYER_ROLE_IDS=f"{PLAYER}",
        APPROVER_ROLE_IDS=f"{APPROVER}",
        ADMIN_ROLE_IDS=f"{ADMIN}",
        BLOCKED_ROLE_IDS=f"{BLOCKED}",
        PLAYER_MAY="link,unlink",
        SELF_LINK="open",
        SELF_LINK_PATTERN="char#:{api_id}",
        MAX_LINKS="3",
    )
    guild = found.find(1)
    assert guild is not None
    assert guild.policy == Policy(
        guild_id=1,
        staff=frozenset({STAFF}),
        players=frozenset({PLAYER}),
        approvers=frozenset({APPROVER}),
        admins=frozenset({ADMIN}),
        blocked=frozenset({BLOCKED}),
        player_may=frozenset({PlayerAction.LINK, PlayerAction.UNLINK}),
        self_link=SelfLink.OPEN,
        self_link_pattern="char#:{api_id}",
        max_links=3,
    )


async def test_replies_say_staging_only_there(place: Town) -> None:
    for url, staging in ((STAGING, True), ("https://api.sonorancad.com", False)):
        (tenant,) = (await guilds(place, SONORAN_API_URL=url)).tenants
        assert tenant.staging is staging


@pytest.mark.parametrize(("version", "expected"), [("v1", True), ("v2", False)])
async def test_discord_ids_as_api_ids_are_for_v1(place: Town, version: str, *, expected: bool) -> None:
    (tenant,) = (await guilds(place, API_ID_IS_DISCORD_ID="true", SONORAN_API_VERSION=version)).tenants
    assert tenant.api_id_is_discord_id is expected
    assert tenant.version is ApiVersion(version)


@pytest.mark.parametrize(
    ("db_sync", "seen", "synced"),
    [
        (DbSync.AUTO, False, False),
        (DbSync.AUTO, True, True),
        (DbSync.ON, False, True),
        (DbSync.OFF, True, False),
    ],
)
def test_database_sync_is_known_once_it_was_seen(db_sync: DbSync, *, seen: bool, synced: bool) -> None:
    tenant = town(db_sync=db_sync).tenant
    tenant.community.sync_seen = seen
    assert tenant.synced is synced


async def test_a_lock_is_one_for_one_account_and_kept_only_while_used(place: Town) -> None:
    tenant, pia, otto = place.tenant, Target.of(discord=1), Target.of(discord=2)
    async with tenant.lock(pia):
        assert tenant.lock(pia).locked()
        assert not tenant.lock(otto).locked()
        waiting = asyncio.create_task(tenant.lock(pia).acquire())
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting
    unused = weakref.ref(tenant.lock(pia))
    gc.collect()
    assert unused() is None


async def test_what_setup_changed_is_over_the_environment_and_survives(place: Town) -> None:
    found = await guilds(place, MAX_LINKS="3", SELF_LINK="off")
    changed = await found.change(1, {"max_links": 5, "framework": Framework.ESX})
    assert (changed.config.max_links, changed.config.self_link) == (5, SelfLink.OFF)
    again = (await guilds(place, MAX_LINKS="9", SELF_LINK="open")).find(1)
    assert again is not None
    assert (again.config.max_links, again.config.framework) == (5, Framework.ESX)
    assert again.config.self_link is SelfLink.OPEN


async def test_a_guild_joins_by_its_own_key_which_is_stored_sealed(place: Town) -> None:
    found = await guilds(place)
    joined = await found.connect(3, Credentials(COMMUNITY, SecretStr("sandbox-key")), "Sandbox", {})
    assert joined.tenant is not None
    (row,) = await place.database.read(all_guilds)
    assert row.key is not None
    assert b"sandbox-key" not in row.key
    again = (await guilds(place)).find(3)
    assert again is not None
    assert again.tenant is not None
    assert (again.tenant.id, again.tenant.community.name) == (COMMUNITY, "Sandbox")


async def test_a_key_of_another_ring_leaves_the_guild_without_a_community(place: Town) -> None:
    await (await guilds(place)).connect(3, Credentials(COMMUNITY, SecretStr("sandbox-key")), "Sandbox", {})
    place.vault = Vault([b"another key of exactly 32 bytes!"])
    again = (await guilds(place)).find(3)
    assert again is not None
    assert again.tenant is None


async def test_what_was_met_of_links_survives(place: Town) -> None:
    first = await guilds(place)
    await first.connect(3, Credentials(COMMUNITY, SecretStr("sandbox-key")), "Sandbox", {})
    tenant = first.find(3).tenant  # type: ignore[union-attr]
    assert tenant is not None
    tenant.memory.note(Target.of(discord=1), "A", linked=True)
    tenant.memory.identify(Target.of(discord=1), "91de0ce8", "Pia")
    tenant.memory.note(Target.of(discord=1), "B", linked=False)
    tenant.met_sync()
    await first.save_news()
    again = (await guilds(place)).find(3).tenant  # type: ignore[union-attr]
    assert again is not None
    assert again.memory.seen(Target.of(discord=1)) == {"A": True, "B": False}
    assert again.memory.name(Target.of(account="91de0ce8")) == "Pia"
    assert again.memory.held_by_another(Target.of(discord=2), "A")
    assert again.synced


async def test_after_a_rotation_the_old_key_can_be_retired(place: Town) -> None:
    old, new = b"k" * 32, b"another key of exactly 32 bytes!"
    await (await guilds(place)).connect(3, Credentials(COMMUNITY, SecretStr("sandbox-key")), "Sandbox", {})
    for ring in ([new, old], [new]):
        place.vault = Vault(ring)
        guild = (await guilds(place)).find(3)
        assert guild is not None
        assert guild.tenant is not None


async def test_a_home_guild_without_a_key_is_connected_by_setup(place: Town) -> None:
    keyless = load_settings({"DISCORD_TOKEN": "t", "DISCORD_GUILD_IDS": "1", "MAX_LINKS": "3"}, None)
    joined = await (await guilds(place, keyless)).connect(
        1, Credentials(COMMUNITY, SecretStr("sandbox-key")), "Sandbox", {}
    )
    again = (await guilds(place, keyless)).find(1)
    for guild in (joined, again):
        assert guild is not None
        assert guild.tenant is not None
        assert (guild.home, guild.given, guild.config.max_links) == (True, False, 3)
