"""What admins read of bulk files and jobs: the dry run, a result as a file, what is under way. All of it privately."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import discord

from bot.domain.bulk.result import write_checked, write_results
from bot.domain.bulk.rows import BulkKind
from bot.domain.bulk.verdicts import RowVerdict
from bot.services.checking import HELD
from bot.services.jobs.control import YES_SECONDS, RunIntent
from bot.storage.history import Entry
from bot.storage.jobs import UNFINISHED, RowState
from bot.ui.audit import OUTCOME, cause_of, deed_of
from bot.ui.failures import NO
from bot.ui.progress import REASON, duration, job_buttons, state_line
from bot.ui.reply import Button, Reply, Tone
from bot.ui.words import cut, escape, wrong_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.domain.bulk.reasons import Reason
    from bot.domain.bulk.verdicts import CheckedRow
    from bot.services.checking import BulkIntent, Checked
    from bot.services.jobs.control import Result, Status
    from bot.services.jobs.ledger import Look
    from bot.services.jobs.planning import UndoPlan
    from bot.storage.jobs import Job
    from bot.ui.visit import Visit
    from bot.ui.words import Words

BULK, RUN = "bulk", "bulk-run"
"""The routes: check a file, and start what was checked."""
ROW_STATES = {
    RowState.WAITING: "row-waiting",
    RowState.DONE: "row-done",
    RowState.REFUSED: "row-refused",
    RowState.FAILED: "row-failed",
    RowState.UNKNOWN: "row-unknown",
    RowState.CANCELLED: "row-cancelled",
    RowState.SKIPPED: "row-skipped",
}
PROBLEMS = 10
LEFT_OUT = (RowVerdict.WRONG, RowVerdict.HELD, RowVerdict.TWICE, RowVerdict.DONE)
ROOM = 950
CHOICE = 100
ROW_REASONS = 3
"""How much is said of one row in a file: Discord takes attachments of 10 MiB, and a file has ten thousand rows."""
ID_LIMIT = 40


def checked_file(words: Words, checked: Checked) -> bytes:
    """Return the file as it came, with what is to be said of each row. Takes seconds for the largest one."""
    return write_checked(checked.sheet, checked.rows, lambda row: _said_plainly(words, row))


def checked_reply(visit: Visit, intent: BulkIntent, checked: Checked, job: Job | None, *, file: bytes) -> Reply:
    """Return the dry run: how many rows of each kind, what is wrong, what it costs, and the way to a yes."""
    words, counts = visit.words, checked.counts
    ready = len(checked.to_run)
    lines = [words("bulk-checked", ready=ready, total=len(checked.rows))]
    lines += [f"- {words(f'bulk-check-{verdict}', count=counts[verdict])}" for verdict in RowVerdict if counts[verdict]]
    if checked.load.calls:
        time = duration(words, checked.seconds)
        lines.append(words("bulk-cost", calls=checked.load.calls, time=time))
    elif ready:
        lines.append(words("bulk-cost-none"))
    lines.append(words("bulk-in-file"))
    return Reply.of(
        "\n".join(lines),
        Tone.ASK if ready else Tone.REFUSED,
        fields=tuple(_problems(words, checked.rows)),
        files=(("checked.csv", file),),
        buttons=tuple(_answers(visit, intent, checked, job)),
    )


def undo_reply(visit: Visit, plan: UndoPlan) -> Reply:
    """Return what taking a job back would do, and the way to a yes."""
    words = visit.words
    lines = [words("undo-planned")]
    for key, count in (("undo-unlinks", plan.unlinks), ("undo-links", plan.links), ("undo-removals", plan.removals)):
        if count:
            lines.append(f"- {words(key, count=count)}")
    for cause, count in plan.skipped.items():
        lines.append(f"- {words('undo-skipped', count=count, outcome=cause_of(words, cause, REASON))}")
    return Reply.of("\n".join(lines), Tone.ASK, buttons=_yes_or_no(visit, plan.job, "undo-yes", danger=True))


def started_reply(words: Words, look: Look, *, posted: bool) -> Reply:
    """Say that a job is under way, and where it shows."""
    key = "job-started" if posted else "job-started-unseen"
    text = words.with_reference(words(key, count=look.total), look.job.reference)
    return Reply.of(text, Tone.DONE)


def result_reply(words: Words, look: Look, results: Sequence[Result]) -> Reply:
    """Return the outcome of each row as a file that can be corrected and fed again."""
    rows = [(one.row, words(ROW_STATES[one.state]), _why(words, one)) for one in results]
    content = write_results(BulkKind(look.job.kind), rows)
    key = "job-result" if look.job.ended else "job-result-part"
    return Reply.of(words(key, count=len(rows)), Tone.DONE, files=(("result.csv", content),))


def status_reply(words: Words, status: Status) -> Reply:
    """Return what is under way: the jobs, newest last ones too, and single actions that are kept."""
    if not status.jobs and not status.operations:
        return Reply.of(words("bulk-status-none"), Tone.INFO)
    under_way = sum(look.job.state in UNFINISHED for look in status.jobs) + len(status.operations)
    lines = [words("bulk-status", count=under_way)]
    if status.jobs:
        lines += [words("bulk-status-jobs"), *(f"- {_job_line(words, look)}" for look in status.jobs)]
    if status.operations:
        lines += [words("bulk-status-kept"), *(f"- {_kept_line(words, one)}" for one in status.operations)]
    unseen = next((look for look in status.jobs if look.job.message_id is None), None)
    if unseen is None:
        return Reply.of("\n".join(lines), Tone.INFO)
    lines.append(words("bulk-status-unseen", reference=unseen.job.reference))
    return Reply.of("\n".join(lines), Tone.INFO, buttons=tuple(job_buttons(words, unseen)))


def cancelled_reply(words: Words, cancelled: Look | Entry) -> Reply:
    """Say what became of what a reference named."""
    if isinstance(cancelled, Entry):
        text, reference = words("taken-back"), cancelled.reference
    else:
        text, reference = words("job-cancelling-told"), cancelled.job.reference
    return Reply.of(words.with_reference(text, reference), Tone.INFO)


def choice_of(words: Words, one: Job | Entry) -> str:
    """Return one choice of the autocomplete."""
    if isinstance(one, Entry):
        what = deed_of(words, replace(one, member_id=None, account=""))
        return words.plain("bulk-choice-kept", CHOICE, reference=one.reference, what=what.replace("`", ""))
    return words.plain("bulk-choice-job", CHOICE, reference=one.reference, state=one.state.value)


def _answers(visit: Visit, intent: BulkIntent, checked: Checked, job: Job | None) -> Iterator[Button]:
    if job is not None:
        yield from _yes_or_no(visit, job, "bulk-yes")
    if checked.counts[RowVerdict.HELD]:
        again = visit.custom_id(BULK, intent.with_yes(HELD))
        yield Button(visit.words.plain("bulk-yes-held", 80), again)


def _yes_or_no(visit: Visit, job: Job, key: str, *, danger: bool = False) -> tuple[Button, ...]:
    custom_id = visit.custom_id(RUN, RunIntent(job=job.id), lifetime=YES_SECONDS)
    style = discord.ButtonStyle.danger if danger else discord.ButtonStyle.primary
    return (
        Button(visit.words.plain(key, 80), custom_id, style),
        Button(visit.words.plain("button-no", 80), custom_id + NO),
    )


def _problems(words: Words, rows: Sequence[CheckedRow]) -> Iterator[tuple[str, str]]:
    """Yield one field with the first rows that are left out, as far as there is room."""
    wrong = [row for row in rows if row.verdict in LEFT_OUT and row.reasons]
    text, told = "", 0
    for row in wrong[:PROBLEMS]:
        reasons = "; ".join(_reason(words, reason) for reason in row.reasons)
        line = words("bulk-problem-line", line=row.number, outcome=cut(reasons, REASON))
        if len(text) + len(line) > ROOM:
            break
        text, told = f"{text}\n- {line}", told + 1
    if len(wrong) > told:
        text += "\n" + words("bulk-problems-more", count=len(wrong) - told)
    if wrong:
        yield words("bulk-problems"), text.strip()


def _reason(words: Words, reason: Reason) -> str:
    if reason.column:
        return wrong_line(words, reason.column, reason.key, reason.params)
    return escape(words.plain(reason.key, REASON, **reason.params))


def _said_plainly(words: Words, row: CheckedRow) -> str:
    said = [(one.column, words.plain(one.key, REASON, **one.params)) for one in row.reasons[:ROW_REASONS]]
    lines = [f"{column}: {text}" if column else text for column, text in said]
    if len(row.reasons) > ROW_REASONS:
        lines.append(words.plain("problems-more", REASON, count=len(row.reasons) - ROW_REASONS))
    return " ".join(lines)


def _why(words: Words, one: Result) -> str:
    return cause_of(words, one.cause, REASON).replace("`", "") if one.cause else ""


def _job_line(words: Words, look: Look) -> str:
    job = look.job
    what = state_line(words, look).partition("\n")[0]
    return words("bulk-status-line", reference=job.reference, when=f"<t:{round(job.made_at)}:R>", what=what)


def _kept_line(words: Words, entry: Entry) -> str:
    outcome = words(OUTCOME[entry.state])
    when = f"<t:{round(entry.began_at)}:R>"
    what = deed_of(words, entry, ID_LIMIT)
    return words("bulk-status-kept-line", reference=entry.reference, when=when, what=what, outcome=outcome)
