"""A person's way through the pages of /newchar, and what the CAD must then be asked, worked out from the template."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.templates import default_template, hard_template
from tests.e2e.world import form, labels, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sandbox.discord import Exchange, Member, Modal
    from tests.e2e.world import Player, World

DEFAULT_TYPED: dict[str, Any] = {
    "First": "Ann",
    "Last": "Lee-O'Neil",
    "Age": "34",
    "Civilian Photo": "https://pictures.example/ann.png",
    "M.I.": "Q",
    "DOB": "02/29/1992",
    "Sex": "F",
    "A.K.A.": 'The "Fox" — Åsa',
    "Eye Color": "GREEN",
    "Contact Number": "(555) 123 - 4567",
}
DEFAULT_SENT = {
    "first": "Ann",
    "last": "Lee-O'Neil",
    "age": "34",
    "img": "https://pictures.example/ann.png",
    "mi": "Q",
    "dob": "02/29/1992",
    "sex": "F",
    "aka": 'The "Fox" — Åsa',
    "eyes": "GREEN",
    "emergencyContactNumber": "(555) 123 - 4567",
}
BACKSTORY = hard_template()["sections"][2]["fields"][7]["options"][1]
HARD_TYPED: dict[str, Any] = {
    "First Name": "John",
    "Last Name": "Doe",
    "Date of Birth": "01/31/1990",
    "Social Security Number": "123-45-6789",
    "Employed": "Yes",
    "Employer": "Los Santos Customs",
    "Middle Initial": "Q",
    "Date of Arrival in Los Santos": "31/12/2020",
    "Time of Birth": "22:30",
    "Passport Number": "AB X1Y2Z3",
    "Sex": "Non-Binary",
    "Height": "5'11",
    "Nationality": "Finnish",
    "Tattoos": ["Head", "Left Arm", "Feet"],
    "Describe the tattoos": "A fox\nand a heart",
    "Phone Number": "+1 555 - 123 - 4567",
    "Rank": "Manager",
    "Manager Badge Number": "A-123",
    "Married": "Yes",
    "Licences Held": ["Driver", "Firearm"],
    "Registered Firearm": "AB-12CD-34",
    "Blood Type": "AB-",
}
HARD_SENT = {
    "first": "John",
    "last": "Doe",
    "dob": "01/31/1990",
    "ssn": "123-45-6789",
    "employed": "Yes",
    "employer": "Los Santos Customs",
    "mi": "Q",
    "_qkz7j5fxy": "31/12/2020",
    "_born0time": "22:30",
    "_5f1c9ab27de04c316": "AB X1Y2Z3",
    "sex": "Non-Binary",
    "height": "5'11",
    "nationality": "Finnish",
    "_9f31tattoo": ["Head", "Left Arm", "Feet"],
    "_tatdesc77": "A fox\nand a heart",
    "phone_number": "+1 555 - 123 - 4567",
    "_jobrank3": "Manager",
    "_staffno42": "A-123",
    "married": "Yes",
    "_lic4boxes": ["Driver", "Firearm"],
    "_gunserial": "AB-12CD-34",
    "bloodtype": "AB-",
}
TEMPLATES: dict[str, tuple[Callable[[], dict[str, Any]], dict[str, Any], dict[str, Any]]] = {
    "default": (default_template, DEFAULT_TYPED, DEFAULT_SENT),
    "hard": (hard_template, HARD_TYPED, HARD_SENT),
}


def ssn(player: Player) -> str:
    """Return a social security number that no other player has."""
    number = f"{player.member.id:09}"[-9:]
    return f"{number[:3]}-{number[3:5]}-{number[5:]}"


async def fill_in(
    world: World, who: Member | Player, opened: Exchange, typed: Mapping[str, Any], seen: list[Modal] | None = None
) -> Exchange:
    """Fill in page after page until everything is typed; `seen` gets every page. Return the last summary."""
    left = dict(typed)
    while True:
        page = form(opened)
        if seen is not None:
            seen.append(page)
        here = {field.label: _taken(left, field.label) for field in page.fields}
        summary = await world.fill(who, opened, {label: value for label, value in here.items() if value is not None})
        way = [label for label in labels(summary) if label.startswith("Continue")]
        if not way or not (left or seen is not None):
            assert not left, f"nobody asked for {left}: {text(summary)}"
            return summary
        opened = await world.press(who, summary, way[0])


def as_values(sent: Mapping[str, str | Sequence[str]]) -> dict[str, str]:
    """Return `replaceValues`: every value a string, choices as JSON text (cad-api.md 4.3)."""
    return {uid: value if isinstance(value, str) else _flags(value) for uid, value in sent.items()}


def as_record(template: dict[str, Any], sent: Mapping[str, str | Sequence[str]]) -> dict[str, Any]:
    """Return a whole new record: the template itself, filled in, without what names an existing record."""
    record = {key: value for key, value in template.items() if key not in {"id", "syncId", "syncUniqueId"}}
    for section in record["sections"]:
        for field in section["fields"]:
            value = sent.get(field["uid"])
            if isinstance(value, str):
                field["value"] = value
            elif value is not None:
                field["data"] = {**(field["data"] or {}), "flags": list(value)}
    return record


def _taken(left: dict[str, Any], label: str) -> Any:
    found = [name for name in left if label.startswith(name)]
    return left.pop(max(found, key=len)) if found else None


def _flags(choices: Sequence[str]) -> str:
    return json.dumps({"flags": list(choices)}, separators=(",", ":"))
