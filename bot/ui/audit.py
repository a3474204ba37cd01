"""The history in words: who did what for whom and what became of it, one line an entry; pages of lines, and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.access import Action, Rule
from bot.services.auditing import PAGE
from bot.storage.history import State
from bot.ui.reply import Button, Reply, Tone
from bot.ui.words import cut, escape

if TYPE_CHECKING:
    from bot.services.auditing import AuditIntent, Export
    from bot.storage.audit import Found
    from bot.storage.history import Entry
    from bot.ui.visit import Visit
    from bot.ui.words import Words

OLDER, NEWER = "older", "newer"
LINE = 395
"""The most characters of a line, so that ten of them fit into an embed's text."""
ID_LIMITS = (90, 24, 8)
"""How long ids in a line may be: the first with which it fits (code marks of an id full of them take much room)."""
TOLD = 90
"""The most characters of what somebody read."""
BOT = 0
WHAT = {
    Action.VIEW: "history-view",
    Action.LINK: "history-link",
    Action.UNLINK: "history-unlink",
    Action.CREATE: "history-create",
    Action.EDIT: "history-edit",
    Action.REMOVE: "history-remove",
    Action.SELECT: "history-select",
    Action.ACCOUNT: "history-account",
    Action.BIND: "history-bind",
    Action.DECIDE: "history-decide",
    Action.AUDIT: "history-audit",
    Action.BULK: "history-bulk",
    Action.EXPLAIN: "history-explain",
    Action.STAFF_OPTIONS: "history-staff-options",
    Action.SET_UP: "history-set-up",
    Action.OWN_DATA: "history-own-data",
    Action.HELP: "history-help",
    "verify": "history-verify",
    "forget": "history-forget",
    "moved": "history-moved",
    "ask": "history-ask",
    "approve": "history-approve",
    "deny": "history-deny",
    "withdraw": "history-withdraw",
    "erase": "history-erase",
    "bulk-start": "history-bulk-start",
    "bulk-pause": "history-bulk-pause",
    "bulk-resume": "history-bulk-resume",
    "bulk-cancel": "history-bulk-cancel",
}
"""What an entry's action is called. One of another version of the bot is shown as it is stored."""
OUTCOME = {
    State.ACCEPTED: "outcome-accepted",
    State.SENDING: "outcome-sending",
    State.DONE: "outcome-done",
    State.REFUSED: "outcome-refused",
    State.FAILED: "outcome-failed",
    State.UNKNOWN: "outcome-unknown",
    State.CANCELLED: "outcome-cancelled",
}
BULK_END, BULK_COUNTS = "bulk-end", frozenset({"done", "failed", "cancelled"})
AS_STAFF = frozenset({Rule.ADMIN, Rule.STAFF, Rule.STAFF_AS_PLAYER})
_FILLERS = dict.fromkeys(
    ("sync_id", "account", "count", "limit", "max", "id", "near", "roles", "field", "type", "wait", "cause", "value"),
    "…",
) | dict.fromkeys(("line", "mask", "cells", "columns", "username", "name"), "…")
"""What stands in a told headline for what the history does not keep."""


def line_of(words: Words, entry: Entry) -> str:
    """Return an entry as one line."""
    made = (_line(words, entry, limit) for limit in ID_LIMITS)
    return next((line for line in made if len(line) <= LINE), cut(_line(words, entry, ID_LIMITS[-1]), LINE))


def _line(words: Words, entry: Entry, limit: int) -> str:
    return words(
        "audit-line",
        when=f"<t:{int(entry.began_at)}:f>",
        who=words("audit-bot") if entry.actor_id == BOT else f"<@{entry.actor_id}>",
        what=deed_of(words, entry, limit),
        outcome=_outcome(words, entry),
        reference=entry.reference,
    )


def page_reply(visit: Visit, intent: AuditIntent, found: Found, *, days: int) -> Reply:
    """Return one page of the history, with buttons to the pages beside it."""
    words = visit.words
    if not found.entries:
        reference = intent.reference.strip().strip("`").upper()
        if reference:
            return Reply.of(words("audit-none-reference", reference=reference, days=days), Tone.INFO)
        return Reply.of(words("audit-none", days=days), Tone.INFO)
    lines = "\n".join(f"- {line_of(words, entry)}" for entry in found.entries[:PAGE])
    headline = words("audit-found", count=found.total)
    reply = Reply.of(f"{headline}\n{lines}", Tone.INFO)
    if not found.older and not found.newer:
        return reply
    custom_id = visit.custom_id("audit", intent, once=False)
    buttons = []
    if found.newer:
        first = found.entries[0].number
        buttons.append(Button(words.plain("button-newer", 80), f"{custom_id}{NEWER}-{first}"))
    if found.older:
        last = found.entries[-1].number
        buttons.append(Button(words.plain("button-older", 80), f"{custom_id}{OLDER}-{last}"))
    return reply.with_buttons(*buttons)


def export_reply(words: Words, export: Export) -> Reply:
    """Return the file, and say where it was cut."""
    text = words("audit-exported", count=export.count)
    if export.total > export.count:
        text += "\n" + words("audit-exported-part", count=export.count, total=export.total)
    return Reply.of(text, Tone.DONE, files=(("history.csv", export.content),))


def deed_of(words: Words, entry: Entry, limit: int = TOLD) -> str:
    """Say what was done, to what and for whom; for oneself nothing is said, but that somebody did it as staff."""
    what = _what(words, entry)
    if entry.subject:
        what = words("audit-deed", what=what, id=cut(entry.subject, limit))
    if entry.member_id is None:
        return words("audit-for-account", what=what, id=cut(entry.account, limit)) if entry.account else what
    if entry.member_id != entry.actor_id:
        return words("audit-for", what=what, member=entry.member_id)
    return words("audit-own-as-staff", what=what) if entry.rule in AS_STAFF else what


def _what(words: Words, entry: Entry) -> str:
    """Say what was done. The end of a bulk job stands for all its rows, so it says how many there were."""
    counted = entry.after if isinstance(entry.after, dict) else {}
    if entry.action == BULK_END and counted.keys() >= BULK_COUNTS:
        return words("history-bulk-end", **{name: int(counted[name]) for name in BULK_COUNTS})
    key = WHAT.get(entry.action)
    return words(key) if key is not None else words("history-other", id=entry.action)


def _outcome(words: Words, entry: Entry) -> str:
    outcome = words(OUTCOME[entry.state])
    if not entry.cause or entry.state is State.DONE:
        return outcome
    return words("outcome-why", outcome=outcome, what=told_of(words, entry))


def told_of(words: Words, entry: Entry) -> str:
    """Return the headline that the person read, as far as it can be said without what is not kept; else its key."""
    return cause_of(words, entry.cause)


def cause_of(words: Words, cause: str, limit: int = TOLD) -> str:
    """Return the headline of the message that a cause names, as `told_of` does."""
    try:
        text = words(cause, **_FILLERS)
    except (LookupError, ValueError):
        return escape(cause, limit)
    return cut(text.partition("\n")[0], limit)
