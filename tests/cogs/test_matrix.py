"""Who may use which command, for himself and for others: the rules of the product, held against every kind of member.

The tables say what is promised and compute nothing. A command that has no row fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import discord
import pytest
from discord import app_commands

from bot.domain.access import Action
from tests.cogs.cast import ADMINS, EVERYBODY, MANAGERS, PLAYERS, STAFF, Cast, Who, headline, refused
from tests.cogs.routes import OWNED
from tests.cogs.stage import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cogs.stage import Stage

MENU = "CAD characters"


@dataclass(frozen=True)
class Row:
    """Who may: `own` for oneself, `other` by naming a member, `api` by naming an API id (None: no such option).

    In `options`, braces stand for what is of whom it is about. `named`: also oneself has to be named.
    """

    own: frozenset[Who]
    other: frozenset[Who] | None = None
    api: frozenset[Who] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    named: bool = False


CHARACTER = {"character": "{character}"}
ROWS: dict[str, tuple[Row, ...]] = {
    "linkchar": (
        Row(PLAYERS, STAFF, STAFF),
        Row(PLAYERS, STAFF, STAFF, {"sync_id": "ABC"}),
        Row(PLAYERS, STAFF, STAFF, {"sync_id": "ABC", "action": "remove"}),
        Row(PLAYERS, STAFF, STAFF, {"action": "remove"}),
    ),
    "newchar": (
        Row(PLAYERS, STAFF, STAFF),
        Row(STAFF, STAFF, STAFF, {"delete_after": 5}),
        Row(STAFF, STAFF, STAFF, {"record": ("record.json", b"{}")}),
    ),
    "chars list": (Row(PLAYERS, STAFF),),
    "chars select": (Row(PLAYERS, STAFF, options=CHARACTER),),
    "chars edit": (Row(PLAYERS, STAFF, options=CHARACTER),),
    "chars remove": (Row(PLAYERS, STAFF, options=CHARACTER),),
    MENU: (Row(PLAYERS, STAFF),),
    "account status": (Row(PLAYERS, STAFF),),
    "account verify": (Row(PLAYERS),),
    "account forget": (Row(PLAYERS),),
    "account set": (
        Row(ADMINS, STAFF, options={"username": "{name}"}, named=True),
        Row(ADMINS, STAFF, options={"api_id": "api-{id}"}, named=True),
    ),
    "audit": (
        Row(STAFF, STAFF),
        Row(STAFF, STAFF, options={"export": True}),
        Row(STAFF, STAFF, options={"sync_id": "ABC"}),
        Row(STAFF, options={"reference": "ABCDEFGH"}),
    ),
    "bulk link": (Row(ADMINS, options={"file": ("members.csv", b"{}")}),),
    "bulk new": (Row(ADMINS, options={"file": ("members.csv", b"{}")}),),
    "bulk owners": (Row(ADMINS, options={"file": ("members.csv", b"{}")}),),
    "bulk status": (Row(ADMINS),),
    "bulk cancel": (Row(ADMINS, options={"reference": "ABCDEFGH"}),),
    "access": (Row(STAFF, STAFF, options={"command": "linkchar"}),),
    "setup": (Row(MANAGERS),),
    "doctor": (Row(MANAGERS),),
    "mydata": (Row(EVERYBODY), Row(EVERYBODY, options={"erase": True})),
}
COMPLETED = {
    ("linkchar", "sync_id"): (PLAYERS, STAFF),
    ("chars select", "character"): (PLAYERS, STAFF),
    ("chars edit", "character"): (PLAYERS, STAFF),
    ("chars remove", "character"): (PLAYERS, STAFF),
    ("access", "command"): (STAFF, STAFF),
    ("bulk cancel", "reference"): (ADMINS, None),
}
NOT_OFFERED = "You may not use this here"


@dataclass(frozen=True)
class Cell:
    """Somebody does something about somebody."""

    command: str
    row: Row
    who: Who
    column: str
    about: Any
    allowed: bool

    def __str__(self) -> str:
        return f"{self.command} {self.row.options} by {self.who} for {self.column}"


def cells(cast: Cast, command: str) -> Iterator[Cell]:
    for row in ROWS[command]:
        for who, member in cast:
            for column, about, allowed in (
                ("own", member, row.own),
                ("other", cast.other, row.other),
                ("api", cast.other, row.api),
            ):
                if allowed is not None:
                    yield Cell(command, row, who, column, about, who in allowed)


async def use(cast: Cast, cell: Cell) -> Answer:
    member, about, row = cast.people[cell.who], cell.about, cell.row
    if cell.command == MENU:
        return Answer(await member.context_menu(cast.stage.channel, MENU, about))
    known = {"character": cast.characters[about.id], "name": about.name, "id": about.id}
    options = {name: one.format(**known) if isinstance(one, str) else one for name, one in row.options.items()}
    if cell.column == "api":
        options["api_id"] = f"api-{about.id}"
    elif cell.column == "other" or row.named:
        options["member"] = about
    return await cast.stage.slash(member, cell.command, **options)


async def wrong(cast: Cast, cell: Cell) -> list[str]:
    """Return what is not as it should be."""
    cast.stage.town.asked.clear()
    cast.issued.clear()
    before = cast.held(), await cast.kept()
    answer = await use(cast, cell)
    said = f"{cell}: {headline(answer)}"
    if refused(answer) is cell.allowed:
        return [said]
    if cell.allowed:
        return [f"{cell}: {problem}" for problem in wrong_tickets(cast, cell)]
    untouched = not cast.stage.town.asked and not cast.issued and before == (cast.held(), await cast.kept())
    return [] if untouched and answer.result.ephemeral else [f"{said}, but something was done"]


def wrong_tickets(cast: Cast, cell: Cell) -> Iterator[str]:
    """What leads on from an answer must be the person's own, about the same account, and ask for what is promised."""
    member = cast.people[cell.who]
    for ticket in cast.issued:
        if (ticket.owner_id, ticket.guild_id) != (member.id, cast.stage.guild.id):
            yield f"{ticket.route} belongs to another"
        if ticket.target != (None if cell.column == "api" else cell.about.id):
            yield f"{ticket.route} is about another"
        if not set(OWNED[ticket.route].actions) & set(ticket.actions):
            yield f"{ticket.route} asks for {ticket.actions}"
        if cell.column == "api" and Action.STAFF_OPTIONS not in ticket.actions:
            yield f"{ticket.route} forgets that an option was for staff"


