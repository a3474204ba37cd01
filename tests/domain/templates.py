"""Templates for the tests: the shape of the CAD's default one (cad-api.md 4.4), and arbitrary ones for hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bot.domain.forms import Form
from bot.domain.template import Template

HAIR = ["BLACK", "BLONDE", "BROWN", "RED", "GREY"]

UNSEEN_NAMES = (
    " ",
    "\u200b\u200d",
    "\ufeff",
    "\u202e\u2066",
    "\u00ad",
    "\u2800",
    "\u3164\u115f",
    "\u034f",
    "\ufe0f",
    "\n\t\u2003",
)
"""Names of which nothing can be seen."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def field(uid: str, type_: str = "text", **more: Any) -> dict[str, Any]:
    return {"type": type_, "uid": uid, "label": uid.title(), "value": "", "options": None, **more}


def section(label: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"category": 0, "label": label, "fields": list(fields), "dependency": None, **more}


def depends(fid: str, *values: str, type_: str | None = "EQUAL") -> dict[str, Any]:
    return {"type": type_, "fid": fid, "acceptableValues": list(values)}


def template(*sections: dict[str, Any], **more: Any) -> Template:
    return Template.model_validate(raw(*sections, **more))


def raw(*sections: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"recordTypeId": 7, "id": -1, "type": 7, "name": "Civilian", "sections": list(sections), **more}


def form(*fields: dict[str, Any], staff: bool = False) -> Form:
    return Form(template(section("Only", *fields)), staff=staff)


def civilian() -> dict[str, Any]:
    photo = "statics/images/blank_user.jpg"
    return raw(
        section("Image", field("img", "image", value=photo, size=12)),
        section(
            "Civilian Information",
            field("first", "text", isPreviewed=True, isRequired=True),
            field("last", "text", isPreviewed=True),
            field("mi", "text", mask="X"),
            field("dob", "date", mask="MM/DD/YYYY"),
            field("age", "text", mask="##", isPreviewed=True),
            field("sex", "select", options=["M", "F"]),
            field("residence", "address"),
            field("hair", "select", options=HAIR),
            field("contact", "text", mask="(###) ### - ####"),
        ),
        section("Flags", field("flags", "text", options=["ARMED", "VIOLENT"]), category=1),
        syncId="",
        syncUniqueId=None,
        custom={"kept": [1, None]},
    )


UIDS = st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h", ""])
VALUES = st.sampled_from(["x", "X", "y", "", "xy"])
DEPENDENCIES = st.none() | st.fixed_dictionaries(
    {
        "type": st.sampled_from(["EQUAL", "NOTEQUAL", "CONTAINS", None, "odd"]),
        "fid": UIDS,
        "acceptableValues": st.none() | st.lists(VALUES, max_size=2),
    }
)
FIELDS = st.fixed_dictionaries(
    {
        "uid": UIDS,
        "type": st.sampled_from(["text", "INPUT", "textarea", "select", "checkboxes", "label", "UNIT_NAME", "id"]),
        "label": st.text(max_size=60),
        "value": VALUES,
        "options": st.sampled_from([None, ["x", "y", "xy"]]),
        "data": st.sampled_from([None, {"flags": ["x"]}]),
        "dependency": DEPENDENCIES,
        **{flag: st.booleans() for flag in ("isRequired", "isPreviewed", "isSupervisor", "readOnly")},
    }
)
SECTIONS = st.fixed_dictionaries(
    {
        "category": st.sampled_from([0, 0, 0, 1, 6]),
        "label": st.text(max_size=5),
        "fields": st.lists(FIELDS, max_size=9),
        "dependency": DEPENDENCIES,
    }
)
TEMPLATES = st.builds(lambda found: template(*found), st.lists(SECTIONS, max_size=4))
FORMS = st.builds(lambda found, staff: Form(found, staff=staff), TEMPLATES, st.booleans())
ANSWERS = st.dictionaries(UIDS, VALUES | st.lists(VALUES, max_size=2).map(tuple), max_size=8)
