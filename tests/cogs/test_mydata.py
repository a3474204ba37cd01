"""`/mydata`: everybody sees and erases what is stored about himself, and nothing of anybody else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from bot.domain.models import Target
from bot.services.tenants import Guild
from bot.storage import bindings, drafts, links, requests, tickets
from bot.storage.bindings import Binding, Source
from bot.storage.drafts import DraftRow
from bot.storage.history import State
from bot.storage.requests import Request, RequestState
from bot.storage.tables import history, metadata
from tests.cogs.entries import attached, seed
from tests.community import COMMUNITY

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from tests.cogs.stage import Stage

ERASE = "Yes, erase it"
OTHER_GUILD = 99
TOLD = (
    "which CAD account is yours: 1",
    "unfinished forms: 1",
    "requests: 2",
    "of them open, and withdrawn: 1",
    "history entries of what you did for yourself: 1",
    "at the latest 365 days after",
    "what you did for others or for the server: 1",
    "what you did for yourself as staff: 1",
    "what others did to you: 1",
    "what is still under way: 1",
    "requests denied in the last 24 hours, which may not be repeated yet: 1",
    "requests that somebody is deciding right now: 1",
    "one entry that you erased your data",
)
"""What somebody reads who had something of every kind, in the words of the answer."""


async def counts(stage: Stage) -> dict[str, int]:
    """Return how many rows each table has."""
    tables = metadata.sorted_tables
    query = {table.name: select(func.count()).select_from(table) for table in tables}
    found: dict[str, int] = await stage.town.database.read(
        lambda tx: {name: tx.scalar(one) or 0 for name, one in query.items()}
    )
    return found


def binding(member: int, account: str, guild_id: int = bindings.EVERYWHERE) -> Binding:
    return Binding(COMMUNITY, guild_id, member, account, Source.SECRET, member, 1.0, username="pia", api_id="pia-api")


def request(stage: Stage, member: int, sync_id: str, state: RequestState, decided: float | None = None) -> Request:
    guild, place = stage.guild.id, stage.channel.id
    made = Request(
        f"r-{member}-{sync_id}", guild, COMMUNITY, member, sync_id, "Jane", "en-US", place, "REF", 1.0, state
    )
    return made if decided is None else Request(**{**fields_of(made), "decided_by": 5, "decided_at": decided})


def fields_of(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def draft(guild_id: int, owner: int, name: str) -> DraftRow:
    return DraftRow(name, guild_id, owner, COMMUNITY, "x", "open", {"answers": {"first": "Jane"}}, 1.0)


async def fill(stage: Stage, member: int, other: int, account: str) -> None:
    """Store something of every kind of a member, and of somebody else."""
    here, now = stage.guild.id, stage.town.clock.now

    def work(tx: Any) -> None:
        for row in (binding(member, account), binding(member, "guild-b", OTHER_GUILD), binding(other, "other-account")):
            bindings.put(tx, row)
        drafts.save(tx, draft(here, member, "d1"))
        drafts.save(tx, draft(OTHER_GUILD, member, "d2"))
        drafts.save(tx, draft(here, other, "d3"))
        for asked in (
            request(stage, member, "OPEN", RequestState.OPEN),
            request(stage, member, "OLD", RequestState.DENIED, now - 25 * 3600),
            request(stage, member, "NEW", RequestState.DENIED, now - 3600),
            request(stage, member, "NOW", RequestState.DECIDING, now),
            request(stage, other, "OPEN", RequestState.OPEN),
        ):
            assert requests.add(tx, asked)

    await stage.town.database.write(work)
    await seed(stage, actor_id=member, member_id=member, rule="player", reference="OWN")
    await seed(stage, actor_id=member, member_id=member, rule="admin", reference="ASADMIN")
    await seed(stage, actor_id=member, member_id=other, rule="staff", subject="HERS", reference="FOROTHER")
    await seed(stage, actor_id=other, member_id=member, reference="BYOTHER")
    await seed(stage, actor_id=member, member_id=member, state=State.SENDING, rule="player", reference="UNSETTLED")
    await seed(stage, actor_id=other, member_id=other, reference="FOREIGN")
    await seed(stage, actor_id=member, member_id=member, rule="player", guild_id=OTHER_GUILD, reference="ELSEWHERE")


async def references(stage: Stage) -> set[str]:
    query = select(history.c.reference).where(history.c.action != "erase")
    return set(await stage.town.database.read(lambda tx: tx.scalars(query).all()))


async def test_nothing_is_said_where_nothing_is_stored(stage: Stage) -> None:
    answer = await stage.slash(stage.member("Stranger"), "mydata")
    assert answer.headline == "Nothing is stored about you here."
    assert answer.result.ephemeral


async def test_a_blocked_member_sees_his_data_too_and_without_any_setup(stage: Stage) -> None:
    otto = stage.member("Otto", "blocked")
    await seed(stage, actor_id=otto.id, member_id=otto.id)
    stage.guilds.set_up(Guild(stage.guild.id))
    assert (await stage.slash(otto, "mydata")).headline == "This is what is stored about you here."
    asked = await stage.slash(otto, "mydata", erase=True)
    assert (await stage.press(otto, asked, ERASE)).headline == "Erased what was stored about you here."


async def test_kinds_and_counts_are_told_and_the_rows_are_his_own(stage: Stage, pia: Any, hers: Account) -> None:
    otto = stage.member("Otto", "player")
    await fill(stage, pia.id, otto.id, hers.uuid)
    hers.links.append("CHAR-1")
    await stage.slash(pia, "linkchar")
    answer = await stage.slash(pia, "mydata")
    assert "Stored which one is yours: 1 entry" in answer.text
    assert "1 link and" in answer.text
    assert "5 entries by you or about you, since <t:1700000000:D>; each for 365 days." in answer.text
    assert "4, of which 2 open" in answer.text
    name, content = attached(stage, answer)
    rows = json.loads(content)
    assert name == "mydata.json"
    assert rows["about"] == str(pia.id)
    assert [one["account"] for one in rows["cad_accounts"]] == [hers.uuid]
    assert rows["unfinished_forms"][0]["content"] == {"answers": {"first": "Jane"}}
    assert [one["sync_id"] for one in rows["remembered_links"]] == ["CHAR-1"]
    told = {one["reference"]: one for one in rows["history"]}
    assert told["FOROTHER"]["for"] == "another"
    assert told["FOROTHER"]["subject"] == ""
    assert told["BYOTHER"]["by"] == "staff"
    text = content.decode()
    for secret in (str(otto.id), "other-account", "HERS", "interaction-token", "guild-b", "ELSEWHERE", "FOREIGN"):
        assert secret not in text


async def test_it_asks_before_it_erases(stage: Stage, pia: Any) -> None:
    await fill(stage, pia.id, 5, "acc")
    before = await counts(stage)
    asked = await stage.slash(pia, "mydata", erase=True)
    assert asked.headline == "Erase what is stored about you here?"
    left = await stage.press(pia, asked, "No, leave it")
    assert left.headline == "Left as it is."
    after = await counts(stage)
    del before["tickets"], after["tickets"]
    assert after == before


async def test_it_erases_his_own_and_says_what_stays(stage: Stage, pia: Any, hers: Account) -> None:
    otto = stage.member("Otto", "player")
    await fill(stage, pia.id, otto.id, hers.uuid)
    hers.links.append("CHAR-1")
    await stage.slash(pia, "linkchar")
    shown = await stage.slash(pia, "mydata")
    answer = await stage.press(pia, await stage.press(pia, shown, "Erase my data"), ERASE)
    assert answer.headline == "Erased what was stored about you here."
    for line in TOLD:
        assert line in answer.text
    assert await references(stage) == {
        "ASADMIN", "FOROTHER", "BYOTHER", "UNSETTLED", "FOREIGN", "ELSEWHERE",
    }  # fmt: skip
    kept = await stage.town.database.read(
        lambda tx: (
            bindings.of_member(tx, None, pia.id),
            bindings.of_member(tx, None, otto.id),
            {row.sync_id for row in requests.of_member(tx, stage.guild.id, pia.id, limit=9)},
            drafts.find(tx, "d1"),
            drafts.find(tx, "d2"),
            links.load(tx, COMMUNITY, limit=9),
        )
    )
    assert [row.guild_id for row in kept[0]] == [OTHER_GUILD]
    assert len(kept[1]) == 1
    assert kept[2] == {"NEW", "NOW"}
    assert kept[3] is None
    assert kept[4] is not None, "another guild's draft stays"
    assert not kept[5]
    assert stage.town.tenant.memory.seen(Target.of(discord=pia.id)) == {}
    assert hers.links == ["CHAR-1"], "the CAD is left alone"


async def test_an_erasure_leaves_one_row_that_says_nothing_else(stage: Stage, pia: Any) -> None:
    await seed(stage, actor_id=pia.id, member_id=pia.id, rule="player")
    for _ in range(2):
        asked = await stage.slash(pia, "mydata", erase=True)
        answer = await stage.press(pia, asked, ERASE)
    assert "Nothing else stays but one entry that you erased your data." in answer.text
    left = await stage.town.database.read(lambda tx: [dict(row) for row in tx.execute(select(history)).mappings()])
    assert [row["action"] for row in left] == ["erase", "erase"]
    for row in left:
        assert (row["subject"], row["account"], row["before"], row["after"], row["token"]) == ("", "", None, None, None)


async def test_an_open_form_is_gone_from_memory_too(stage: Stage, pia: Any, hers: Account) -> None:
    answer = await stage.slash(pia, "newchar")
    form = await stage.press(pia, answer, "Start") if answer.result.modal is None else answer
    draft = await stage.submit(pia, form, First="Zaphodina")
    assert "Zaphodina" in draft.text
    asked = await stage.slash(pia, "mydata", erase=True)
    assert "unfinished forms: 1" in (await stage.press(pia, asked, ERASE)).text
    assert (await counts(stage))["drafts"] == 0
    anew = await stage.slash(pia, "newchar")
    assert "Zaphodina" not in repr(anew.modal)
    assert hers.username == "Pia"


async def test_his_buttons_are_gone_and_answered_politely(stage: Stage, pia: Any, hers: Account) -> None:
    listed = await stage.slash(pia, "linkchar")
    asked = await stage.slash(pia, "mydata", erase=True)
    await stage.press(pia, asked, ERASE)
    assert (await stage.press(pia, listed, "Enter a sync ID")).headline == "This button has expired."
    assert await stage.town.database.write(lambda tx: tickets.erase(tx, stage.guild.id, pia.id)) == 0
    assert hers.links == []


async def test_nobody_erases_with_anothers_button(stage: Stage, pia: Any) -> None:
    await fill(stage, pia.id, 5, "acc")
    asked = await stage.slash(pia, "mydata", erase=True)
    otto = stage.member("Otto", "player")
    answer = await stage.forge(otto, asked, stage.custom_id(asked, ERASE))
    assert answer.headline == "This button belongs to somebody else."
    assert "OWN" in await references(stage)


@pytest.mark.parametrize("erase", [False, True])
async def test_it_takes_no_member(stage: Stage, *, erase: bool) -> None:
    command = stage.bot.tree.get_command("mydata")
    assert command is not None
    assert [option["name"] for option in command.to_dict(stage.bot.tree)["options"]] == ["erase"]
    assert (await stage.slash(stage.member("Any"), "mydata", erase=erase)).result.ephemeral
