"""The self-link pattern: a template of sync IDs that a player's proven id makes his own."""

from __future__ import annotations

import re


def proves(pattern: str, api_id: str, sync_id: str) -> bool:
    """Whether the sync ID is the one the pattern makes of this id: whole, and case-sensitive.

    A pattern is literal text, `#` for one ASCII digit, and `{api_id}` exactly once; the id itself is always literal.
    """
    before, _, after = pattern.partition("{api_id}")
    expected = _digits(before) + re.escape(api_id) + _digits(after)
    return bool(api_id) and re.fullmatch(expected, sync_id) is not None


def _digits(literal: str) -> str:
    return "[0-9]".join(re.escape(part) for part in literal.split("#"))
