"""`/audit`: the history of this guild as staff read it, page by page and as a file."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.storage.history import State
from tests.cogs.entries import SAM, attached, lines, seed

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from tests.cogs.stage import Stage


async def test_an_entry_says_who_what_whom_and_what_became_of_it(stage: Stage, staff: Any) -> None:
    await seed(stage)
    answer = await stage.slash(staff, "audit")
    assert answer.headline == "1 entry, newest first."
    assert lines(answer) == [
        "- <t:1700000000:f> <@7001>: link `CHAR0` for <@7002>: done. `REF00000`",
    ]
    assert answer.buttons == []
    assert answer.result.ephemeral


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"state": State.ACCEPTED}, "<@7001>: link `CHAR0` for <@7002>: kept, not sent yet."),
        ({"state": State.SENDING}, "<@7001>: link `CHAR0` for <@7002>: under way, or being found out."),
        ({"state": State.UNKNOWN}, "<@7001>: link `CHAR0` for <@7002>: not certain: look in the CAD."),
        ({"state": State.CANCELLED}, "<@7001>: link `CHAR0` for <@7002>: taken back, nothing was sent."),
        (
            {"state": State.REFUSED, "cause": "rule-staff-only-nobody", "subject": "", "member_id": SAM},
            "<@7001>: link (staff, for their own account): refused (“Refused: only staff can do that, and",
        ),
        (
            {"state": State.REFUSED, "cause": "max-links"},
            "refused (“Not linked: you already have … of at most … characters.”).",
        ),
        ({"state": State.FAILED, "cause": "KeyError"}, "failed, nothing was changed (“KeyError”)."),
        (
            {"actor_id": 0, "action": "moved", "subject": ""},
            "the bot: CAD account taken over by a newer proof for <@7002>",
        ),
        ({"member_id": None, "account": "api_id:x"}, "link `CHAR0` for the CAD account `api_id:x`: done."),
        ({"action": "later-version", "subject": ""}, "<@7001>: `later-version` for <@7002>: done."),
    ],
)
async def test_every_outcome_is_in_words(stage: Stage, staff: Any, more: dict[str, Any], line: str) -> None:
    await seed(stage, **more)
    assert line in (await stage.slash(staff, "audit")).text


async def test_pages_go_on_where_the_last_ended(stage: Stage, staff: Any) -> None:
    await seed(stage, 25)
    first = await stage.slash(staff, "audit")
    assert first.headline == "25 entries, newest first."
    assert [line[-11:-1].strip("` ") for line in lines(first)] == [f"REF{n:05}" for n in range(24, 14, -1)]
    assert first.buttons == ["Older"]
    await seed(stage, reference="NEWCOMER")
    second = await stage.press(staff, first, "Older")
    assert [line[-11:-1].strip("` ") for line in lines(second)] == [f"REF{n:05}" for n in range(14, 4, -1)]
    assert second.buttons == ["Newer", "Older"]
    third = await stage.press(staff, second, "Older")
    assert third.buttons == ["Newer"]
    assert len(lines(third)) == 5
    back = await stage.press(staff, third, "Newer")
    assert lines(back) == lines(second)
    newest = await stage.press(staff, await stage.press(staff, back, "Newer"), "Newer")
    assert "NEWCOMER" in lines(newest)[0]


async def test_a_page_looks_at_the_roles_again(stage: Stage, staff: Any) -> None:
    await seed(stage, 25)
    first = await stage.slash(staff, "audit")
    stage.set_policy(replace(stage.policy, staff=frozenset({stage.roles["admin"].id})))
    assert (await stage.press(staff, first, "Older")).headline == "Refused: only staff can do that."


@pytest.mark.parametrize(
    "arg", ["older-x", "sideways-1", "older-", "older--1", "older-" + "9" * 30, "newer-" + "9" * 19, "older-²"]
)
async def test_forged_pages_are_answered(stage: Stage, staff: Any, arg: str) -> None:
    await seed(stage, 25)
    first = await stage.slash(staff, "audit")
    custom_id = stage.custom_id(first, "Older").rpartition(":")[0]
    assert (await stage.forge(staff, first, f"{custom_id}:{arg}")).headline == "This button is not known any more."


async def test_a_member_is_found_as_who_did_it_and_as_whom_it_was_for(stage: Stage, staff: Any) -> None:
    otto = stage.member("Otto", "player")
    await seed(stage, actor_id=otto.id, member_id=1, reference="BYOTTO")
    await seed(stage, member_id=otto.id, reference="FOROTTO")
    await seed(stage, reference="OTHERS")
    answer = await stage.slash(staff, "audit", member=otto)
    assert answer.headline == "2 entries, newest first."
    assert "OTHERS" not in answer.text


async def test_sync_ids_and_references_are_found_exactly(stage: Stage, staff: Any) -> None:
    await seed(stage, 12)
    assert len(lines(await stage.slash(staff, "audit", sync_id=" CHAR1 "))) == 1
    answer = await stage.slash(staff, "audit", reference="`ref00007`")
    assert "CHAR7" in answer.text
    assert len(lines(answer)) == 1


async def test_what_is_not_there_says_where_else_to_look(stage: Stage, staff: Any) -> None:
    await seed(stage, guild_id=1, reference="ELSEWHERE")
    answer = await stage.slash(staff, "audit", reference="elsewhere")
    assert answer.headline == "No entry has the reference `ELSEWHERE`."
    assert "log" in answer.text
    assert "365 days" in answer.text
    assert (await stage.slash(staff, "audit", sync_id="NONE")).headline == "No entry matches."
    assert (await stage.slash(staff, "audit", sync_id=" ` ")).headline.startswith("Nothing to look for")


async def test_players_and_strangers_read_nothing(stage: Stage, pia: Any) -> None:
    await seed(stage)
    for who in (pia, stage.member("Stranger"), stage.member("Bea", "staff", "blocked")):
        for options in ({}, {"export": True}, {"member": who}):
            assert (await stage.slash(who, "audit", **options)).headline.startswith("Refused")


async def test_refusals_and_links_are_in_it(stage: Stage, staff: Any, pia: Any, hers: Account) -> None:
    await stage.slash(stage.member("Stranger"), "linkchar", sync_id="ABC")
    await stage.slash(pia, "linkchar", sync_id="ABC")
    answer = await stage.slash(staff, "audit")
    assert hers.links == ["ABC"]
    done, refused = lines(answer)
    assert f"<@{pia.id}>: link `ABC`: done." in done
    assert "refused (“Refused: you need a player role.”)" in refused


async def test_the_file_has_every_row_and_runs_no_formula(stage: Stage, staff: Any) -> None:
    await seed(stage, 11)
    await seed(stage, subject="=1+1", reference="FORMULA", before={"linked": False}, after={"linked": True})
    await seed(stage, subject="'quoted", reference="QUOTE")
    await seed(stage, guild_id=1, reference="ELSEWHERE")
    answer = await stage.slash(staff, "audit", export=True)
    assert answer.headline == "13 entries are in the attached file."
    name, content = attached(stage, answer)
    assert name == "history.csv"
    assert content.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(table) == 13
    by_reference = {row["reference"]: row for row in table}
    assert by_reference["FORMULA"]["subject"] == "'=1+1"
    assert by_reference["QUOTE"]["subject"] == "''quoted"
    assert by_reference["FORMULA"]["after"] == '{"linked": true}'
    assert by_reference["REF00003"]["began"] == "2023-11-14T22:13:23+00:00"
