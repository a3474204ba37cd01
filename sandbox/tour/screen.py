"""What one person has before him: a message or an open form, in the state it was in when he came to see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from .markup import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.discord import Exchange, Field, Guild, Member, Message, MessageState, Modal, Select
    from sandbox.discord.composer import Value
    from sandbox.discord.submission import Filled

    Answers = Mapping[str, Filled | Value | None]

CELL = 60
SHORT = 24
MOST_BUTTONS = 5
MOST_VALUES = 5
ROW = 70
MOMENT = 0.25


@dataclass(frozen=True)
class Screen:
    """The answer to one act, or a message that somebody wrote before; then there is no `exchange`.

    `took` is in seconds, from the act to the whole answer.
    """

    who: Member
    message: Message | None
    state: MessageState | None
    exchange: Exchange | None = None
    took: float = 0.0

    @classmethod
    def now(cls, who: Member, exchange: Exchange, took: float) -> Screen:
        """Return what stands there now: the last message of the answer. It goes on changing, a screen does not."""
        message = exchange.followups[-1] if exchange.followups else exchange.message
        return cls(who, message, message.state if message else None, exchange, took)

    @classmethod
    def of(cls, who: Member, message: Message) -> Screen:
        """Return a message as it stands in a channel now."""
        return cls(who, message, message.state)

    @property
    def modal(self) -> Modal | None:
        """The form that opened, if one did."""
        return self.exchange.modal if self.exchange is not None else None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the open form."""
        return self.modal.fields if self.modal is not None else ()

    @property
    def text(self) -> str:
        """All words as they are read; of a form its title."""
        if self.modal is not None:
            return self.modal.title
        return shown(self.state.text, self.who.guild).plain if self.state else ""

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons."""
        return [button.label for button in self.state.buttons] if self.state else []

    @property
    def title(self) -> str:
        """Who wrote it, and who can see it."""
        if self.modal is not None:
            return f"A form opens for {self.who.name}: “{self.modal.title}”"
        channel = self.message.channel if self.message is not None and not self.message.ephemeral else None
        if channel is None:
            return f"Charlink, only {self.who.name} sees this"
        if channel.recipient is not None:
            return f"Charlink, in a direct message to {self.who.name}"
        return f"Charlink, everybody in #{channel.name} sees this"

    @property
    def foot(self) -> str:
        """How long it took: the first response, and the whole answer where that came later."""
        if self.exchange is None:
            return ""
        first = self.exchange.acknowledged_after
        if first is None:
            return "never answered"
        answered = f"acknowledged after {1000 * first:.0f} ms"
        return f"{answered}, answered after {self.took:.1f} s" if self.took - first > MOMENT else answered

    @property
    def selects(self) -> list[str]:
        """What the selects are for."""
        return [select.placeholder for select in self.state.selects] if self.state else []

    @property
    def files(self) -> dict[str, str]:
        """The attached files' contents by their names, as far as they are text."""
        attached = [each.upload for each in self.state.attachments] if self.state else []
        return {upload.filename: upload.content.decode(errors="replace") for upload in attached}

    def lines(self, *, brief: bool = False) -> list[Text]:
        """Return the message, line by line: words, embed, files, selects, buttons; when `brief` no embed's fields."""
        if self.state is None:
            return []
        guild = self.who.guild
        lines = [shown(line, guild) for line in self.state.content.splitlines()]
        for line in lines:
            line.stylize("bold")
        for embed in self.state.embeds:
            lines += [shown(line, guild) for line in embed.description.splitlines() if line]
            lines += [] if brief else [_field_line(one.name, one.value, guild) for one in embed.fields]
            lines += [Text(f"(picture: {embed.thumbnail})", "dim")] if embed.thumbnail else []
            lines += [Text(embed.footer, "dim")] if embed.footer else []
        lines += [Text(f"(file: {name})", "dim") for name in self.files]
        lines += [_select_line(select, guild) for select in self.state.selects]
        return [*lines, *_button_rows(self.buttons)]


def form_lines(modal: Modal, answers: Answers) -> list[Text]:
    """Return an open form with what is typed into it, a line for each field and one for its description."""
    typed = {modal.field(label).custom_id: value for label, value in answers.items()}
    lines = []
    for one in modal.fields:
        value = typed.get(one.custom_id, one.value or ", ".join(one.values))
        lines.append(Text.assemble((f"{one.label}: ", "bold"), _cell(value, CELL)))
        if one.description:
            lines.append(Text(f"  ({one.description})", "dim"))
    return [*lines, Text("[ Submit ]", "bold")]


def form_line(modal: Modal, answers: Answers) -> str:
    """Return an open form with what is typed into it, in short."""
    names = [modal.field(label).label.removesuffix(" *") for label in answers]
    typed = (
        f"{_cell(name, SHORT)}: {_cell(value, SHORT)}" for name, value in zip(names, answers.values(), strict=True)
    )
    return f"“{modal.title}”: {' · '.join(typed) or 'nothing'}"


def _field_line(name: str, value: str, guild: Guild) -> Text:
    """Return an embed's field as one text; of many lines only the first."""
    values = [shown(line, guild) for line in value.splitlines() if line]
    more = len(values) - MOST_VALUES
    listed = Text(" · ").join(values[:MOST_VALUES])
    return Text.assemble((name, "underline"), "  ", listed, (f" · … {more} more" if more > 0 else "", "dim"))


def _select_line(select: Select, guild: Guild) -> Text:
    """Return a select as a line: what it is for, and what is chosen already."""
    marks = {"role": "<@&{}>", "user": "<@{}>", "channel": "<#{}>"}
    chosen = [option.label for option in select.options if option.default]
    chosen += [shown(marks[default.type].format(default.id), guild).plain for default in select.defaults]
    return Text(f"[ {select.placeholder}{': ' if chosen else ''}{', '.join(chosen)} ▾ ]", "bold")


def _button_rows(labels: Sequence[str]) -> list[Text]:
    """Return the buttons in rows that are not broken within a label; of many only the first and the last."""
    if len(labels) > MOST_BUTTONS:
        labels = [*labels[: MOST_BUTTONS - 1], "…", labels[-1]]
    rows = [""]
    for label in labels:
        button = label if label == "…" else f"[ {label} ]"
        if len(rows[-1]) + len(button) > ROW:
            rows.append("")
        rows[-1] += f"  {button}" if rows[-1] else button
    return [Text(row, "bold") for row in rows if row]


def _cell(value: object, most: int) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    return text if len(text) <= most else f"{text[: most - 1]}…"
