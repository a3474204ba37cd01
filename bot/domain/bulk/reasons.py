"""Why a file or one of its rows is not carried out, or what is to be known of it: data, never a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.errors import Param


@dataclass(frozen=True, slots=True)
class Reason:
    """A message key and its parameters, which may be what somebody wrote. `column`: of which column; blank: none."""

    key: str
    params: Mapping[str, Param] = field(default_factory=dict, repr=False)
    column: str = ""