def test_every_command_has_a_row(stage: Stage) -> None:
    tree = stage.bot.tree
    found = {one.qualified_name for one in tree.walk_commands() if isinstance(one, app_commands.Command)}
    found |= {one.name for one in tree.get_commands(type=discord.AppCommandType.user)}
    found |= {one.name for one in tree.get_commands(type=discord.AppCommandType.message)}
    assert found == set(ROWS)


def test_every_completion_has_a_row(stage: Stage) -> None:
    commands = [one for one in stage.bot.tree.walk_commands() if isinstance(one, app_commands.Command)]
    found = {(one.qualified_name, option.name) for one in commands for option in one.parameters if option.autocomplete}
    assert found == set(COMPLETED)


def test_every_option_for_staff_is_tried(stage: Stage) -> None:
    """What names somebody, or is for staff only, is in the table."""
    for one in stage.bot.tree.walk_commands():
        if isinstance(one, app_commands.Command):
            rows = ROWS[one.qualified_name]
            names = {option.name for option in one.parameters}
            assert ("member" in names) is any(row.other is not None for row in rows), one.qualified_name
            assert ("api_id" in names) is any(row.api is not None or "api_id" in row.options for row in rows)
            tried = {name for row in rows for name in row.options} | {"member", "api_id"}
            assert one.extras["access"].staff_options <= tried


@pytest.mark.parametrize("command", list(ROWS))
async def test_commands(cast: Cast, command: str) -> None:
    assert [problem for cell in cells(cast, command) for problem in await wrong(cast, cell)] == []


async def test_completions(cast: Cast) -> None:
    """Whoever may not use a command is offered nothing by it, and the CAD is never asked."""
    for (command, option), (own, other) in COMPLETED.items():
        for who, member in cast:
            for allowed, named in ((own, {}), (other, {"member": cast.other})):
                if allowed is None:
                    continue
                offered = await member.autocomplete(cast.stage.channel, command, option, "", **named)
                hidden = [one["name"] for one in offered] == [NOT_OFFERED]
                assert hidden is not (who in allowed), f"{command} {option} by {who}: {offered}"
    assert cast.stage.town.asked == []
