"""Drafts as people read them: what is wrong, what is missing, what was typed, and where to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.domain.encoding import as_text, summarise
from bot.domain.forms import page_title
from bot.errors import Expired
from bot.services.drafts import DraftState
from bot.services.tickets import DRAFT_SECONDS
from bot.ui.characters import more, section_fields
from bot.ui.modals import draft_modal
from bot.ui.reply import Button, Reply, Tone
from bot.ui.words import MAX_LINES, code, cut, escape, listed, wrong_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.answers import Problem
    from bot.domain.dependencies import Answer
    from bot.domain.encoding import Summary
    from bot.services.drafting import DraftIntent
    from bot.services.drafts import Change, Draft
    from bot.ui.visit import Visit
    from bot.ui.words import Words

MAX_PAGE_BUTTONS = 20
VALUE = 90


def problem_line(words: Words, problem: Problem) -> str:
    """One wrong field: its name, why, and what may have been meant."""
    line = wrong_line(words, problem.field.label, problem.key, problem.params)
    if problem.near:
        near = ", ".join(code(option, 60) for option in problem.near[:5])
        line += " " + words("problem-near", near=near)
    return line


def draft_reply(words: Words, draft: Draft, custom_id: str, *, note: str = "", offered: bool = False) -> Reply:
    """Return the state of a draft: what is wrong, what is missing, what was said so far, and where to go on.

    `custom_id` ends where the name of what the button does is put; `note` is the key of a message to add. `offered`:
    he left it and comes back, so he is asked whether to go on or to start over.
    """
    text = _standing(words, draft)
    if offered:
        text = words("edit-offered" if draft.edited else "draft-offered") + "\n\n" + text.partition("\n")[2].strip()
    if draft.delete_after is not None:
        text += "\n" + words("create-deleted-after", minutes=draft.delete_after)
    if note:
        text += "\n\n" + words(note)
    summary = changed_summary(words, draft.changes) if draft.edited else summarise(draft.form, draft.answers)
    tone = Tone.INFO if draft.ready and not offered else Tone.ASK
    reply = Reply.of(text, tone, fields=section_fields(words, summary), more=more(words))
    return reply.with_buttons(*_draft_buttons(words, draft, custom_id, offered=offered))


def changed_summary(words: Words, changes: Iterable[Change]) -> Summary:
    """Return what an edit changes, section by section: old value, arrow, new value."""
    rows: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for change in changes:
        field = change.field
        text = f"{_value(words, change.before)} → {_value(words, change.after)}"
        rows.setdefault((field.section_index, field.section), []).append((field.label, text))
    return tuple((label, tuple(found)) for (_, label), found in rows.items())


def _value(words: Words, answer: Answer) -> str:
    return cut(" ".join(as_text(answer).split()), VALUE) or words.plain("option-blank", VALUE)


def _standing(words: Words, draft: Draft) -> str:
    """Say where a draft stands: the worst first."""
    problems, missing = list(draft.problems.values()), draft.missing
    if draft.state is DraftState.UNSURE:
        return words("edit-unsure" if draft.edited else "draft-unsure")
    if problems:
        text = words("draft-wrong", count=len(problems))
        return text + listed(words, [problem_line(words, problem) for problem in problems])
    if missing:
        text = words("draft-missing", count=len(missing))
        text += "\n" + ", ".join(f"**{escape(one.label, 80)}**" for one in missing[:MAX_LINES])
        return text + ("\n" + words("problems-more", count=len(missing) - MAX_LINES) if missing[MAX_LINES:] else "")
    if draft.edited is None:
        return words("draft-ready")
    return words("edit-ready" if draft.changes else "edit-no-changes", name=draft.edited.name)


def _draft_buttons(words: Words, draft: Draft, custom_id: str, *, offered: bool) -> list[Button]:
    buttons = _forward(words, draft, custom_id, offered=offered)
    if draft.ready and (draft.edited is None or draft.changes):
        label = words.plain("button-save" if draft.edited else "button-create", 80)
        buttons.append(Button(label, f"{custom_id}create", discord.ButtonStyle.success, row=0))
    if offered:
        buttons.append(Button(words.plain("button-start-over", 80), f"{custom_id}over", row=0))
    else:
        buttons.append(Button(words.plain("button-cancel", 80), f"{custom_id}cancel", row=0))
    pages = [number for number in range(len(draft.pages)) if draft.page(number)][:MAX_PAGE_BUTTONS]
    for place, number in enumerate(pages):
        label = words.plain("button-edit-page", 80, page=number + 1)
        buttons.append(Button(label, f"{custom_id}edit-{number}", row=1 + place // 5))
    return buttons


def _forward(words: Words, draft: Draft, custom_id: str, *, offered: bool) -> list[Button]:
    """The way on: what is to be put right, else the next section, else (of an offered draft) to where it stands."""
    upcoming = draft.page(len(draft.pages))
    if draft.problems:
        label = words.plain("button-continue-fix", 80, count=len(draft.wrong()))
    elif upcoming:
        section = cut(page_title(upcoming), 40) or words.plain("section-unnamed", 40)
        label = words.plain("button-continue", 80, section=section)
    elif offered:
        return [Button(words.plain("button-go-on", 80), f"{custom_id}show", discord.ButtonStyle.primary, row=0)]
    else:
        return []
    style = discord.ButtonStyle.secondary if draft.ready and not offered else discord.ButtonStyle.primary
    return [Button(label, f"{custom_id}continue", style, row=0)]


async def open_page(visit: Visit, route: str, intent: DraftIntent, draft: Draft, number: int) -> bool:
    """Open a page of a draft as a form, or the fields that are to be put right; False where there is none to open."""
    going_on = number >= len(draft.pages)
    fixing = bool(draft.problems) and going_on
    fields = draft.wrong() if fixing else draft.page(number)
    if not fields:
        return False
    # Fields to put right belong to pages that were submitted already.
    arg = f"{0 if fixing else number}-{draft.version}"
    custom_id = visit.custom_id(route, intent, arg=arg, once=False, lifetime=DRAFT_SECONDS)
    title = page_title(fields) or visit.words.plain("edit-title" if draft.edited else "newchar-title", 45)
    await visit.open_modal(draft_modal(visit.words, draft, fields, custom_id=custom_id, title=title))
    return True


def page_place(arg: str) -> tuple[int, int]:
    """Return the number of a page and its form's version. Raises Expired: anybody can forge a custom id."""
    number, _, version = arg.partition("-")
    return whole_number(number), whole_number(version)


def whole_number(text: str) -> int:
    """Read a number out of a custom id. Raises Expired for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):  # noqa: PLR2004 - nothing we count is longer
        raise Expired("button-unknown")
    return int(text)
