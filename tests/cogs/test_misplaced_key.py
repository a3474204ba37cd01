"""A CAD key that was pasted into the wrong field of the form is kept nowhere: no ticket, no history, no log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.storage.tables import metadata
from tests.cogs.owner import Owner

if TYPE_CHECKING:
    from tests.cogs.stage import Stage

KEY = "AAAABBBB-CCCC-DDDD-EEEE-FFFF00001111"


@pytest.mark.parametrize("typed", [KEY, KEY.replace("-", ""), f" {KEY} ", KEY[:21]])
async def test_a_key_in_the_field_of_the_id(stage: Stage, caplog: pytest.LogCaptureFixture, typed: str) -> None:
    caplog.set_level(logging.DEBUG)
    await Owner(stage).enter_key(key="sandbox-key", community=typed)
    kept = await stage.town.database.read(
        lambda tx: {table.name: repr(tx.execute(select(table)).all()) for table in metadata.tables.values()}
    )
    assert [name for name, rows in kept.items() if typed.strip() in rows] == []
    assert "AAAABBBB" not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))


async def test_an_id_is_offered_again(stage: Stage) -> None:
    owner = Owner(stage)
    failed = await owner.enter_key(key="another-key-altogether", community="sandbox")
    step = await owner.press(failed, "Back to this step")
    form = await owner.press(step, next(label for label in step.buttons if "key" in label))
    assert form.field("Community id")["value"] == "sandbox"
