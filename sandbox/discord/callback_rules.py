"""What Discord refuses in the first response to an interaction, by its callback type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .components import Flag
from .interactions import Callback
from .message_rules import check_message
from .modal_rules import check_modal
from .wire import Json, Path, Problems

if TYPE_CHECKING:
    from .interactions import Interaction
    from .messages import Upload

DATA: Path = ("data",)


def check_callback(kind: Callback, body: Json, uploads: dict[str, Upload], interaction: Interaction) -> None:
    """Refuse a callback whose `data` is not what its type takes (400, code 50035)."""
    problems = Problems()
    data = body.get("data")
    if kind in (Callback.MESSAGE, Callback.UPDATE):
        before = interaction.source.state if kind is Callback.UPDATE and interaction.source else None
        check_message(problems, DATA, problems.mapping(DATA, data), uploads, before)
    elif kind is Callback.MODAL:
        check_modal(problems, DATA, data)
    elif kind is Callback.CHOICES:
        _check_choices(problems, problems.mapping(DATA, data))
    elif kind is Callback.DEFERRED_MESSAGE and data is not None:
        _check_deferral(problems, problems.mapping(DATA, data))
    problems.raise_any()


def _check_deferral(problems: Problems, data: Json) -> None:
    flags = data.get("flags") or 0
    if flags not in (0, int(Flag.EPHEMERAL)):
        problems.add((*DATA, "flags"), "MESSAGE_FLAGS_INVALID", "Only EPHEMERAL can be set on a deferred response")


def _check_choices(problems: Problems, data: Json) -> None:
    path = (*DATA, "choices")
    for number, item in enumerate(problems.items(path, data.get("choices"), 0, 25, required=True)):
        choice = problems.mapping((*path, number), item)
        problems.text((*path, number, "name"), choice.get("name"), 1, 100, required=True)
        value = choice.get("value")
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            problems.text((*path, number, "value"), value, 1, 100, required=True)
