"""What came back from a form: by component, whatever its shape, and foreign ids left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.services.drafts import Chosen
from bot.ui.modals import submitted, text_modal

if TYPE_CHECKING:
    import discord


class Submission:
    """As much of an interaction as `submitted` reads."""

    def __init__(self, data: object) -> None:
        self.data = data


def label(component: dict[str, Any]) -> dict[str, Any]:
    return {"type": 18, "id": 1, "component": component}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, {}),
        ({}, {}),
        ({"components": []}, {}),
        ({"components": [label({"type": 4, "custom_id": "0", "value": " Jane "})]}, {0: " Jane "}),
        ({"components": [label({"type": 4, "custom_id": "3"})]}, {3: ""}),
        ({"components": [label({"type": 4, "custom_id": "3", "value": None})]}, {3: ""}),
        ({"components": [label({"type": 3, "custom_id": "1", "values": ["0", "2"]})]}, {1: Chosen(("0", "2"))}),
        ({"components": [label({"type": 22, "custom_id": "2", "values": []})]}, {2: Chosen(())}),
        ({"components": [{"type": 1, "components": [{"type": 4, "custom_id": "5", "value": "x"}]}]}, {5: "x"}),
        ({"components": [{"type": 10, "id": 4}]}, {}),
        ({"components": [label({"type": 4, "custom_id": "foreign", "value": "x"})]}, {}),
        ({"components": [label({"type": 4, "custom_id": "-1", "value": "x"})]}, {}),
        ({"components": [label({"type": 4, "custom_id": "٣", "value": "x"})]}, {}),
        ({"components": [label({"type": 4, "value": "x"})]}, {}),
    ],
)
def test_submitted(data: object, expected: dict[int, object]) -> None:
    assert submitted(cast("discord.Interaction", Submission(data))) == expected


async def test_a_form_for_one_line_is_within_limits() -> None:
    modal = text_modal("cl1:x:1:", "t" * 99, "l" * 99, description="d" * 200, max_length=255)
    payload = modal.to_dict()
    assert len(payload["title"]) == 45
    (one,) = payload["components"]
    assert (len(one["label"]), len(one["description"])) == (45, 100)
    assert (one["component"]["custom_id"], one["component"]["max_length"]) == ("0", 255)
    assert modal.timeout is None
