"""What a person typed or chose, turned into the answer the CAD takes, or into the problem to tell him.

Nothing is refused that the template allows, and nothing passes that the CAD's own page would refuse.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.domain.choices import Choices
from bot.domain.dates import read_date, read_time
from bot.domain.fields import OPTION_LIMIT, FormField, cut
from bot.domain.images import image_problem
from bot.domain.masks import fit
from bot.domain.template import FieldKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.domain.dependencies import Answer, Answers
    from bot.domain.forms import Form
    from bot.errors import Param

NOTHING: Answers = MappingProxyType({})
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer can't stand: a message key and its parameters, which may be what somebody typed.

    `near` has the options that may have been meant, in the template's spelling, at most 25.
    """

    field: FormField
    key: str
    params: Mapping[str, Param] = dataclasses.field(default_factory=dict, repr=False)
    near: tuple[str, ...] = ()


def read(field: FormField, raw: str | Sequence[str], *, standing: Answer = "") -> Answer | Problem:
    """Return the answer that `raw` is for `field`, as `normalise` does; blank is a problem where one is required."""
    answer = normalise(field, raw, standing=standing)
    return Problem(field, "problem-required") if field.required and not answer else answer


def normalise(field: FormField, raw: str | Sequence[str], *, standing: Answer = "") -> Answer | Problem:
    """Return the answer that `raw` is for `field`, in the template's spelling, or the problem with it.

    Blank is no answer. A sequence stands for several options; of a field that takes one text, its first counts.
    `standing` is what the record already holds: nobody is blamed for leaving it as it is.
    """
    if standing and standing == (raw if isinstance(raw, str) else tuple(raw)):
        return standing
    if field.chooses:
        return _read_options(field, raw)
    return _read_text(field, raw if isinstance(raw, str) else next(iter(raw), ""))


def from_indices(field: FormField, indices: Sequence[str]) -> Answer | Problem:
    """Return the answer for chosen option indices, as they come back from Discord (forgeable, maybe outdated)."""
    values = {str(option.index): option.value for option in field.options}
    if any(index not in values for index in indices):
        return Problem(field, "problem-option-gone")
    return read(field, [values[index] for index in indices])


def option_indices(field: FormField, answer: Answer) -> tuple[int, ...]:
    """Return the indices of the options that `answer` holds, for marking them as chosen."""
    chosen = {answer} if isinstance(answer, str) else set(answer)
    return tuple(option.index for option in field.options if option.value in chosen)


def check(form: Form, answers: Answers, *, standing: Answers = NOTHING) -> tuple[Problem, ...]:
    """Return every problem at once: of each visible field the wrong answer, or the missing required one.

    `standing` has what the record already holds: an answer equal to it is not judged, unless it is missing.
    """
    results = (
        read(field, answers.get(field.uid, ""), standing=standing.get(field.uid, "")) for field in form.visible(answers)
    )
    return tuple(result for result in results if isinstance(result, Problem))


def _read_text(field: FormField, raw: str) -> Answer | Problem:
    text = _clean(raw, multiline=field.multiline)
    if not text:
        return ""
    if len(text) > field.max_length:
        return Problem(field, "problem-long", {"max": field.max_length})
    if field.options:
        return _read_option(field, raw)
    if field.kind is FieldKind.IMAGE:
        key = image_problem(text)
        return Problem(field, key) if key else text
    return _formatted(field, text)


def _formatted(field: FormField, text: str) -> Answer | Problem:
    if field.kind is FieldKind.DATE:
        result, key = read_date(field.mask, text), "problem-date"
    elif field.kind is FieldKind.TIME:
        result, key = read_time(field.mask, text), "problem-time" if field.mask else "problem-time-any"
    else:
        result, key = fit(field.mask, text, reverse=field.mask_reverse), "problem-mask"
    if result is None:
        return Problem(field, key, {"mask": field.mask} if field.mask else {})
    return result


def _read_options(field: FormField, raw: str | Sequence[str]) -> Answer | Problem:
    choices = Choices(field)
    found = set()
    for name in choices.split(raw) if isinstance(raw, str) else raw:
        if name.strip():
            value = choices.find(name)
            if value is None:
                return _unknown(field, choices, name)
            found.add(value)
    return tuple(option.value for option in field.options if option.value in found)


def _read_option(field: FormField, name: str) -> str | Problem:
    choices = Choices(field)
    value = choices.find(name)
    return _unknown(field, choices, name) if value is None else value


def _unknown(field: FormField, choices: Choices, name: str) -> Problem:
    return Problem(field, "problem-option", {"value": cut(name, OPTION_LIMIT)}, choices.near(name))


def _clean(raw: str, *, multiline: bool) -> str:
    """Drop what no page would let in: control characters, half surrogates, marks that turn text around."""
    if raw.isprintable():  # true of nearly all that is typed, and much faster to say
        return raw.strip()
    lines = ["".join(map(_kept, line)).strip() for line in raw.splitlines()]
    return ("\n" if multiline else " ").join(lines).strip()


def _kept(character: str) -> str:
    if character == "\t":
        return " "
    return "" if character in _BIDI or unicodedata.category(character) in {"Cc", "Cs"} else character
