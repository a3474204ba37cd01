"""Who may do what, as a table: every kind of person, every use of the commands, on himself and on others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.discord import Upload
from sandbox.templates import default_template
from tests.e2e.filling import as_record
from tests.e2e.reading import assert_refused, headline
from tests.e2e.world import V2, Player, form, labels, text, world_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sandbox.discord import Exchange
    from tests.e2e.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

PEOPLE: dict[str, tuple[str, ...]] = {
    "stranger": (),
    "player": ("player",),
    "staff": ("staff",),
    "staff and player": ("staff", "player"),
    "admin": ("admin",),
    "blocked player": ("player", "blocked"),
    "blocked staff": ("staff", "blocked"),
    "blocked admin": ("admin", "blocked"),
}
PLAYERS_OWN = {"player", "staff", "staff and player", "admin"}
STAFFS = {"staff", "staff and player", "admin"}

Options = dict[str, Any]
USES: dict[str, tuple[str, Options]] = {
    "add": ("linkchar", {"sync_id": "NEW"}),
    "remove": ("linkchar", {"sync_id": "HELD", "action": "remove"}),
    "view": ("linkchar", {}),
    "create": ("newchar", {}),
    "delete_after": ("newchar", {"delete_after": 10}),
    "record": ("newchar", {"record": None}),
}
ALLOWED: Mapping[tuple[str, str], set[str]] = {
    **{(use, "own"): PLAYERS_OWN for use in ("add", "remove", "view", "create")},
    **{(use, "own"): STAFFS for use in ("delete_after", "record")},
    **{(use, "other"): STAFFS for use in USES},
    **{(use, "api_id"): STAFFS for use in USES},
}
TABLE = [(person, use, target) for person in PEOPLE for use, target in ALLOWED]


def somebody(world: World, person: str) -> Player:
    """Return a person of that kind, who has an account in the CAD."""
    player = world.player()
    player.member.role_ids = [world.roles[role].id for role in PEOPLE[person]]
    return player


async def used(world: World, actor: Player, use: str, target: str) -> tuple[Player, Exchange]:
    """Let somebody use a command; return whose account it was about, and the answer, questions answered with yes."""
    name, options = USES[use]
    other = world.player()
    subject = actor if target == "own" else other
    subject.account.links.append(f"HELD{subject.member.id}")
    options = dict(options)
    if "sync_id" in options:
        options["sync_id"] += str(subject.member.id)
    if use == "record":
        record = as_record(default_template(), {"first": "Rec", "last": "Ord"})
        options["record"] = Upload("record.json", json.dumps(record).encode())
    if target == "other":
        options["member"] = other.member
    elif target == "api_id":
        options["api_id"] = other.account.community_user_id
    answer = await world.command(actor, name, **options)
    if use == "remove" and "Unlink" in labels(answer):
        answer = await world.press(actor, answer, "Unlink")
    if answer.modal is not None:
        summary = await world.submit(actor, answer, First="Ann", Last="Lee")
        answer = await world.press(actor, summary, "Create")
    return subject, answer


@pytest.mark.parametrize("world", [V2], ids=["links"], indirect=True)
@pytest.mark.parametrize(("person", "use", "target"), [row for row in TABLE if USES[row[1]][0] == "linkchar"], ids=str)
async def test_linkchar(world: World, person: str, use: str, target: str) -> None:
    actor = somebody(world, person)
    subject, answer = await used(world, actor, use, target)
    if person in ALLOWED[use, target]:
        _assert_done(use, subject, answer)
    else:
        _assert_refused(world, subject, answer)
        assert subject.account.links == [f"HELD{subject.member.id}"]


@pytest.mark.parametrize("world", [V2.but()], ids=["characters"], indirect=True)
@pytest.mark.parametrize(("person", "use", "target"), [row for row in TABLE if USES[row[1]][0] == "newchar"], ids=str)
async def test_newchar(world: World, person: str, use: str, target: str) -> None:
    actor = somebody(world, person)
    subject, answer = await used(world, actor, use, target)
    owners = [held.owner for held in world.cad.state.held.values()]
    if person in ALLOWED[use, target]:
        assert headline(answer).startswith("Created"), text(answer)
        assert owners.count(subject.account.uuid) == 1
    else:
        _assert_refused(world, subject, answer)
        assert subject.account.uuid not in owners


def _assert_done(use: str, subject: Player, answer: Exchange) -> None:
    held, new = f"HELD{subject.member.id}", f"NEW{subject.member.id}"
    if use == "view":
        assert f"`{held}`" in text(answer)
    elif use == "add":
        assert headline(answer).startswith(f"Linked `{new}`"), text(answer)
        assert subject.account.links == [held, new]
    else:
        assert headline(answer).startswith(f"Unlinked `{held}`"), text(answer)
        assert subject.account.links == []


def _assert_refused(world: World, subject: Player, answer: Exchange) -> None:
    assert_refused(answer)
    assert "HELD" not in text(answer)
    assert subject.account.username not in text(answer)
    assert world.calls == []


@pytest.mark.parametrize("world", [V2], ids=["v2"], indirect=True)
async def test_a_guild_that_is_no_home_reaches_nothing(world: World) -> None:
    home = world.player()
    home.account.links.append("HELD1")
    elsewhere = world.discord.add_guild("Elsewhere RP")
    registered = world.discord.registry.listed(world.guild.id)
    world.discord.registry.overwrite(elsewhere.id, registered)  # as if a stale copy were left there
    owner = elsewhere.owner
    visitor = elsewhere.add_member(home.member.person, [])
    visitor.role_ids = list(home.member.role_ids)
    channel = next(iter(elsewhere.channels.values()))
    for who in (owner, visitor):
        for name, options in (("linkchar", {"sync_id": "PERM1"}), ("linkchar", {}), ("newchar", {})):
            exchange = await world.discord.command(who, name, options, channel=channel)
            answer = await world._answered(exchange)
            assert_refused(answer, "server")
        offered = await world.discord.autocomplete(who, "linkchar", focused="sync_id", typed="", channel=channel)
        assert offered
        assert not any("HELD1" in choice.name for choice in offered)
    assert world.calls == []


async def test_without_any_role_set_up_nobody_gets_in(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path, running=False) as world:
        await world.run(**{f"{name.upper()}_ROLE_IDS": "" for name in world.roles})
        for who in (
            world.player(),
            world.player("staff"),
            world.player("admin"),
            Player(world.guild.owner, home(world)),
        ):
            for name in ("linkchar", "newchar"):
                assert_refused(await world.command(who, name))
        assert world.calls == []


async def test_everyone_may_be_players(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path, running=False) as world:
        await world.run(PLAYER_ROLE_IDS="everyone")
        somebody = world.player("player")
        somebody.member.role_ids = []
        answer = await world.command(somebody, "linkchar", sync_id="EVERY1")
        assert headline(answer).startswith("Linked")
        somebody.member.give(world.roles["blocked"])
        assert_refused(await world.command(somebody, "linkchar", sync_id="EVERY2"), "blocked")
        other = world.player()
        assert_refused(await world.command(other, "linkchar", sync_id="EVERY3", member=somebody.member), "staff")


async def test_staff_by_themselves_follow_the_players_rules_and_manage_server_opens_no_data(tmp_path: Path) -> None:
    async with world_of(V2.but(PLAYER_MAY="unlink"), tmp_path) as world:
        staff, admin = world.player("staff"), world.player("admin")
        for options in ({}, {"member": staff.member}):
            assert_refused(await world.command(staff, "linkchar", sync_id="OWN1", **options), "/setup")
            assert_refused(await world.command(staff, "newchar", **options), "/setup")
        answer = await world.command(admin, "newchar")
        assert form(answer).fields
        answer = await world.command(admin, "linkchar", sync_id="OWN2")
        assert headline(answer).startswith("Linked")
        owner = Player(world.guild.owner, home(world))
        world.forget()
        assert_refused(await world.command(owner, "linkchar"))
        world.guild.remove_role(world.roles["staff"])  # a deleted role opens nothing
        assert_refused(await world.command(staff, "linkchar", sync_id="GONE1", member=admin.member), "staff")
        assert world.calls == []


def home(world: World) -> Any:
    """Return an account for the server's owner, who may do everything on Discord and nothing here."""
    return world.cad.state.add_account("Olivia", discord=str(world.guild.owner.id))
