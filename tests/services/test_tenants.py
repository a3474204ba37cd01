"""Which guild is served by which community: the home guilds by one, any other by none."""

from __future__ import annotations

import asyncio
import gc

import pytest

from bot.domain.access import Policy
from bot.domain.models import Target
from bot.services.tenants import Guilds, home_guilds
from bot.settings import ApiVersion, DbSync, PlayerAction, SelfLink, Settings, load_settings
from tests.community import Town, town

STAFF, PLAYER, APPROVER, ADMIN, BLOCKED = 11, 12, 13, 14, 15
STAGING = "https://staging-api.dev.sonorancad.com"


def settings(**more: str) -> Settings:
    required = {"DISCORD_TOKEN": "t", "DISCORD_GUILD_IDS": "1,2"}
    return load_settings({**required, "SONORAN_COMMUNITY_ID": "c", "SONORAN_API_KEY": "k", **more}, None)


def guilds(place: Town, **more: str) -> Guilds:
    return home_guilds(settings(**more), place.tenant.cad)


def test_home_guilds_share_one_community(place: Town) -> None:
    found = guilds(place)
    first, second = found.find(1), found.find(2)
    assert first is not None
    assert second is not None
    assert first.tenant is second.tenant
    assert found.tenants == (first.tenant,)
    assert (first.policy.guild_id, second.policy.guild_id) == (1, 2)


@pytest.mark.parametrize("guild_id", [3, 0, None])
def test_a_strangers_guild_has_none(place: Town, guild_id: int | None) -> None:
    assert guilds(place).find(guild_id) is None


def test_without_a_key_no_guild_has_one() -> None:
    found = home_guilds(load_settings({"DISCORD_TOKEN": "t", "DISCORD_GUILD_IDS": "1"}, None), None)
    assert found.find(1) is None
    assert found.tenants == ()


def test_the_policy_is_what_the_operator_set(place: Town) -> None:
    guild = guilds(
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
    ).find(1)
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


def test_replies_say_staging_only_there(place: Town) -> None:
    for url, staging in ((STAGING, True), ("https://api.sonorancad.com", False)):
        (tenant,) = guilds(place, SONORAN_API_URL=url).tenants
        assert tenant.staging is staging


@pytest.mark.parametrize(("version", "expected"), [("v1", True), ("v2", False)])
def test_discord_ids_as_api_ids_are_for_v1(place: Town, version: str, *, expected: bool) -> None:
    (tenant,) = guilds(place, API_ID_IS_DISCORD_ID="true", SONORAN_API_VERSION=version).tenants
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
    tenant.sync_seen = seen
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
    gc.collect()
    assert len(tenant._locks) <= 1
