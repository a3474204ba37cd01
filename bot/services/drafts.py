"""A character that is being filled in: what passed, what has to be typed again, and which pages were shown.

Nothing typed is lost: an answer that can't stand is kept beside its problem until it is put right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.answers import Problem, check, from_indices, read
from bot.domain.forms import PAGE_SIZE, Form
from bot.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.dependencies import Answer
    from bot.domain.fields import FormField
    from bot.domain.forms import Page
    from bot.domain.template import Template
    from bot.services.turn import Subject


@dataclass(frozen=True, slots=True)
class Chosen:
    """The options chosen of a field, by their places in the template."""

    places: tuple[str, ...]


Typed = str | Chosen
"""What came back for one field."""


class DraftState(StrEnum):
    """Where a draft stands. `UNSURE`: sent, and nobody knows what became of it."""

    OPEN = "open"
    SENDING = "sending"
    UNSURE = "unsure"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(slots=True, eq=False)
class Draft:
    """One person's half-filled form. `delete_after` is in minutes; `started` in seconds of the service's clock."""

    subject: Subject
    form: Form
    started: float
    former: list[Form] = field(default_factory=list)
    delete_after: int | None = None
    answers: dict[str, Answer] = field(default_factory=dict, repr=False)
    typed: dict[str, str] = field(default_factory=dict, repr=False)
    problems: dict[str, Problem] = field(default_factory=dict, repr=False)
    pages: list[Page] = field(default_factory=list)
    state: DraftState = DraftState.OPEN

    @property
    def version(self) -> int:
        """Which version of the template the form is of: a page that stayed open comes back with its own."""
        return len(self.former)

    @property
    def asked(self) -> frozenset[str]:
        """The uids of every field that was on a submitted page."""
        return frozenset(one.uid for page in self.pages for one in page)

    @property
    def missing(self) -> Page:
        """The required fields, visible now, that still have no answer."""
        return tuple(one for one in self.form.missing(self.answers) if one.uid not in self.problems)

    @property
    def ready(self) -> bool:
        """Whether nothing required is missing and nothing is wrong."""
        return not self.problems and not self.missing

    def page(self, number: int) -> Page:
        """The fields of a submitted page that are still visible, or of the one that comes next."""
        if number >= len(self.pages):
            return self.form.next_page(self.answers, self.asked)
        visible = {one.uid for one in self.form.visible(self.answers)}
        return tuple(one for one in self.pages[number] if one.uid in visible)

    def wrong(self) -> Page:
        """The fields to put right, at most a page of them."""
        return tuple(problem.field for problem in self.problems.values())[:PAGE_SIZE]

    def current(self, one: FormField) -> Answer:
        """What a field holds now: what was typed even if it is wrong, else the answer, else the template's value."""
        if one.uid in self.typed:
            return self.typed[one.uid]
        return self.answers.get(one.uid, one.default)

    def submit(self, number: int, given: Mapping[int, Typed], *, version: int) -> None:
        """Take what was typed, by place in the fields of that version's form.

        Unknown places and versions (a forged form) are passed over. Raises Refused once the draft is being sent.
        """
        if self.state is DraftState.SENDING:
            raise Refused("create-under-way")
        forms = [*self.former, self.form]
        asked = forms[version].fields if 0 <= version < len(forms) else ()
        now = {one.uid: one for one in self.form.fields}
        fields = {place: asked[place] for place in given if 0 <= place < len(asked) and asked[place].uid in now}
        for place, one in fields.items():
            self._take(now[one.uid], _in_words(one, given[place]) if version != self.version else given[place])
        if number == len(self.pages) and fields:
            self.pages.append(tuple(now[one.uid] for one in fields.values()))
        self._forget_hidden()

    def rebase(self, template: Template) -> None:
        """Move to a newer version of the template, keeping every answer that still fits, and check all again."""
        self.former.append(self.form)
        self.form = Form(template, staff=self.form.staff)
        by_uid = {one.uid: one for one in self.form.fields}
        self.answers = {uid: answer for uid, answer in self.answers.items() if uid in by_uid}
        kept = [tuple(by_uid[one.uid] for one in page if one.uid in by_uid) for page in self.pages]
        self.pages = [page for page in kept if page]
        missing = {one.uid for one in self.form.missing(self.answers)}
        self.problems = {
            problem.field.uid: problem for problem in check(self.form, self.answers) if problem.field.uid not in missing
        }
        typed, self.typed = self.typed, {}
        for uid, text in typed.items():
            if uid in by_uid:
                self._take(by_uid[uid], text)
        self._forget_hidden()

    def _take(self, one: FormField, given: Typed | tuple[str, ...]) -> None:
        result = from_indices(one, given.places) if isinstance(given, Chosen) else read(one, given)
        if isinstance(result, Problem):
            self.problems[one.uid] = result
            self.answers.pop(one.uid, None)
            if isinstance(given, str):
                self.typed[one.uid] = given
        else:
            self.answers[one.uid] = result
            self.problems.pop(one.uid, None)
            self.typed.pop(one.uid, None)

    def _forget_hidden(self) -> None:
        """A field that no longer applies can't be wrong."""
        visible = {one.uid for one in self.form.visible(self.answers)}
        for uid in self.problems.keys() - visible:
            del self.problems[uid]
            self.typed.pop(uid, None)


def _in_words(one: FormField, given: Typed) -> str | tuple[str, ...]:
    """Say what was chosen by the options' own texts, which mean the same in any version of the template."""
    if isinstance(given, str):
        return given
    return tuple(option.value for option in one.options if str(option.index) in given.places)
