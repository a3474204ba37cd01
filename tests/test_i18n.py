"""Catalogues: every message in the nearest language, and every mistake in one is loud."""

from __future__ import annotations

import pytest

from bot.i18n import DEFAULT_LOCALE, Catalogues

ENGLISH = """
hello = Hello { $name }
only-english = English
count = { $count ->
    [one] one link
   *[other] { $count } links
}
attribute-only =
    .label = x
"""
GERMAN = "hello = Hallo { $name }"
PORTUGUESE = "hello = Oi { $name }"


@pytest.fixture
def catalogues() -> Catalogues:
    return Catalogues({"en-US": ENGLISH, "de": GERMAN, "pt-BR": PORTUGUESE})


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en-US", "Hello Ann"),
        ("en-GB", "Hello Ann"),
        ("de", "Hallo Ann"),
        ("de-AT", "Hallo Ann"),
        ("pt-BR", "Oi Ann"),
        ("pt-PT", "Oi Ann"),
        ("fr", "Hello Ann"),
        ("zh-CN", "Hello Ann"),
        ("", "Hello Ann"),
    ],
)
def test_the_nearest_language(catalogues: Catalogues, locale: str, text: str) -> None:
    assert catalogues.translate("hello", locale, name="Ann") == text


def test_what_a_translation_lacks_is_english(catalogues: Catalogues) -> None:
    assert catalogues.translate("only-english", "de") == "English"


@pytest.mark.parametrize(("count", "text"), [(1, "one link"), (2, "2 links"), (0, "0 links")])
def test_numbers(catalogues: Catalogues, count: int, text: str) -> None:
    assert catalogues.translate("count", "en-US", count=count) == text


def test_no_isolation_marks_end_up_in_ids(catalogues: Catalogues) -> None:
    assert catalogues.translate("hello", "en-US", name="`ABC`") == "Hello `ABC`"


@pytest.mark.parametrize("key", ["nothing", "attribute-only"])
def test_a_missing_message_is_loud(catalogues: Catalogues, key: str) -> None:
    with pytest.raises(LookupError):
        catalogues.translate(key, "de")


def test_a_missing_parameter_is_loud(catalogues: Catalogues) -> None:
    with pytest.raises(ValueError, match="hello"):
        catalogues.translate("hello", "en-US")


def test_the_default_language_must_be_there() -> None:
    with pytest.raises(ValueError, match="en-US"):
        Catalogues({"de": GERMAN})


def test_the_default_locale_comes_first(catalogues: Catalogues) -> None:
    assert catalogues.locales == ("en-US", "de", "pt-BR")


def test_the_package_has_its_own() -> None:
    own = Catalogues.load()
    assert own.locales[0] == DEFAULT_LOCALE
    assert own.translate("reference", DEFAULT_LOCALE, reference="`ABCD1234`") == "Reference: `ABCD1234`"
