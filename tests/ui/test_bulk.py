"""What admins read of bulk files: within Discord's limits however long a file and its cells are, and harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.cad.forecast import Load
from bot.domain.bulk.reasons import Reason
from bot.domain.bulk.result import DONE
from bot.domain.bulk.rows import BulkKind
from bot.domain.bulk.sheet import read_sheet
from bot.domain.bulk.verdicts import CheckedRow, RowVerdict
from bot.i18n import Catalogues
from bot.services.checking import BulkIntent, Checked
from bot.services.jobs.control import Result, Status
from bot.services.jobs.ledger import Look
from bot.storage.history import State
from bot.storage.jobs import Job, JobState, RowState
from bot.ui.bulk import checked_file, checked_reply, choice_of, result_reply, started_reply, status_reply
from bot.ui.words import Words
from tests.cogs.entries import entry
from tests.community import town
from tests.services.jobs.works import MEMBER, Works, link

if TYPE_CHECKING:
    from bot.ui.visit import Visit

WORDS = Words(Catalogues.load(), "en-US")
JOB = Job("a", 1, "c1", 7, "link", JobState.RUNNING, "en-US", "REF1", 70, 1.0)


class Guest:
    """Issues buttons as a visit does."""

    words = WORDS

    def custom_id(self, route: str, *_: object, **__: object) -> str:
        return f"cl1:{route}:x:"


async def test_many_mistakes_fit_and_the_rest_is_counted(works: Works) -> None:
    wrong = "".join(f"*nobody*{'x' * 200}`{n}`,@everyone\n" for n in range(200))
    works.files.data = f"member,sync_id\n<@{MEMBER + 1}>,A\n{wrong}".encode()
    intent = BulkIntent(kind=BulkKind.LINK, url="x", size=1)
    checked, job = await works.jobs.check(works.turn(), intent)
    reply = checked_reply(cast("Visit", Guest()), intent, checked, job, file=checked_file(WORDS, checked))
    ((title, text),) = reply.fields
    assert title == "What is wrong"
    assert len(text) <= 1024
    assert text.startswith("- Line 3: ")
    shown = text.count("- Line")
    assert f"{200 - shown} more are in the attached file." in text
    assert "`" not in text.replace("\\`", "")
    assert len(reply.embed()) <= 6000
    assert [button.label[:3] for button in reply.buttons] == ["Yes", "No,"]


async def test_a_row_with_many_mistakes_says_the_first_of_them() -> None:
    reasons = tuple(Reason("bulk-file-column-unknown", {}, f"c{number}") for number in range(54))
    row = CheckedRow(2, RowVerdict.WRONG, None, reasons)
    sheet = read_sheet(b"member\nx\n")
    checked = Checked(BulkKind.NEW, "", sheet, (row,), Load(), 0.0)
    said = checked_file(WORDS, checked).decode()
    assert "c0:" in said
    assert "c3:" not in said
    assert "51 more" in said


@pytest.mark.parametrize("posted", [True, False])
def test_where_a_job_is_seen(posted: bool) -> None:  # noqa: FBT001 - the two cases
    reply = started_reply(WORDS, Look(JOB, {RowState.WAITING: 2}), posted=posted)
    assert reply.headline == "Started: 2 rows."
    assert ("The bot may not write in this channel" in reply.detail) is not posted
    assert "`REF1`" in reply.detail


def test_a_result_says_each_reason_and_runs_no_formula() -> None:
    results = [
        Result(link(2, "=1+1", 5), RowState.REFUSED, "account-none-discord"),
        Result(link(3, "B", 6), RowState.WAITING, ""),
        Result(link(4, "C", 7), RowState.FAILED, "of-another-version"),
        Result(link(5, "D", 8), RowState.UNKNOWN, "undo-outcome-unknown"),
        Result(link(6, "E", 9), RowState.CANCELLED, ""),
        Result(link(7, "F", 10), RowState.DONE, ""),
    ]
    reply = result_reply(WORDS, Look(JOB), results)
    assert "The job is not over yet." in reply.detail
    ((name, content),) = reply.files
    assert name == "result.csv"
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("<@5>,'=1+1,refused,")
    assert len(lines[1]) > len("<@5>,'=1+1,refused,") + 10
    assert lines[2] == "<@6>,B,waiting,"
    assert lines[3] == "<@7>,C,failed,of-another-version"
    assert lines[4].startswith("<@8>,D,not certain,It is not certain")
    assert lines[5] == "<@9>,E,not carried out,"
    assert lines[6] == f"<@10>,F,{DONE},"


def test_a_full_status_fits() -> None:
    paused = Look(Job(**{**fields(JOB), "state": JobState.PAUSED, "cause": "account-none-discord"}), {})
    kept = tuple(entry(1, n, state=State.ACCEPTED, subject="`" * 100) for n in range(10))
    reply = status_reply(WORDS, Status((paused,) * 10, kept))
    assert reply.headline == "20 things are under way."
    assert len(reply.detail) <= 4096
    assert status_reply(WORDS, Status((Look(Job(**{**fields(JOB), "state": JobState.DONE})),), ())).headline == (
        "Nothing is under way."
    )


def test_a_job_that_no_channel_shows_has_its_buttons_in_the_status() -> None:
    counts = {RowState.DONE: 2}
    shown = Look(Job(**{**fields(JOB), "state": JobState.DONE, "message_id": 9}), counts)
    unseen = Look(Job(**{**fields(JOB), "id": "b", "reference": "REF2", "state": JobState.DONE}), counts)
    reply = status_reply(WORDS, Status((shown, unseen), ()))
    assert "The buttons are for the job `REF2`" in reply.detail
    assert [button.label for button in reply.buttons] == ["Result", "Undo this job"]
    assert status_reply(WORDS, Status((shown,), ())).buttons == ()


def test_choices_are_within_discords_limit() -> None:
    long = entry(1, state=State.ACCEPTED, subject="`x" * 150)
    assert len(choice_of(WORDS, long)) <= 100
    assert choice_of(WORDS, JOB) == "REF1: bulk job, running"


def fields(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in Job.__dataclass_fields__}


@pytest.fixture
def works() -> Works:
    return Works(town())
