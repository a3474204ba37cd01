"""A character that is being filled in or changed: what passed, what has to be typed again, which pages were shown.

Nothing typed is lost: an answer that can't stand is kept beside its problem until it is put right.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.answers import Problem, check, from_indices, read
from bot.domain.dependencies import Answer  # noqa: TC001 - pydantic reads `Edited`
from bot.domain.encoding import usable_answer
from bot.domain.forms import PAGE_SIZE, Form
from bot.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

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


@dataclass(frozen=True, slots=True)
class Edited:
    """The character that a draft changes. `held` has what it held, right or wrong, when the form was opened."""

    record_id: int
    name: str
    held: dict[str, Answer] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """One field that an edit changes."""

    field: FormField
    before: Answer = dataclasses.field(repr=False)
    after: Answer = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class Origins:
    """Whose draft it is, and in which guild and community. `started` is in Unix seconds."""

    id: str = ""
    guild_id: int = 0
    owner_id: int = 0
    community_id: str = ""
    started: float = 0.0


@dataclass(slots=True, eq=False)
class Draft:
    """One person's half-filled form. `delete_after` is in minutes; `edited` is None for a new character.

    `answers` of an edit are the changed ones only. `digests` names the versions of the template that are stored.
    """

    subject: Subject
    form: Form
    origins: Origins = Origins()
    edited: Edited | None = None
    former: list[Form] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    delete_after: int | None = None
    answers: dict[str, Answer] = field(default_factory=dict, repr=False)
    typed: dict[str, str] = field(default_factory=dict, repr=False)
    problems: dict[str, Problem] = field(default_factory=dict, repr=False)
    pages: list[Page] = field(default_factory=list)
    state: DraftState = DraftState.OPEN

    @property
    def id(self) -> str:
        """The name by which buttons and forms find it."""
        return self.origins.id

    @property
    def version(self) -> int:
        """Which version of the template the form is of: a page that stayed open comes back with its own."""
        return len(self.former)

    @property
    def asked(self) -> frozenset[str]:
        """The uids of every field that was on a submitted page."""
        return frozenset(one.uid for page in self.pages for one in page)

    @property
    def begun(self) -> bool:
        """Whether anything was typed that would be a pity to lose."""
        return any(self.answers.values()) or any(self.typed.values()) or (self.edited is not None and bool(self.pages))

    @property
    def everything(self) -> Mapping[str, Answer]:
        """The answers, and of an edit what else the character holds."""
        return {**self.edited.held, **self.answers} if self.edited else self.answers

    @property
    def missing(self) -> Page:
        """The required fields, visible now, that still have no answer."""
        return tuple(one for one in self.form.missing(self.everything) if one.uid not in self.problems)

    @property
    def ready(self) -> bool:
        """Whether nothing required is missing and nothing is wrong."""
        return not self.problems and not self.missing

    @property
    def changes(self) -> tuple[Change, ...]:
        """What an edit changes, in the order of the form."""
        held = self.edited.held if self.edited else {}
        return tuple(
            Change(one, held.get(one.uid, ""), self.answers[one.uid])
            for one in self.form.visible(self.everything)
            if one.uid in self.answers and not same_answer(self.answers[one.uid], held.get(one.uid, ""))
        )

    def page(self, number: int) -> Page:
        """The fields of a submitted page that are still visible, or of the one that comes next."""
        if number >= len(self.pages):
            return self.form.next_page(self.everything, self.asked)
        visible = {one.uid for one in self.form.visible(self.everything)}
        return tuple(one for one in self.pages[number] if one.uid in visible)

    def wrong(self) -> Page:
        """The fields to put right, at most a page of them."""
        return tuple(problem.field for problem in self.problems.values())[:PAGE_SIZE]

    def current(self, one: FormField) -> Answer:
        """What a field holds now: what was typed even if it is wrong, else the answer, else what was there before."""
        if one.uid in self.typed:
            return self.typed[one.uid]
        return self.answers.get(one.uid, self._before(one))

    def require_open(self) -> None:
        """Raise Refused where nothing may be typed any more: it is being sent, it was, or it was thrown away."""
        if self.state is DraftState.SENDING:
            raise Refused("edit-under-way" if self.edited else "create-under-way")
        if self.state is DraftState.DONE:
            raise Refused("edit-done-before" if self.edited else "create-done")
        if self.state is DraftState.CANCELLED:
            raise Refused("edit-was-cancelled" if self.edited else "draft-was-cancelled")

    def submit(self, number: int, given: Mapping[int, Typed], *, version: int) -> None:
        """Take what was typed, by place in the fields of that version's form.

        Unknown places and versions (a forged form) are passed over. Raises Refused where it is too late.
        """
        self.require_open()
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
        missing = {one.uid for one in self.form.missing(self.everything)}
        found = check(self.form, self.everything, standing=self.edited.held if self.edited else {})
        self.problems = {problem.field.uid: problem for problem in found if problem.field.uid not in missing}
        typed, self.typed = self.typed, {}
        for uid, text in typed.items():
            if uid in by_uid:
                self._take(by_uid[uid], text)
        self._forget_hidden()

    def _before(self, one: FormField) -> Answer:
        """What a field showed before anything was typed."""
        return usable_answer(one, self.edited.held.get(one.uid, "")) if self.edited else one.default

    def _take(self, one: FormField, given: Typed | tuple[str, ...]) -> None:
        standing = self.edited.held.get(one.uid, "") if self.edited else ""
        result = from_indices(one, given.places) if isinstance(given, Chosen) else read(one, given, standing=standing)
        if self.edited and _left_alone(given, result, self._before(one)):
            self.answers.pop(one.uid, None)
            self._put_right(one.uid)
        elif isinstance(result, Problem):
            self.problems[one.uid] = result
            self.answers.pop(one.uid, None)
            if isinstance(given, str):
                self.typed[one.uid] = given
        else:
            self.answers[one.uid] = result
            self._put_right(one.uid)

    def _put_right(self, uid: str) -> None:
        self.problems.pop(uid, None)
        self.typed.pop(uid, None)

    def _forget_hidden(self) -> None:
        """A field that no longer applies can't be wrong."""
        visible = {one.uid for one in self.form.visible(self.everything)}
        for uid in self.problems.keys() - visible:
            self._put_right(uid)


def same_answer(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same; the order of options and the kind of line breaks never count."""
    return _folded(one) == _folded(other)


def _folded(answer: Answer) -> str | frozenset[str]:
    if isinstance(answer, str):
        return "\n".join(line.rstrip() for line in answer.strip().splitlines())
    return frozenset(answer) or ""


def _left_alone(given: Typed | tuple[str, ...], result: Answer | Problem, before: Answer) -> bool:
    """Whether a field came back as it was shown, whatever may be thought of what it holds."""
    if isinstance(given, str) and isinstance(before, str):
        return same_answer(given, before)
    if isinstance(result, Problem):
        return not before and not (given.places if isinstance(given, Chosen) else given)
    return same_answer(result, before)


def _in_words(one: FormField, given: Typed) -> str | tuple[str, ...]:
    """Say what was chosen by the options' own texts, which mean the same in any version of the template."""
    if isinstance(given, str):
        return given
    return tuple(option.value for option in one.options if str(option.index) in given.places)
