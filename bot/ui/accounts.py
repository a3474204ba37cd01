"""How the CAD knows somebody, as people read it: what is known and how, the one step that is missing, and the proof.

Nothing here ever holds a secret: the form asks for it, and what comes back goes to the use case and nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.domain.access import Action
from bot.services.binding import VerifyIntent
from bot.ui.links import whose
from bot.ui.modals import text_modal
from bot.ui.reply import Button, Reply, Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.errors import CharlinkError
    from bot.services.binding import Bound, Status
    from bot.ui.visit import Visit
    from bot.ui.words import Words

SECRET_LENGTH = 60
"""A secret has 36 characters; what comes along when it is copied may be more."""
BY_PROOF = frozenset(
    {"account-unknown", "account-none-discord", "account-none-account", "account-held", "account-changed"}
)
"""Missing steps that a proof with the secret does away with."""


def status_reply(visit: Visit, status: Status, *, more: Sequence[tuple[str, str]] = ()) -> Reply:
    """Return how a member's account stands. `more` are fields of others: his requests."""
    words = visit.words
    near = whose(visit, status.subject, status.username)
    if status.missing is not None:
        text, tone = words("status-step", near=near), Tone.ASK
    elif status.problem is not None:
        text, tone = words("status-unread", near=near), Tone.FAILED
    else:
        text, tone = words("status-ready", near=near), Tone.DONE
    own = status.subject.member_id == visit.interaction.user.id
    buttons: tuple[Button, ...] = ()
    if own and status.missing is not None and status.missing.key in BY_PROOF:
        prove = visit.custom_id("verify", VerifyIntent(), actions=(Action.ACCOUNT,), once=False)
        buttons = (Button(words.plain("button-verify", 80), prove, discord.ButtonStyle.primary),)
    return Reply.of(text, tone, fields=(*_fields(words, status), *more), buttons=buttons)


def verify_reply(visit: Visit) -> Reply:
    """Say where the secret is found and never to post it, with the button that opens the form."""
    words = visit.words
    return Reply.of(words("verify-where"), Tone.INFO).with_buttons(secret_button(visit))


def secret_button(visit: Visit) -> Button:
    """Return the button that opens the form."""
    enter = visit.custom_id("secret", VerifyIntent(), once=False)
    return Button(visit.words.plain("button-secret", 80), enter, discord.ButtonStyle.primary)


def secret_modal(visit: Visit) -> discord.ui.Modal:
    """Ask for the secret."""
    words = visit.words
    return text_modal(
        visit.custom_id("proof", VerifyIntent()),
        words.plain("secret-title", 45),
        words.plain("secret-label", 45),
        description=words.plain("secret-description", 100),
        max_length=SECRET_LENGTH,
    )


def verified_reply(visit: Visit, bound: Bound) -> Reply:
    """Say whose account it is now."""
    words = visit.words
    account = words("whose-named", account=bound.username) if bound.username else words("whose-this")
    text = words("verify-done", near=account)
    if bound.told:
        text += "\n\n" + words("verify-moved")
    return Reply.of(text, Tone.DONE)


def bound_reply(words: Words, bound: Bound) -> Reply:
    """Say which account staff gave to whom."""
    key = "set-done" if bound.changed else "set-already"
    return Reply.of(words(key, account=bound.username, member=bound.member_id), Tone.DONE)


def forgotten_reply(words: Words, count: int) -> Reply:
    """Say that nothing is stored any more, or that nothing was."""
    return Reply.of(words("forget-done" if count else "forget-none"), Tone.DONE if count else Tone.INFO)


def moved_reply(words: Words, account: str, community: str, *, proven: bool) -> Reply:
    """Tell a former holder that an account is not his any more. It does not say whose it is."""
    key = "moved-proven" if proven else "moved-by-staff"
    return Reply.of(words(key, account=account or "-", community=community or "-"), Tone.INFO)


def _fields(words: Words, status: Status) -> tuple[tuple[str, str], ...]:
    fields = []
    if status.missing is not None:
        fields.append((words("status-missing"), _told(words, status.missing)))
    if status.problem is not None:
        fields.append((words("status-missing"), _told(words, status.problem)))
    binding = status.binding
    when = f"<t:{round(binding.bound_at)}:D>" if binding is not None else ""
    who = f"<@{binding.bound_by}>" if binding is not None else ""
    fields.append((words("status-how"), words("status-how-value", how=status.known.value, when=when, who=who)))
    if binding is not None and binding.api_id is not None:
        proven = "yes" if binding.api_id_proven else "no"
        fields.append((words("status-api-id"), words("status-api-id-value", id=binding.api_id, proven=proven)))
    if status.links is not None:
        fields.append((words("status-links"), str(status.links)))
    return tuple(fields)


def _told(words: Words, error: CharlinkError) -> str:
    """Return a missing step. That looking at it changed nothing goes without saying."""
    headline, _, detail = words(error.key, **error.params).partition("\n")
    detail = detail.strip().removesuffix(words("changed-no")).strip()
    return f"**{headline}**\n{detail}" if detail else headline
