"""`/bulk` as admins use it: the dry run, the yes, the message that shows the job, and its buttons."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import CadErrorKind
from tests.cogs.jobs import Yard
from tests.cogs.requests import card_text, dms, labels
from tests.cogs.stage import Answer, Stage, staged
from tests.services.files import OneFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.cad.state import Account
    from tests.community import Town


@pytest.fixture
async def stage(place: Town, files: OneFile) -> AsyncIterator[Stage]:
    async with staged(place, files) as ready:
        yield ready


@pytest.fixture
def files() -> OneFile:
    return OneFile(b"")


@pytest.fixture
def yard(stage: Stage, files: OneFile) -> Yard:
    return Yard(stage, files, stage.member("Ada", "admin"))


@pytest.fixture
def members(stage: Stage) -> list[Any]:
    return [stage.member(f"M{number}", "player") for number in range(8)]


@pytest.fixture
def theirs(stage: Stage, members: list[Any]) -> list[Account]:
    return [stage.resident(one) for one in members]


def rows(members: list[Any]) -> str:
    return "member,sync_id\n" + "".join(f"<@{one.id}>,CHAR{place}\n" for place, one in enumerate(members))


async def test_the_dry_run_changes_nothing(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    text = rows(members[:2]) + f"<@{members[1].id}>,CHAR1\nnobody,X\n=cmd,Y\n"
    answer = await yard.upload(text)
    assert answer.headline == "Checked: 2 of 5 rows can be carried out."
    assert "The CAD was not asked" in answer.text
    assert "2 rows are ready." in answer.text
    assert "1 row says the same as an earlier one" in answer.text
    assert "Line 5:" in answer.text
    assert "“nobody” is no member" in answer.text
    assert "4 calls to the CAD and takes less than a minute" in answer.text
    assert answer.buttons == ["Yes, start", "No, leave it"]
    assert answer.result.response.ephemeral
    lines = yard.attached(answer)
    assert lines[0] == "member,sync_id,result,reason"
    assert lines[1] == f"<@{members[0].id}>,CHAR0,ready,"
    assert lines[5].startswith("'=cmd,Y,wrong,")
    assert yard.stage.town.asked == []
    assert [one.links for one in theirs[:2]] == [[], []]
    assert yard.stage.town.engine.jobs == []
    no = await yard.stage.press(yard.admin, answer, "No, leave it")
    assert "Nothing" in no.text


async def test_a_yes_starts_it_and_the_channel_shows_counts_only(
    yard: Yard, members: list[Any], theirs: list[Account]
) -> None:
    answer = await yard.start(rows(members))
    assert answer.headline == "Started: 8 rows."
    assert answer.result.response.ephemeral
    (message,) = yard.messages
    assert message.content == "Linking from a file: starting."
    assert labels(message) == ["Pause", "Cancel"]
    await yard.step(2)
    assert yard.shown.startswith("Linking from a file: 2 of 8 (25 %), less than a minute left.")
    assert "2 done, 0 failed, 0 not certain, 0 not carried out, 6 to go" in yard.shown
    await yard.drive()
    assert len(yard.messages) == 1
    assert yard.shown.startswith("Linking from a file: done, 8 of 8 (100 %).")
    assert yard.buttons == ["Result", "Undo this job"]
    assert [one.links for one in theirs] == [[f"CHAR{number}"] for number in range(8)]
    everything = "\n".join(card_text(one) for one in yard.stage.channel.history())
    for person in (yard.admin, *members):
        assert str(person.id) not in everything
        assert person.name not in everything
    assert "CHAR" not in everything


async def test_pause_resume_and_cancel(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    await yard.start(rows(members))
    await yard.step(3)
    await yard.press("Pause")
    assert yard.shown.startswith("Linking from a file: paused at 3 of 8 (37 %).")
    assert yard.buttons == ["Resume", "Cancel", "Result"]
    yard.stage.town.engine.jobs.clear()
    await yard.press("Resume")
    assert yard.buttons == ["Pause", "Cancel"]
    await yard.step(1)
    await yard.press("Cancel")
    assert yard.shown.startswith("Linking from a file: being cancelled at 4 of 8")
    assert yard.buttons == []
    await yard.drive()
    assert yard.shown.startswith("Linking from a file: cancelled at 4 of 8 (50 %).")
    assert yard.buttons == ["Result", "Run what is left", "Undo this job"]
    assert [bool(one.links) for one in theirs] == [True] * 4 + [False] * 4
    answer = await yard.press("Run what is left")
    assert answer.headline == "Started: 4 rows."
    await yard.drive()
    assert all(one.links for one in theirs)


async def test_a_button_that_is_out_of_date_changes_nothing(
    yard: Yard, members: list[Any], theirs: list[Account]
) -> None:
    await yard.start(rows(members[:1]))
    message = yard.messages[-1]
    before = message.components
    await yard.drive()
    stale = before[0].children[0].custom_id
    shown = SimpleNamespace(response=SimpleNamespace(id=message.id, channel_id=message.channel.id))
    answer = await yard.stage.forge(yard.admin, Answer(shown), stale)
    assert answer.result.followups[-1].content == "Nothing to do: the job is over by now."
    assert yard.shown.startswith("Linking from a file: done")
    assert theirs[0].links == ["CHAR0"]


async def test_result_and_retry_of_the_failures(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    newcomer = yard.stage.member("Newcomer", "player")
    await yard.start(rows([*members[:2], newcomer]))
    await yard.drive()
    assert yard.buttons == ["Result", "Retry the failures", "Undo this job"]
    answer = await yard.press("Result")
    assert answer.headline == "3 rows are in the attached file."
    assert answer.result.response.ephemeral
    lines = yard.attached(answer)
    assert lines[0] == "member,sync_id,result,reason"
    assert lines[1] == f"<@{members[0].id}>,CHAR0,done,"
    assert lines[3].startswith(f"<@{newcomer.id}>,CHAR2,refused,")
    account = yard.stage.resident(newcomer)
    answer = await yard.press("Retry the failures")
    assert answer.headline == "Started: 1 row."
    await yard.drive()
    assert account.links == ["CHAR2"]
    first = yard.messages[0]
    again = await yard.press("Retry the failures", message=first)
    assert again.headline == "Tried again already."
    checked = await yard.upload("\n".join(lines))
    assert "2 rows were carried out before" in checked.text
    assert theirs[0].links == ["CHAR0"]


async def test_undo_asks_first(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    theirs[0].links.append("OLD")
    text = f"member,sync_id,old_sync_id\n<@{members[0].id}>,NEW,OLD\n<@{members[1].id}>,CHAR1,\n"
    await yard.start(text)
    await yard.drive()
    assert theirs[0].links == ["NEW"]
    answer = await yard.press("Undo this job")
    assert answer.headline == "Take this job back?"
    assert "2 links are removed." in answer.text
    assert "1 link is set again." in answer.text
    assert answer.buttons == ["Yes, take it back", "No, leave it"]
    assert theirs[0].links == ["NEW"]
    started = await yard.stage.press(yard.admin, answer, "Yes, take it back")
    assert started.headline == "Started: 2 rows."
    await yard.drive()
    assert [one.links for one in theirs[:2]] == [["OLD"], []]
    assert yard.shown.startswith("Taking back a bulk job: done, 2 of 2 (100 %).")
    assert "Undo this job" not in yard.buttons


async def test_only_admins_press(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    await yard.start(rows(members[:3]))
    staff = yard.stage.member("Sam", "staff")
    for who in (staff, members[0], yard.stage.member("Stranger")):
        for label in ("Pause", "Cancel"):
            answer = await yard.press(label, who)
            assert answer.headline == "Refused: only admins can do that."
    second = yard.stage.member("Second", "admin")
    await yard.press("Pause", second)
    assert yard.buttons == ["Resume", "Cancel", "Result"]
    assert theirs[0].links == []


async def test_a_starter_who_lost_the_role_stops_the_job(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    await yard.start(rows(members))
    yard.stage.env.backend.get_member(yard.stage.guild.id, yard.admin.id).role_ids.clear()
    await yard.drive()
    assert yard.shown.startswith("Linking from a file: stopped at 0 of 8")
    assert "Whoever started it may not run bulk jobs here any more." in yard.shown
    assert theirs[0].links == []


async def test_an_outage_is_told(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    await yard.start(rows(members[:2]))
    for _ in range(40):
        yard.stage.town.cad.break_("link", CadErrorKind.TRANSPORT)
    job_id = yard.stage.town.engine.jobs[0]
    pause: float | None = 0.0
    while pause is not None and pause < 10:
        yard.stage.town.clock.now += pause
        pause = await yard.runner.advance(job_id)
    await yard.progress.show_news()
    assert "waiting." in yard.shown
    yard.stage.town.cad.faults.clear()
    yard.stage.town.clock.now += 60
    await yard.drive()
    assert theirs[1].links == ["CHAR1"]
    assert "A bulk job of yours is over." in dms(yard.admin)[-1]


async def test_five_alike_name_the_likely_cause(yard: Yard, members: list[Any]) -> None:
    await yard.start(rows(members))
    await yard.drive()
    assert "paused at 5 of 8 (62 %), because 5 rows in a row failed alike." in yard.shown
    assert "The likely cause: “" in yard.shown
    assert "account-none" not in yard.shown


async def test_a_deleted_message_is_posted_anew(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    await yard.start(rows(members[:2]))
    message = yard.messages[-1]
    yard.stage.env.backend.messages[message.channel.id].pop(message.id)
    assert yard.messages == []
    await yard.drive()
    assert yard.shown.startswith("Linking from a file: done, 2 of 2")
    assert theirs[0].links == ["CHAR0"]


async def test_status_and_cancel_by_reference(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    assert (await yard.stage.slash(yard.admin, "bulk status")).headline == "Nothing is under way."
    await yard.start(rows(members[:3]))
    await yard.step(1)
    answer = await yard.stage.slash(yard.admin, "bulk status")
    assert answer.headline == "1 thing is under way."
    assert "Linking from a file: 1 of 3 (33 %)." in answer.text
    offered = await yard.admin.autocomplete(yard.stage.channel, "bulk cancel", "reference", "")
    assert offered[0]["name"] == f"{offered[0]['value']}: bulk job, running"
    reference = offered[0]["value"]
    cancelled = await yard.stage.slash(yard.admin, "bulk cancel", reference=reference)
    assert cancelled.headline.startswith("Being cancelled")
    await yard.drive()
    assert theirs[2].links == []
    offered = await yard.admin.autocomplete(yard.stage.channel, "bulk cancel", "reference", "")
    assert offered[0]["name"] == "Nothing that can be cancelled: type a reference"
    unknown = await yard.stage.slash(yard.admin, "bulk cancel", reference="NOSUCH")
    assert "NOSUCH" in unknown.headline


async def test_a_single_action_that_waits_is_listed_and_cancelled(
    yard: Yard, members: list[Any], theirs: list[Account]
) -> None:
    yard.stage.town.cad.break_("link", CadErrorKind.TRANSPORT)
    kept = await yard.stage.slash(members[0], "linkchar", sync_id="ABC")
    assert kept.headline.startswith("Kept")
    answer = await yard.stage.slash(yard.admin, "bulk status")
    assert "link `ABC`" in answer.text
    offered = await yard.admin.autocomplete(yard.stage.channel, "bulk cancel", "reference", "")
    assert "link ABC, waiting for the CAD" in offered[0]["name"]
    cancelled = await yard.stage.slash(yard.admin, "bulk cancel", reference=offered[0]["value"])
    assert cancelled.headline == "Taken back: nothing was sent to the CAD."
    assert (await yard.stage.slash(yard.admin, "bulk status")).headline == "Nothing is under way."
    assert theirs[0].links == []


async def test_new_characters(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    text = "member,first,last\n" + "".join(f"<@{one.id}>,Jane{n},Doe\n" for n, one in enumerate(members[:2]))
    await yard.start(text, "new")
    await yard.drive()
    assert yard.shown.startswith("New characters from a file: done, 2 of 2")
    assert len(yard.stage.town.state.characters(theirs[0])) == 1
    answer = await yard.press("Undo this job")
    assert "2 new characters are deleted from the CAD, for ever." in answer.text


async def test_new_characters_beside_the_games_own_need_their_own_yes(
    yard: Yard, members: list[Any], theirs: list[Account]
) -> None:
    yard.stage.town.tenant.met_sync()
    asked = await yard.upload(f"member,first,last\n<@{members[0].id}>,Jane,Doe\n", "new")
    yes = next(label for label in asked.buttons if label.startswith("Yes"))
    checked = await yard.stage.press(yard.admin, asked, yes)
    assert checked.headline == "Checked: 1 of 1 rows can be carried out."
    await yard.stage.press(yard.admin, checked, "Yes, start")
    await yard.drive()
    assert len(yard.stage.town.state.characters(theirs[0])) == 1


async def test_owners(yard: Yard) -> None:
    checked = await yard.upload("sync_id;owner_id\nABC;steam:1\n", "owners")
    assert "The CAD is not called for it." in checked.text
    await yard.stage.press(yard.admin, checked, "Yes, start")
    await yard.drive()
    assert yard.shown.startswith("Owners from a file: done, 1 of 1")
    assert yard.buttons == ["Result"]


async def test_a_file_that_cant_be_read_is_explained(yard: Yard) -> None:
    answer = await yard.upload("sync_id\nABC\n")
    assert answer.headline == "Not carried out: the file has a problem."
    nothing = await yard.upload("member,sync_id\nnobody,ABC\n")
    assert nothing.headline == "Checked: none of the 1 rows can be carried out."
    assert nothing.buttons == []


async def test_rows_of_other_accounts_need_their_own_yes(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    await yard.start(rows(members[:1]))
    await yard.drive()
    text = f"member,sync_id\n<@{members[1].id}>,CHAR0\n<@{members[2].id}>,OTHER\n"
    checked = await yard.upload(text)
    assert checked.headline == "Checked: 1 of 2 rows can be carried out."
    assert checked.buttons == ["Yes, start", "No, leave it", "Check again with rows that are other accounts'"]
    again = await yard.stage.press(yard.admin, checked, checked.buttons[-1])
    assert again.headline == "Checked: 2 of 2 rows can be carried out."
    await yard.stage.press(yard.admin, again, "Yes, start")
    await yard.drive()
    assert theirs[1].links == ["CHAR0"]


async def test_without_the_role_a_yes_is_worth_nothing(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    checked = await yard.upload(rows(members[:1]))
    yard.stage.set_policy(replace(yard.stage.policy, admins=frozenset({1})))
    answer = await yard.stage.press(yard.admin, checked, "Yes, start")
    assert answer.headline == "Refused: only admins can do that."
    assert theirs[0].links == []


async def test_the_audit_says_who_and_what_became_of_it(yard: Yard, members: list[Any], theirs: list[Account]) -> None:
    await yard.start(rows(members[:2]))
    await yard.drive()
    text = (await yard.stage.slash(yard.admin, "audit")).text
    assert f"<@{yard.admin.id}>: start the bulk job `members.csv`: done." in text
    assert (
        "ended the bulk job (2 done, 0 failed or not certain, 0 not carried out) from the file `members.csv`: done."
        in text
    )
    assert theirs[0].links == ["CHAR0"]
