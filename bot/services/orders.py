"""What is to be sent to the CAD, complete enough to be sent later: by another process, after a restart.

An order is stored sealed, since it holds what people typed; whoever finds it unsettled reads back before sending again.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the orders
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter

from bot.domain.models import Target  # noqa: TC001 - pydantic reads the orders
from bot.services.sealing import Sealing


@dataclass(frozen=True, slots=True)
class LinkOrder:
    """Set a Database Sync link, or remove it. `once`: sent once only, since whoever decided it is asked again.

    `held`: somebody said yes to its being known as another account's; `undo`: it takes back what the bot just did.
    """

    target: Target
    sync_id: str
    remove: bool = False
    once: bool = False
    held: bool = False
    undo: bool = False
    kind: Literal["link"] = "link"


@dataclass(frozen=True, slots=True)
class CreateOrder:
    """Create a character by values or by a whole record. `delete_after` is in minutes.

    `known` has the record ids that the account had before; None: not known.
    """

    target: Target
    values: Mapping[str, str] | None = field(default=None, repr=False)
    record: Mapping[str, Any] | None = field(default=None, repr=False)
    delete_after: int | None = None
    known: tuple[int, ...] | None = None
    kind: Literal["create"] = "create"
    once: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class EditOrder:
    """Replace fields of a character by uid."""

    target: Target
    record_id: int
    values: Mapping[str, str] = field(repr=False)
    kind: Literal["edit"] = "edit"
    once: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class RemoveOrder:
    """Delete a character of this account, for ever."""

    target: Target
    record_id: int
    kind: Literal["remove"] = "remove"
    once: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class SelectOrder:
    """Make a character the selected one. `key` is what names it in a list: its record id, else its sync ID."""

    target: Target
    character: int | str
    key: str
    kind: Literal["select"] = "select"
    once: ClassVar[bool] = False


Order = LinkOrder | CreateOrder | EditOrder | RemoveOrder | SelectOrder
_SEALING: Sealing[Order] = Sealing(TypeAdapter(Order), "order")

seal, unseal = _SEALING.seal, _SEALING.unseal


class Seen(StrEnum):
    """What reading back says of an order."""

    APPLIED = "applied"
    ABSENT = "absent"  # certainly not carried out: it may be sent
    UNSURE = "unsure"  # it can't be told from what the CAD lists
