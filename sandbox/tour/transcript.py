"""What the reader of the tour sees: who typed what, what came back, what the CAD was asked and holds.

In a terminal with colours and frames; plain lines, without either, where that is piped or asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from .promises import Outcome, Promise

WIDTH = 96
NARROWEST = 40
INDENT = ("    ", "")


def make_console(file: TextIO, *, plain: bool) -> Console:
    """Return a console for `file`: as wide as the terminal up to a readable width, without colour when plain."""
    console = Console(file=file, highlight=False, emoji=False, markup=False, no_color=plain or None)
    console.width = WIDTH if not console.is_terminal else max(NARROWEST, min(WIDTH, console.width))
    return console


class Transcript:
    """Prints the story as it happens."""

    def __init__(self, console: Console, *, plain: bool) -> None:
        self._console = console
        self._plain = plain
        self._place = ""

    def opening(self, title: str, text: str) -> None:
        """Say what is about to happen."""
        self._line(Text(title, "bold"))
        self._line(text)

    def scene(self, number: int, title: str, look: str, place: str) -> None:
        """Begin a scene: its title, what to look for, and where it plays if that is new."""
        self._gap()
        heading = f"{number}. {title}"
        if self._plain:
            self._line(Text(f"== {heading}"))
        else:
            self._console.rule(Text(heading, "bold"), align="left", style="dim")
        self._line(look, lead=("Look for: ", "bold yellow"))
        if place != self._place:
            self._line(Text(place, "dim"))
        self._place = place

    def act(self, who: str, does: str | Text) -> None:
        """Say what a person does."""
        self._gap()
        self._line(Text.assemble((who, "bold green"), " ", does))

    def note(self, text: str) -> None:
        """Say what happens behind the stage."""
        self._gap()
        self._line(Text(text, "italic"))

    def screen(self, title: str, lines: Sequence[Text], foot: str = "") -> None:
        """Show what a person has before him."""
        if self._plain:
            self._line(Text(f"  {title}{f', {foot}' if foot else ''}:"))
            for line in lines:
                self._line(line, lead=INDENT)
            return
        frame = Panel(
            Group(*lines),
            title=Text(title, "bold"),
            subtitle=Text(foot, "dim") if foot else None,
            title_align="left",
            subtitle_align="right",
            box=box.ROUNDED,
            border_style="blue",
            padding=(0, 1),
        )
        self._console.print(frame)

    def cad(self, calls: Sequence[str], holdings: Sequence[str]) -> None:
        """Show the CAD's side: what it was asked in this scene, and what it holds now."""
        self._gap()
        self._listed("The CAD was asked", calls or ["nothing"])
        self._listed("The CAD holds now", holdings or ["nothing"])

    def code(self, title: str, lines: Sequence[str]) -> None:
        """Show something word for word."""
        self._line(Text(title, "magenta"))
        for line in lines:
            self._line(Text(line, "cyan"), lead=INDENT)

    def promises(self, promises: Sequence[Promise], *, apart: bool = False) -> None:
        """Tell the kept promises, each on a line if `apart`, and each broken one with what was expected and seen."""
        kept = [promise.name for promise in promises if promise.kept]
        for line in kept if apart else filter(None, [" · ".join(kept)]):
            self._line(line, lead=("Kept: " if self._plain else "✓ ", "bold green"))
        for promise in promises:
            if not promise.kept:
                self._line(promise.name, lead=("BROKEN: ", "bold red"))
                self._line(promise.expected, lead=("    expected: ", "red"))
                self._line(promise.seen, lead=("    seen:     ", "red"))

    def summary(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        """End with a line for each scene."""
        self._gap()
        rows = [
            (str(number), one.title, f"{one.kept} of {len(one.promises)}", "kept" if one.all_kept else "BROKEN")
            for number, one in enumerate(outcomes, 1)
        ]
        if self._plain:
            for number, title, count, verdict in rows:
                self._line(Text(f"{number:>3}  {count:>8} {verdict:<6}  {title}"))
        else:
            self._console.print(_table(rows))
        promised = sum(len(one.promises) for one in outcomes)
        kept = sum(one.kept for one in outcomes)
        good = all(one.all_kept for one in outcomes)
        self._line(
            Text(f"{kept} of {promised} promises kept in {seconds:.1f} s.", "bold green" if good else "bold red")
        )

    def failure(self, title: str, lines: Iterable[str]) -> None:
        """Say why the tour can't go on."""
        self._gap()
        self._line(Text(title, "bold red"))
        for line in lines:
            self._line(line, lead=INDENT)

    def _listed(self, title: str, items: Sequence[str]) -> None:
        for place, item in enumerate(items):
            self._line(item, lead=(f"{title}: " if place == 0 else " " * (len(title) + 2), "magenta"))

    def _gap(self) -> None:
        self._console.print()

    def _line(self, text: str | Text, *, lead: tuple[str, str] = ("", "")) -> None:
        """Print a text within the width, behind a lead with its style; further lines stand under the first."""
        whole = Text(text) if isinstance(text, str) else text
        for place, line in enumerate(whole.wrap(self._console, self._console.width - len(lead[0]))):
            line.rstrip()
            before = Text(*lead) if place == 0 else Text(" " * len(lead[0]))
            self._console.print(before + line, soft_wrap=True)


def _table(rows: Iterable[tuple[str, str, str, str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("", justify="right", style="dim")
    table.add_column("Scene")
    table.add_column("Promises", justify="right")
    table.add_column("")
    for number, title, count, verdict in rows:
        table.add_row(number, title, count, Text(verdict, "green" if verdict == "kept" else "bold red"))
    return table
