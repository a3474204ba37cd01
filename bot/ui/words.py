"""Messages in the reader's language, with everything that people or the CAD wrote made harmless.

A message may have a headline and a detail, separated by the first line break: the headline says the outcome.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.domain.visible import blanked, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.errors import Param
    from bot.i18n import Catalogues

IDS = frozenset({"sync_id", "id", "reference", "example", "mask", "value", "trace"})
"""Parameters that are shown in code marks, for copying."""
PLAIN = frozenset({"channel", "roles", "near", "when", "who", "what", "outcome"})
"""Parameters that are made of Discord's own marks already."""
PARAM_LIMIT = 300
MAX_LINES = 15
LINES_LIMIT = 3000
"""The most lines, and characters of them, that a list in a message holds: an embed's text takes 4,096."""
_MARKUP = re.compile(r"([\\*_~|>`\[\]<@])|^(\s*)([#-])")


def cut(text: str, limit: int) -> str:
    """Shorten to `limit` characters, the last one an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def escape(text: str, limit: int = PARAM_LIMIT) -> str:
    """Return text of others as it reads: no Markdown, no mention, no invisible or direction marks, no blanks around.

    Nothing is left of a text of which nothing can be seen.
    """
    return _MARKUP.sub(r"\2\\\1\3", cut(visible(text), limit))


def code(text: str, limit: int = 255) -> str:
    """Return an id in code marks, so that it can be copied exactly."""
    shown = cut(blanked(text), limit)
    inside = max(map(len, re.findall("`+", shown)), default=0)
    fence, space = "`" * (inside + 1), " " if inside else ""
    return f"{fence}{space}{shown}{space}{fence}"


class Words:
    """The catalogue in one reader's locale."""

    def __init__(self, catalogues: Catalogues, locale: str) -> None:
        self._catalogues = catalogues
        self.locale = locale

    def into(self, locale: str) -> Words:
        """Return the catalogue in another locale, for what others read too."""
        return Words(self._catalogues, locale)

    def __call__(self, key: str, /, **params: Param) -> str:
        """Return a message whose parameters are escaped, or set in code marks if they are ids."""
        return self._catalogues.translate(key, self.locale, **{name: _safe(name, params[name]) for name in params})

    def with_reference(self, text: str, reference: str) -> str:
        """Return a text that ends with the reference under which staff find it."""
        return f"{text}\n\n{self('reference', reference=reference)}"

    def plain(self, key: str, limit: int, /, **params: Param) -> str:
        """Return a message for a place that shows no Markdown (labels, choices), cut to `limit` characters."""
        return cut(self._catalogues.translate(key, self.locale, **params), limit)


def wrong_line(words: Words, label: str, key: str, params: Mapping[str, Param]) -> str:
    """Return one wrong field as a line: its name, and why."""
    return words("problem-line", field=label, why=words.plain(key, PARAM_LIMIT, **params))


def listed(words: Words, lines: Sequence[str]) -> str:
    """Return as many lines as a message has room for, each as an item of a list, and how many more there are."""
    text = ""
    for place, line in enumerate(lines):
        item = f"\n- {line}"
        if place == MAX_LINES or len(text) + len(item) > LINES_LIMIT:
            return text + "\n" + words("problems-more", count=len(lines) - place)
        text += item
    return text


def _safe(name: str, value: Param) -> Param:
    if name == "member":
        return f"<@{value}>"
    if isinstance(value, int) or name in PLAIN:
        return value
    return code(value) if name in IDS else escape(value)
