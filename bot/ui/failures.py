"""What people read when something is refused, asked or failed: what happened, whether anything changed, what to do.

Every failure names its reference, by which staff find it in the logs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.errors import (
    ApprovalNeeded,
    CadError,
    CadErrorKind,
    CharlinkError,
    Choice,
    Expired,
    InvalidFields,
    Kept,
    Question,
    Refused,
    Sent,
)
from bot.services.operations import CancelIntent
from bot.storage.history import Entry, State
from bot.ui.cards import ask_button
from bot.ui.reply import Button, Reply, Tone
from bot.ui.words import code, listed, wrong_line

if TYPE_CHECKING:
    from bot.services.turn import Intent
    from bot.ui.visit import Visit

SHOW_DETAIL = frozenset({CadErrorKind.REJECTED, CadErrorKind.UNIQUE})
"""Kinds whose cause is what was typed: the CAD's own words help there."""


MAX_OPTIONS = 20
"""Answers that a question offers at most: a message has 25 buttons."""

LOSES = frozenset({"unlink", "remove"})
"""What a question's token begins with where a yes takes something away."""

NO = "no"
"""The argument in a custom id by which a question's ticket is declined: one ticket, so that only one answer counts."""


async def dismiss(visit: Visit) -> None:
    """Answer a "no": nothing was done."""
    await visit.show(Reply.of(visit.words("dismissed"), Tone.INFO))


def failure_reply(visit: Visit, error: Exception) -> Reply:
    """Return the answer to an error of ours, or to one that nobody foresaw."""
    words = visit.words
    if isinstance(error, CadError):
        text = _cad_text(visit, error)
    elif isinstance(error, CharlinkError):
        text = words(error.key, **error.params)
        if isinstance(error, InvalidFields):
            text += listed(words, [wrong_line(words, *field) for field in error.fields])
    else:
        text = words("internal")
    tone = Tone.REFUSED if isinstance(error, Refused | Expired) else Tone.FAILED
    reply = Reply.of(words.with_reference(text, visit.reference), tone)
    if isinstance(error, Kept):
        return _kept_reply(visit, error)
    if isinstance(error, ApprovalNeeded) and visit.admitted:
        reply = reply.with_buttons(ask_button(visit, error.sync_id))
    if isinstance(error, CharlinkError) and error.retryable and _repeatable(visit, error):
        again = visit.custom_id(visit.route, visit.intent)
        reply = reply.with_buttons(Button(words.plain("button-again", 80), again))
    return reply.with_buttons(*reply.buttons, visit.back) if visit.back else reply


def _kept_reply(visit: Visit, error: Kept) -> Reply:
    """Say that it goes on by itself, and where the outcome will be; offer to take back what was not sent."""
    words = visit.words
    text = words.with_reference(words(error.key, **error.params), visit.reference)
    reply = Reply.of(text, Tone.INFO)
    if not error.unsent:
        return reply
    take_back = visit.custom_id("kept", CancelIntent(operation=error.operation))
    return reply.with_buttons(Button(words.plain("button-take-back", 80), take_back))


def refusal_entry(visit: Visit, error: CharlinkError, now: float) -> Entry:
    """Return the history's row of a refusal or failure. It holds no text that somebody typed."""
    interaction = visit.interaction
    actions, target = visit.asked
    refused = isinstance(error, Refused) or (isinstance(error, CadError) and error.sent is Sent.ANSWERED)
    return Entry(
        operation=f"i:{interaction.id}:refused",
        guild_id=interaction.guild_id or 0,
        actor_id=interaction.user.id,
        rule=str(visit.turn.decision.rule) if visit.admitted else error.key.removeprefix("rule-")[:32],
        action=actions[0],
        member_id=target,
        state=State.REFUSED if refused else State.FAILED,
        cause=error.key[:64],
        reference=visit.reference,
        interaction_id=interaction.id,
        began_at=now,
        ended_at=now,
    )


def _repeatable(visit: Visit, error: CharlinkError) -> bool:
    """Whether the same intent may be offered again: not where doing it twice would show."""
    unknown = isinstance(error, CadError) and error.outcome_unknown
    return visit.intent is not None and bool(visit.actions) and (visit.intent.repeatable or not unknown)


def question_reply(visit: Visit, question: Question) -> Reply:
    """Return the question with a button that goes on with exactly what was asked, and one that does not."""
    words = visit.words
    if visit.intent is None:
        raise RuntimeError("a question needs an intent to go on with")
    if isinstance(question, Choice):
        return _choice_reply(visit, visit.intent, question)
    custom_id = visit.custom_id(visit.route, visit.intent.with_yes(question.token))
    danger = question.token.partition(":")[0] in LOSES
    return Reply.of(words(question.key, **question.params), Tone.ASK).with_buttons(
        Button(
            words.plain(f"{question.key}-yes", 80),
            custom_id,
            discord.ButtonStyle.danger if danger else discord.ButtonStyle.primary,
        ),
        Button(words.plain("button-no", 80), custom_id + NO),
    )


def _choice_reply(visit: Visit, intent: Intent, choice: Choice) -> Reply:
    """Return the question with a button for each answer, that goes on with it."""
    words = visit.words
    offered = choice.options[:MAX_OPTIONS]
    text = words(choice.key, **choice.params) + "".join(f"\n- {code(label)}" for _, label in offered)
    buttons = [Button(label, visit.custom_id(visit.route, intent.with_yes(token))) for token, label in offered]
    decline = visit.custom_id(visit.route, intent) + NO
    return Reply.of(text, Tone.ASK).with_buttons(*buttons, Button(words.plain("button-no", 80), decline))


def _cad_text(visit: Visit, error: CadError) -> str:
    words = visit.words
    changed = "changed-unknown" if error.outcome_unknown else "changed-no"
    parts = [words(error.key, **error.params), words(changed)]
    if error.detail and error.kind in SHOW_DETAIL:
        parts.append(words("cad-said", detail=error.detail))
    if error.trace_id:
        parts.append(words("cad-trace", trace=error.trace_id))
    return "\n".join(parts)
