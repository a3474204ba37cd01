"""A community's template as a form: which fields this person is asked, in which order, on which page.

A form knows the rules of the template and nothing of Discord but that a page holds five fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.dependencies import Answers, Dependencies
from bot.domain.fields import FormField, form_field
from bot.domain.template import CUSTOM_SECTION, FLAGS_SECTION

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.domain.template import Field, Section, Template

PAGE_SIZE = 5  # components of a modal (discord.md)

Page = tuple[FormField, ...]


class Form:
    """The form of one template for one person. `staff` are also asked supervisors' fields and flags.

    `fields` has every field that may be asked, in the template's order: each uid once, the first one that the
    template names; fields without a uid can't be sent and are left out.
    """

    def __init__(self, template: Template, *, staff: bool = False) -> None:
        self.template = template
        self.staff = staff
        self.fields: Page = tuple(self._asked())
        self._dependencies = Dependencies(template)

    @property
    def deciding(self) -> frozenset[str]:
        """The uids of the fields whose answers decide which others are visible: the rest changes nothing there."""
        return self._dependencies.parents

    @property
    def unique(self) -> Page:
        """The fields whose values no two characters share."""
        return tuple(field for field in self.fields if field.unique)

    def visible(self, answers: Answers) -> Page:
        """Return the fields to ask with these answers: those whose dependencies are met."""
        shown = self._dependencies.shown(answers)
        return tuple(field for field in self.fields if field.uid in shown)

    def next_page(self, answers: Answers, asked: Collection[str]) -> Page:
        """Return at most five visible fields that were not asked yet; none when the form is complete.

        Required and previewed fields come first, whatever their section; then one section at a time.
        """
        left = [field for field in self.visible(answers) if field.uid not in asked]
        first = [field for field in left if field.required or field.previewed]
        rest = [field for field in left if field.section_index == left[0].section_index]
        return tuple((first or rest)[:PAGE_SIZE])

    def missing(self, answers: Answers) -> Page:
        """Return the visible required fields that have no answer."""
        return tuple(field for field in self.visible(answers) if field.required and not answers.get(field.uid))

    def _asked(self) -> list[FormField]:
        seen = {""}
        asked = []
        for index, section in enumerate(self.template.sections):
            for source in section.fields:
                if source.uid in seen:
                    continue
                seen.add(source.uid)
                field = form_field(section, source, index) if self._may_ask(section, source) else None
                if field:
                    asked.append(field)
        return asked

    def _may_ask(self, section: Section, field: Field) -> bool:
        if field.read_only or field.is_from_sync or (field.is_supervisor and not self.staff):
            return False
        return section.category == CUSTOM_SECTION or (section.category == FLAGS_SECTION and self.staff)


def page_title(page: Sequence[FormField]) -> str:
    """Return the label of the section that a page begins with; blank when it has none that can be seen."""
    return page[0].section if page else ""
