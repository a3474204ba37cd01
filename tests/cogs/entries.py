"""Entries of the history for tests: written as if they had happened, and read off what people are shown."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from bot.storage import history as rows
from bot.storage.history import Entry, State

if TYPE_CHECKING:
    from tests.cogs.stage import Answer, Stage

SAM, PIA = 7001, 7002
BEGAN = 1_700_000_000.0
_operations = itertools.count(1)


def entry(guild_id: int, number: int = 0, **more: object) -> Entry:
    """Return a finished entry: Sam linked a character for Pia."""
    values: dict[str, Any] = {
        "operation": f"seed:{next(_operations)}",
        "guild_id": guild_id,
        "actor_id": SAM,
        "rule": "staff",
        "action": "link",
        "reference": f"REF{number:05}",
        "began_at": BEGAN + number,
        "ended_at": BEGAN + number,
        "state": State.DONE,
        "member_id": PIA,
        "subject": f"CHAR{number}",
        **more,
    }
    return Entry(**values)


async def seed(stage: Stage, count: int = 1, **more: object) -> None:
    """Write entries into the history."""
    values: dict[str, Any] = {"guild_id": stage.guild.id, **more}
    entries = [entry(number=number, **values) for number in range(count)]
    await stage.town.database.write(lambda tx: [rows.add(tx, one) for one in entries])


def lines(answer: Answer) -> list[str]:
    """Return the entries that somebody is shown."""
    return [line for line in answer.text.split("\n") if line.startswith("- ")]


def attached(stage: Stage, answer: Answer) -> tuple[str, bytes]:
    """Return the name and the content of the file under an answer."""
    shown = answer.result.response
    (file,) = stage.env.backend.get_message(shown.channel_id, shown.id).attachments
    return file["filename"], stage.env.backend.cdn.get(file["url"]) or b""
