"""A character's id in the words of the guild's game framework: its name, an example, where to find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.frameworks import SHAPES, Framework

if TYPE_CHECKING:
    from bot.ui.words import Words


def named(words: Words, framework: Framework) -> dict[str, str]:
    """Return a message's parameters `label`, `example` and `near`, which says where it is found."""
    return {
        "label": words.plain(f"framework-{framework}-label", 60),
        "example": SHAPES[framework].example,
        "near": words(f"framework-{framework}-where"),
    }


def sync_id_where(words: Words, framework: Framework | None) -> str:
    """Say what a sync ID is and where it is found."""
    if framework is None:
        return words("sync-id-where")
    params = named(words, framework)
    return words("sync-id-where-framework", label=params["label"], example=params["example"], near=params["near"])


def sync_id_label(words: Words, framework: Framework | None, limit: int) -> str:
    """Return what a field for a sync ID is called."""
    if framework is None:
        return words.plain("sync-id-label", limit)
    return words.plain("sync-id-named", limit, label=named(words, framework)["label"])


def sync_id_hint(words: Words, framework: Framework | None, limit: int) -> str:
    """Return what is to be typed as a sync ID, for a place that shows no Markdown."""
    if framework is None:
        return words.plain("choice-hint", limit)
    params = named(words, framework)
    return words.plain("choice-hint-framework", limit, label=params["label"], example=params["example"])


def sync_id_description(words: Words, framework: Framework | None, limit: int) -> str:
    """Describe a field for a sync ID."""
    if framework is None:
        return words.plain("sync-id-description", limit)
    params = named(words, framework)
    return words.plain("sync-id-description-framework", limit, label=params["label"], example=params["example"])
