"""Characters as people read them, section by section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.ui.reply import FIELD_VALUE, Reply, Tone
from bot.ui.words import code, escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.encoding import Summary
    from bot.domain.template import Record
    from bot.services.creation import CreateOutcome
    from bot.ui.words import Words

VALUE = 200
SECTION = 100


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
    return Reply.of("\n".join(parts), Tone.DONE, fields=fields, image=image, more=more(words))


def shown_reply(words: Words, sync_id: str, record: Record | None) -> Reply:
    """Return the character that the CAD lists under a sync ID, or say that it lists none."""
    if record is None:
        return Reply.of(words("character-none", sync_id=sync_id), Tone.INFO)
    text = words("character-shown", name=record.display_name, sync_id=sync_id)
    fields = section_fields(words, record.fields_with_values())
    return Reply.of(text, Tone.INFO, fields=fields, image=record.photo, more=more(words))


def more(words: Words) -> Callable[[int], str]:
    """Return how to say that there was no room for so many fields."""
    return lambda count: words("fields-more", count=count)
