"""What a check found, as data: how it stands, what it is, and what to do about it. Printed by one, shown by another."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.errors import Param


class Verdict(StrEnum):
    """How one thing stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing. `key` and `remedy` name messages, `params` fills both; no remedy: there is nothing to do."""

    verdict: Verdict
    key: str
    remedy: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)
