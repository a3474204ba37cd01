"""Erasing one's own rows on both engines: what is erased, what stays, and what is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.links import LinkNews
from bot.domain.models import Target
from bot.storage import bindings, history, links, own, owners, requests
from bot.storage.bindings import Binding, Source
from bot.storage.history import State
from bot.storage.requests import Request, RequestState
from tests.cogs.entries import entry

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.storage.engine import Database

GUILD, ME, OTHER = 2**62, 2**61, 2**61 + 1
HOUR = 3600.0
PERSON = own.Person(GUILD, ME, "c1", denied_since=100 * HOUR)


def request(sync_id: str, state: RequestState, decided_at: float | None = None, member: int = ME) -> Request:
    return Request(
        f"{member}{sync_id}"[-30:], GUILD, "c1", member, sync_id, "Jane", "en-US", 1, "REF", 1.0, state,
        decided_at=decided_at,
    )  # fmt: skip


async def test_his_account_is_forgotten_by_every_name_in_its_community_only(database: Database) -> None:
    mine, api = Target.of(account="mine"), Target.of(api_id="my-api")
    news = LinkNews(
        links={(mine, "A"): True, (Target.of(discord=ME), "B"): False, (Target.of(account="hers"), "C"): True},
        names={api: ("mine", "me"), mine: ("mine", "me"), Target.of(account="hers"): ("hers", "her")},
    )

    def work(tx: Connection) -> None:
        for community in ("c1", "c2"):
            for row in (
                Binding(community, bindings.EVERYWHERE, ME, "mine", Source.SECRET, ME, 1.0),
                Binding(community, bindings.EVERYWHERE, OTHER, "hers", Source.SECRET, OTHER, 1.0),
            ):
                bindings.put(tx, row)
            links.save(tx, community, news, now=1.0)

    await database.write(work)
    rows = await database.read(lambda tx: own.read(tx, PERSON, limit=9))
    assert {row["sync_id"] for row in rows.links} == {"A", "B"}
    assert {row["alias"] for row in rows.names} == {"api_id:my-api", "account:mine"}
    erased = await database.write(lambda tx: own.erase(tx, PERSON))
    assert (erased.bindings, erased.remembered) == (1, 4)
    assert set(erased.names) == {"account:mine", "api_id:my-api", f"discord:{ME}"}
    left = await database.read(lambda tx: (links.load(tx, "c1", limit=9), links.load(tx, "c2", limit=9)))
    assert [(target.value, sync_id) for target, sync_id in left[0].links] == [("hers", "C")]
    assert len(left[1].links) == 3
    assert [row.community_id for row in await database.read(lambda tx: bindings.of_member(tx, None, ME))] == ["c2"]


async def test_history_that_is_not_his_alone_stays_and_is_counted(database: Database) -> None:
    rows = [
        entry(GUILD, 1, actor_id=ME, member_id=ME, rule="player"),
        entry(GUILD, 2, actor_id=ME, member_id=ME, rule="not-a-player", state=State.REFUSED),
        entry(GUILD, 3, actor_id=ME, member_id=ME, rule="admin"),
        entry(GUILD, 4, actor_id=ME, member_id=OTHER),
        entry(GUILD, 5, actor_id=ME, member_id=None),
        entry(GUILD, 6, actor_id=OTHER, member_id=ME),
        entry(GUILD, 7, actor_id=ME, member_id=ME, rule="player", state=State.SENDING),
        entry(GUILD, 8, actor_id=ME, member_id=ME, rule="everybody", action=own.ERASE),
        entry(GUILD + 1, 9, actor_id=ME, member_id=ME, rule="player"),
    ]
    await database.write(lambda tx: [history.add(tx, one) for one in rows])
    seen = await database.read(lambda tx: own.read(tx, PERSON, limit=3))
    assert seen.history_total == 8
    assert [one.reference for one in seen.history] == ["REF00008", "REF00007", "REF00006"]
    assert seen.oldest_at == rows[0].began_at
    erased = await database.write(lambda tx: own.erase(tx, PERSON))
    assert erased == own.Erased(history=2, as_staff=1, for_others=2, by_others=1, unsettled=1, names=(f"discord:{ME}",))
    assert (await database.read(lambda tx: own.read(tx, PERSON, limit=9))).history_total == 6


async def test_requests_that_still_count_stay(database: Database) -> None:
    made = [
        request("A", RequestState.OPEN),
        request("B", RequestState.DENIED, 101 * HOUR),
        request("C", RequestState.DENIED, 99 * HOUR),
        request("D", RequestState.DECIDING, 101 * HOUR),
        request("E", RequestState.APPROVED, 101 * HOUR),
        request("A", RequestState.OPEN, member=OTHER),
    ]

    def work(tx: Connection) -> None:
        bindings.put(tx, Binding("c1", GUILD, OTHER, "x", Source.STAFF, 1, 1.0))  # so that the community is there
        for one in made:
            assert requests.add(tx, one)

    await database.write(work)
    erased = await database.write(lambda tx: own.erase(tx, PERSON))
    assert (erased.requests, erased.withdrawn, erased.denied, erased.deciding) == (3, 1, 1, 1)
    left = await database.read(lambda tx: requests.of_member(tx, GUILD, ME, limit=9))
    assert {one.sync_id for one in left} == {"B", "D"}
    assert await database.write(lambda tx: own.expire_requests(tx, before=101.5 * HOUR)) == 1
    assert len(await database.read(lambda tx: requests.of_member(tx, GUILD, OTHER, limit=9))) == 1


async def test_what_the_game_database_says_is_his_goes_with_his_data(database: Database) -> None:
    owned = {"a": str(ME), "b": f"discord:{ME}", "c": "license:mine", "d": "license:typed", "e": str(OTHER)}
    row = Binding("c1", GUILD, ME, "mine", Source.STAFF, OTHER, 1.0, api_id="license:mine", api_id_proven=True)
    typed = Binding("c1", bindings.EVERYWHERE, ME, "mine", Source.SECRET, ME, 1.0, api_id="license:typed")

    def work(tx: Connection) -> None:
        for guild in (GUILD, GUILD + 1):
            owners.put(tx, guild, owned, job_id="j", now=1.0)
        bindings.put(tx, row)
        bindings.put(tx, typed)

    await database.write(work)
    rows = await database.read(lambda tx: own.read(tx, PERSON, limit=9))
    assert [(one["sync_id"], one["owner_id"]) for one in rows.owned] == [(key, owned[key]) for key in "abc"]
    assert (await database.write(lambda tx: own.erase(tx, PERSON))).owned == 3
    assert await database.read(lambda tx: owners.of_guild(tx, GUILD)) == {key: owned[key] for key in "de"}
    assert await database.read(lambda tx: owners.of_guild(tx, GUILD + 1)) == owned
