"""Characters, drafts and their problems, as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.domain.encoding import summarise
from bot.domain.forms import page_title
from bot.services.drafts import DraftState
from bot.ui.reply import FIELD_VALUE, Button, Reply, Tone
from bot.ui.words import MAX_LINES, code, cut, escape, listed, wrong_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.answers import Problem
    from bot.domain.encoding import Summary
    from bot.domain.template import Record
    from bot.services.creation import CreateOutcome
    from bot.services.drafts import Draft
    from bot.ui.words import Words

VALUE = 200
SECTION = 100
MAX_PAGE_BUTTONS = 20


def section_fields(words: Words, summary: Summary) -> tuple[tuple[str, str], ...]:
    """Return sections as embed fields, a line a value; a long section goes on in another field."""
    fields: list[tuple[str, str]] = []
    for label, rows in summary:
        name = escape(label, SECTION) or words.plain("section-unnamed", SECTION)
        lines = [f"**{escape(key, 80)}:** {escape(text, VALUE)}" for key, text in rows]
        block = ""
        for line in lines:
            if block and len(block) + len(line) + 1 > FIELD_VALUE:
                fields.append((name, block))
                block = ""
            block = f"{block}\n{line}" if block else line
        fields.append((name, block))
    return tuple(fields)


def problem_line(words: Words, problem: Problem) -> str:
    """One wrong field: its name, why, and what may have been meant."""
    line = wrong_line(words, problem.field.label, problem.key, problem.params)
    if problem.near:
        near = ", ".join(code(option, 60) for option in problem.near[:5])
        line += " " + words("problem-near", near=near)
    return line


def draft_reply(words: Words, draft: Draft, custom_id: str, *, note: str = "") -> Reply:
    """Return the state of a draft: what is wrong, what is missing, what was said so far, and where to go on.

    `custom_id` ends where the name of what the button does is put; `note` is the key of a message to add.
    """
    problems = list(draft.problems.values())
    missing = draft.missing
    if draft.state is DraftState.UNSURE:
        text = words("draft-unsure")
    elif problems:
        text = words("draft-wrong", count=len(problems))
        text += listed(words, [problem_line(words, problem) for problem in problems])
    elif missing:
        text = words("draft-missing", count=len(missing))
        text += "\n" + ", ".join(f"**{escape(one.label, 80)}**" for one in missing[:MAX_LINES])
        if len(missing) > MAX_LINES:
            text += "\n" + words("problems-more", count=len(missing) - MAX_LINES)
    else:
        text = words("draft-ready")
    if draft.delete_after is not None:
        text += "\n" + words("create-deleted-after", minutes=draft.delete_after)
    if note:
        text += "\n\n" + words(note)
    summary = section_fields(words, summarise(draft.form, draft.answers))
    reply = Reply.of(text, Tone.ASK if problems or missing else Tone.INFO, fields=summary, more=_more(words))
    return reply.with_buttons(*_draft_buttons(words, draft, custom_id))


def _draft_buttons(words: Words, draft: Draft, custom_id: str) -> list[Button]:
    buttons = []
    upcoming = draft.page(len(draft.pages))
    if draft.problems or upcoming:
        if draft.problems:
            label = words.plain("button-continue-fix", 80, count=len(draft.wrong()))
        else:
            section = cut(page_title(upcoming), 40) or words.plain("section-unnamed", 40)
            label = words.plain("button-continue", 80, section=section)
        style = discord.ButtonStyle.secondary if draft.ready else discord.ButtonStyle.primary
        buttons.append(Button(label, f"{custom_id}continue", style, row=0))
    if draft.ready:
        buttons.append(
            Button(words.plain("button-create", 80), f"{custom_id}create", discord.ButtonStyle.success, row=0)
        )
    buttons.append(Button(words.plain("button-cancel", 80), f"{custom_id}cancel", row=0))
    pages = [number for number in range(len(draft.pages)) if draft.page(number)][:MAX_PAGE_BUTTONS]
    for place, number in enumerate(pages):
        label = words.plain("button-edit-page", 80, page=number + 1)
        buttons.append(Button(label, f"{custom_id}edit-{number}", row=1 + place // 5))
    return buttons


def created_reply(words: Words, outcome: CreateOutcome) -> Reply:
    """Return the new character as the CAD will show it, or what was sent where the CAD did not say."""
    record = outcome.record
    stored = record.fields_with_values() if record is not None else ()
    name = record.display_name if record is not None and stored else outcome.name
    key = "create-made-read-back" if outcome.read_back else "create-made" if name else "create-made-nameless"
    parts = [words(key, name=name)]
    if record is not None and record.id is not None:
        parts.append(words("create-record-id", id=str(record.id)))
    if outcome.delete_after is not None:
        parts.append(words("create-deleted-after", minutes=outcome.delete_after))
    if not stored and outcome.sent:
        parts.append(words("create-shown-as-sent"))
    if outcome.unknown:
        parts.append(words("record-unknown-fields", near=", ".join(code(uid, 40) for uid in outcome.unknown[:20])))
    fields = section_fields(words, stored or outcome.sent)
    image = record.photo if record is not None else ""
    return Reply.of("\n".join(parts), Tone.DONE, fields=fields, image=image, more=_more(words))


def shown_reply(words: Words, sync_id: str, record: Record | None) -> Reply:
    """Return the character that the CAD lists under a sync ID, or say that it lists none."""
    if record is None:
        return Reply.of(words("character-none", sync_id=sync_id), Tone.INFO)
    text = words("character-shown", name=record.display_name, sync_id=sync_id)
    fields = section_fields(words, record.fields_with_values())
    return Reply.of(text, Tone.INFO, fields=fields, image=record.photo, more=_more(words))


def _more(words: Words) -> Callable[[int], str]:
    return lambda count: words("fields-more", count=count)
