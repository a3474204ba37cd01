"""What people read: Fluent catalogues, one folder a locale in `bot/locales`, and the language each reply is in.

Command and option names are never translated, since staff explain them to each other; descriptions and replies are.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from fluent.runtime import FluentBundle, FluentResource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

DEFAULT_LOCALE = "en-US"


class Catalogues:
    """Every catalogue of the package, parsed once. Locales are Discord's codes ("en-US", "de", ...)."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        """Parse `sources` (locale to Fluent text). Raises ValueError without the default locale."""
        if DEFAULT_LOCALE not in sources:
            raise ValueError(f"the catalogue {DEFAULT_LOCALE} is missing")
        self._bundles = {locale: _bundle(locale, text) for locale, text in sources.items()}

    @classmethod
    def load(cls) -> Catalogues:
        """Read the package's own catalogues."""
        return cls(catalogue_texts())

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales there are, the default one first."""
        return tuple(sorted(self._bundles, key=lambda locale: (locale != DEFAULT_LOCALE, locale)))

    def translate(self, key: str, locale: str, **params: str | int) -> str:
        """Return the message in the locale nearest to the one asked for ("en-GB" reads "en-US").

        Raises KeyError for a key that the default catalogue lacks, ValueError where a parameter is missing: both are
        programming errors that a test looks for.
        """
        bundle = self._nearest(locale)
        if not bundle.has_message(key):
            bundle = self._bundles[DEFAULT_LOCALE]
        pattern = bundle.get_message(key).value
        if pattern is None:
            raise KeyError(key)
        text, problems = bundle.format_pattern(pattern, params)
        if problems:
            raise ValueError(f"message {key}: {problems[0]}")
        return str(text)

    def _nearest(self, locale: str) -> FluentBundle:
        language = locale.partition("-")[0]
        for candidate in (locale, language, *self.locales):
            if candidate in self._bundles and candidate.partition("-")[0] == language:
                return self._bundles[candidate]
        return self._bundles[DEFAULT_LOCALE]


def catalogue_texts() -> dict[str, str]:
    """Return the package's own catalogues by locale, as Fluent text."""
    folders = (one for one in (resources.files("bot") / "locales").iterdir() if one.is_dir())
    return {folder.name: _texts(folder) for folder in folders}


def _texts(folder: Traversable) -> str:
    """Return all files of a locale as one text; each has the messages of one part of the bot."""
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".ftl")), key=lambda one: one.name)
    return "\n".join(file.read_text("utf-8") for file in files)


def _bundle(locale: str, text: str) -> FluentBundle:
    # Isolation marks would end up inside code marks, where people copy ids from.
    bundle = FluentBundle([locale, DEFAULT_LOCALE], use_isolating=False)
    bundle.add_resource(FluentResource(text))
    return bundle
