"""A file of 300 rows with mistakes: checked first, then carried out, through a kill of the bot."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from sandbox.discord import Upload

from .stage import Stage, scene
from .town import PALETO

if TYPE_CHECKING:
    from .screen import Screen

ROWS = 300
WRONG = 9
"""Rows of the file that can't be carried out."""


@scene(
    PALETO,
    "300 rows from a file, and the bot dies in the middle",
    "The dry run finds what is wrong before anything is sent; the job goes on by itself after the kill.",
)
async def bulk_file(stage: Stage) -> None:
    """Link 300 rows: nine are wrong, the others are linked once each."""
    people = (stage.pia, stage.quinn, stage.otto)
    before = {who: len(stage.town.account(who).links) for who in people}
    checked = await stage.types(stage.sam, "bulk link", file=_file(stage))
    stage.reads(checked, f"{ROWS - WRONG} of {ROWS}", "The CAD was not asked", "Line 12")
    wrong = sum(bool(row["reason"]) for row in _rows(checked))
    stage.same("rows of the attached file with the reason why they are left out", wrong, WRONG)
    stage.asked_times("link", 0)
    stage.note("Sam reads what is wrong, and starts the job all the same: the nine rows are left out.")
    started = await stage.presses(stage.sam, checked, "Yes")
    stage.reads(started, "Started", str(ROWS - WRONG))
    progress = await stage.looks(stage.sam, stage.town.general, "Linking from a file")
    await stage.cad_got("link", 60)
    await stage.kills_bot()
    await stage.starts_bot()
    done = await stage.becomes(stage.sam, progress, "(100 %)")
    stage.reads(done, f"{ROWS - WRONG} of {ROWS - WRONG}", "Result")
    stage.silent("the message in the channel names nobody and no character", [done.text], "ROW0", "Pia", "Quinn")
    result = await stage.presses(stage.sam, done, "Result")
    rows = _rows(result)
    stage.same("rows with the result “done” in the file", sum(row["result"] == "done" for row in rows), ROWS - WRONG)
    added = sum(len(stage.town.account(who).links) - before[who] for who in people)
    stage.same(f"links that the CAD holds more than before: {ROWS - WRONG}", added, ROWS - WRONG)
    twice = [who.name for who in people if len(set(stage.town.account(who).links)) < len(stage.town.account(who).links)]
    stage.same("nothing is linked twice", twice, [])


def _file(stage: Stage) -> Upload:
    """Return the file: a header, and 300 rows, nine of which are wrong in ways that people make."""
    people = (stage.pia, stage.quinn, stage.otto)
    rows = [[f"<@{people[number % 3].id}>", f"ROW{number:04}", "add"] for number in range(ROWS)]
    rows[10][1] = "char1/7f3a"  # a slash
    rows[20][1] = ""
    rows[30][0] = "Pia"  # a name is no member
    rows[40][2] = "delete"  # no such action
    rows[50] = list(rows[47])  # the same row again
    rows[60][1] = rows[61][1]  # one sync ID for two accounts, so neither is carried out
    rows[70][1] = str(stage.quinn.id)  # his own Discord id
    rows[80][0] = ""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([["Member", "Sync ID", "Action"], *rows])
    return Upload("links.csv", out.getvalue().encode("utf-8-sig"))


def _rows(screen: Screen) -> list[dict[str, str]]:
    (text,) = screen.files.values()
    text = text.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text), delimiter=csv.Sniffer().sniff(text.splitlines()[0], ",;").delimiter))


BULK_SCENES = (bulk_file,)
