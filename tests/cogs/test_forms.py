"""Every kind of field of a hard template, as Discord's components, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.templates import dependency, field, hard_template, section, template
from tests.cogs.stage import Answer, Stage, staged
from tests.community import Town, town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.templates import Json

TEXT, SELECT, CHECKBOXES = 4, 3, 22
CITIES = [f"City number {number}" for number in range(30)]
LONG = (
    "An option with a text that is far longer than what a menu may show, so that only its beginning is to be read " * 2
)


def kinds() -> Json:
    return template(
        section(
            "Kinds",
            field("story", "textarea", "Your story", isRequired=True),
            field("sex", "select", "Sex", options=["M", "F"], isRequired=True),
            field("city", "select", "City", options=CITIES, isPreviewed=True),
            field("boxes", "checkboxes", "Licences", options=["Driver", "Boat"], isPreviewed=True),
            field("many", "checkboxes", "Tattoos", options=[f"T{n}" for n in range(12)], isPreviewed=True),
        ),
        section(
            "A second section",
            field("photo", "image", "Photo"),
            field(
                "long",
                "select",
                "A label that is longer than the forty-five characters it may have",
                options=[LONG, "", "x"],
            ),
            field("boat", "text", "Boat number", mask="SS-##", dependency=dependency("CONTAINS", "boxes", "Boat")),
        ),
    )


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    place = town()
    place.state.templates[7] = kinds()
    async with staged(place) as ready:
        yield ready


async def first_page(stage: Stage, pia: Any) -> Answer:
    return await stage.press(pia, await stage.slash(pia, "newchar"), "Start")


def filled(**more: object) -> dict[str, object]:
    return {"Your_story": "Long ago.\nIn a town.", "Sex": ["1"], "City": "city number 7", **more}


async def test_each_kind_has_its_component(stage: Stage, pia: Any) -> None:
    page = await first_page(stage, pia)
    assert page.labels == ["Your story *", "Sex *", "City", "Licences", "Tattoos"]
    types = {label: page.field(label)["type"] for label in page.labels}
    assert types == {"Your story *": TEXT, "Sex *": SELECT, "City": TEXT, "Licences": CHECKBOXES, "Tattoos": SELECT}
    assert page.field("Your story")["style"] == 2
    assert page.field("Your story")["required"] is True
    assert page.field("City")["required"] is False
    assert page.field("Licences")["min_values"] == 0
    assert page.field("Tattoos")["max_values"] == 12
    described = {one["label"]: one.get("description") for one in page.modal["components"]}
    assert described["City"] == "Type one of the 30 options; close spellings are offered"
    assert described["Sex *"] is None


async def test_what_was_chosen_is_sent_in_the_templates_own_spelling(stage: Stage, pia: Any) -> None:
    account = stage.resident(pia)
    page = await first_page(stage, pia)
    draft = await stage.submit(pia, page, **filled(Licences=["1"], Tattoos=["0", "11"]))
    assert "**City:** City number 7" in draft.text
    more = await stage.press(pia, draft, "Continue: A second section")
    assert more.labels[0] == "Photo"
    assert [len(label) <= 45 for label in more.labels] == [True] * 3
    assert [option["label"] for option in more.field("A label")["options"]][1:] == ["(blank)", "x"]
    draft = await stage.submit(pia, more, Photo="https://img.example.com/a.png", A_label=["0"], Boat="ab-12")
    await stage.press(pia, draft, "Create")
    (record,) = stage.town.state.characters(account)
    values = {one["uid"]: one for part in record["sections"] for one in part["fields"]}
    assert values["sex"]["value"] == "F"
    assert values["city"]["value"] == "City number 7"
    assert values["long"]["value"] == LONG
    assert values["boxes"]["data"] == {"flags": ["Boat"]}
    assert values["many"]["data"] == {"flags": ["T0", "T11"]}
    assert values["story"]["value"] == "LONG AGO.\nIN A TOWN.", "the CAD upper-cases"


async def test_a_field_that_depends_on_another_appears_with_it(stage: Stage, pia: Any) -> None:
    draft = await stage.submit(pia, await first_page(stage, pia), **filled())
    more = await stage.press(pia, draft, "Continue: A second section")
    assert not any(label.startswith("Boat") for label in more.labels)


async def test_a_near_miss_can_be_chosen_on_the_fix_page(stage: Stage, pia: Any) -> None:
    draft = await stage.submit(pia, await first_page(stage, pia), **filled(City="Citty number 21"))
    assert "Did you mean" in draft.text
    fix = await stage.press(pia, draft, "Continue: correct 1 field")
    options = {option["label"]: option["value"] for option in fix.field("City")["options"]}
    assert "City number 21" in options
    draft = await stage.submit(pia, fix, City=[options["City number 21"]])
    assert draft.headline == "Ready to create."
    assert "**City:** City number 21" in draft.text


async def test_what_was_chosen_stays_chosen(stage: Stage, pia: Any) -> None:
    draft = await stage.submit(pia, await first_page(stage, pia), **filled(Licences=["0"], Tattoos=["3"]))
    page = await stage.press(pia, draft, "Edit page 1")
    chosen = {
        label: [option["label"] for option in page.field(label)["options"] if option.get("default")]
        for label in ("Sex", "Licences", "Tattoos")
    }
    assert chosen == {"Sex": ["F"], "Licences": ["Driver"], "Tattoos": ["T3"]}
    assert page.field("City")["value"] == "City number 7"


async def test_what_others_wrote_is_shown_as_it_reads(stage: Stage, pia: Any) -> None:
    page = await first_page(stage, pia)
    draft = await stage.submit(pia, page, **filled(Your_story="**bold** @everyone <@1> [x](https://evil.example)"))
    assert r"\*\*bold\*\*" in draft.text
    assert "@everyone" not in draft.text.replace(r"\@everyone", "")
    assert "[x](" not in draft.text.replace(r"\[x\](", "")


@pytest.mark.parametrize("role", ["player", "staff"])
async def test_the_hard_template_can_be_filled_to_its_end(role: str) -> None:
    place: Town = town()
    place.state.templates[7] = hard_template()
    async with staged(place) as stage:
        who = stage.member("Pia", role)
        stage.resident(who)
        answer = await first_page(stage, who)
        for _ in range(30):
            draft = Answer(await who.submit_modal(answer.result, dict(map(answered, answer.modal["components"]))))
            assert len(draft.buttons) <= 25
            ahead = [label for label in draft.buttons if label.startswith("Continue")]
            if not ahead:
                break
            answer = await stage.press(who, draft, ahead[0])
        assert draft.headline == "Ready to create.", draft.text
        done = await stage.press(who, draft, "Create")
        assert done.headline.lower().startswith("created"), done.text
        assert len(place.state.held) == 1


def answered(label: Json) -> tuple[str, object]:
    """Return something that fits a component: by its mask where its description names one."""
    one = label["component"]
    if one["type"] != TEXT:
        return one["custom_id"], [one["options"][0]["value"]]
    described = label.get("description") or ""
    values = {
        "MM/DD/YYYY": "01/02/1990",
        "DD/MM/YYYY": "02/01/1990",
        "HH:mm": "12:30",
        "https": "https://a.example/b.png",
    }
    for mark, value in values.items():
        if mark in described:
            return one["custom_id"], value
    if "options" in described:
        return one["custom_id"], "American"
    if "Format" in described:
        mask = described.split("`")[1] if "`" in described else described.removeprefix("Format ").split(":")[0]
        return one["custom_id"], mask.replace("#", "1").replace("S", "A").replace("X", "B")
    return one["custom_id"], "Jane"
