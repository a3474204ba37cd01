"""Links, as people read them: what changed, what can be taken back, what may be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.domain.access import Action
from bot.services.linking import ShowIntent
from bot.ui.frameworks import sync_id_description, sync_id_hint, sync_id_label, sync_id_where
from bot.ui.modals import text_modal
from bot.ui.reply import Button, Reply, Tone
from bot.ui.words import code, cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.frameworks import Framework
    from bot.services.linking import LinkOutcome, Suggestion, ViewIntent
    from bot.services.turn import Subject
    from bot.ui.visit import Visit
    from bot.ui.words import Words

CHOICES = 25
CHOICE = 100
MAX_LISTED = 50


def whose(visit: Visit, subject: Subject, account: str) -> str:
    """Name an account for the reader: his own, a member's, or the one of an API id; with its CAD name if known."""
    words = visit.words
    if subject.api_id is not None:
        return words("whose-named", account=account) if account else words("whose-id", id=subject.api_id)
    if subject.member_id == visit.interaction.user.id:
        return words("whose-own-named", account=account) if account else words("whose-own")
    member = subject.member_id or 0
    return (
        words("whose-member-named", member=member, account=account) if account else words("whose-member", member=member)
    )


def link_reply(visit: Visit, outcome: LinkOutcome) -> Reply:
    """Say what became of a link, with Undo where the state before is known, else Unlink, and Show character."""
    words, intent = visit.words, outcome.intent
    verb = "unlink" if intent.remove else "link"
    done = "already" if not outcome.changed else "undone" if intent.undo else "done"
    text = words(f"{verb}-{done}", sync_id=intent.sync_id, near=whose(visit, intent.subject, outcome.account))
    if outcome.read_back:
        text += "\n" + words("read-back")
    buttons = []
    if outcome.undo is not None:
        buttons.append(Button(words.plain("button-undo", 80), visit.custom_id("link", outcome.undo)))
    elif not intent.remove and outcome.changed and not intent.undo:
        back = visit.custom_id("link", intent.removal(), actions=(Action.UNLINK,))
        buttons.append(Button(words.plain("button-unlink", 80), back))
    if not intent.remove:
        shown = ShowIntent(sync_id=intent.sync_id, subject=intent.subject)
        show = visit.custom_id("show", shown, actions=(Action.VIEW,), once=False)
        buttons.append(Button(words.plain("button-show", 80), show))
    return Reply.of(text, Tone.DONE, buttons=tuple(buttons))


def links_reply(visit: Visit, intent: ViewIntent, links: Sequence[str]) -> Reply:
    """List the linked sync IDs, say where to find one, and offer to enter one."""
    words = visit.words
    near = whose(visit, intent.subject, "")
    text = words("links-some" if links else "links-none", count=len(links), near=near)
    text += "".join(f"\n- {code(sync_id)}" for sync_id in links[:MAX_LISTED])
    if len(links) > MAX_LISTED:
        text += "\n" + words("links-more", count=len(links) - MAX_LISTED)
    text += "\n\n" + sync_id_where(words, visit.turn.config.framework)
    action = Action.UNLINK if intent.remove else Action.LINK
    enter = visit.custom_id("enter", intent, actions=(action,), once=False)
    label = words.plain("button-enter-remove" if intent.remove else "button-enter", 80)
    return Reply.of(text, Tone.INFO).with_buttons(Button(label, enter, discord.ButtonStyle.primary))


def link_modal(visit: Visit, intent: ViewIntent) -> discord.ui.Modal:
    """Ask for a sync ID."""
    words = visit.words
    return text_modal(
        visit.custom_id("entered", intent),
        words.plain("link-modal-title", 45),
        sync_id_label(words, visit.turn.config.framework, 45),
        description=sync_id_description(words, visit.turn.config.framework, 100),
        max_length=255,
    )


def choices(
    words: Words, known: Sequence[Suggestion], typed: str, *, hint: str, framework: Framework | None = None
) -> list[app_commands.Choice[str]]:
    """Return what to offer: what is known, what was typed, or one hint; never nothing, never more than 25.

    A value holds 100 characters, so longer ids are typed in full.
    """
    found = [
        app_commands.Choice(name=_name(words, one), value=one.sync_id) for one in known if len(one.sync_id) <= CHOICE
    ][:CHOICES]
    exact = typed.strip()
    if exact and len(exact) <= CHOICE and exact not in {choice.value for choice in found}:
        found = [app_commands.Choice(name=exact, value=exact), *found[: CHOICES - 1]]
    if not found:
        name = words.plain("choice-long", CHOICE) if exact else sync_id_hint(words, framework, CHOICE)
        found = [app_commands.Choice(name=name, value=hint)]
    return found


def _name(words: Words, one: Suggestion) -> str:
    text = f"{one.name} ({one.sync_id})" if one.name else one.sync_id
    return cut(f"{text}, {words.plain('choice-linked', 30)}" if one.linked else text, CHOICE)
