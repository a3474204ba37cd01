"""What the tests of links want done, in short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import CharlinkError, NotApplied, Refused
from bot.services.linking import Linking, LinkIntent
from bot.services.turn import Subject
from tests.community import PIA

if TYPE_CHECKING:
    from bot.services.turn import Turn

MINE = Subject(member_id=PIA)
YES = frozenset({"unlink"})


def add(sync_id: str = "ABC", subject: Subject = MINE, *confirmed: str) -> LinkIntent:
    return LinkIntent(sync_id=sync_id, subject=subject, confirmed=frozenset(confirmed))


def remove(sync_id: str = "ABC", subject: Subject = MINE, *, confirmed: frozenset[str] = YES) -> LinkIntent:
    return LinkIntent(sync_id=sync_id, subject=subject, remove=True, confirmed=confirmed)


async def refusal(linking: Linking, turn: Turn, intent: LinkIntent) -> CharlinkError:
    with pytest.raises((Refused, NotApplied)) as caught:
        await linking.change(turn, intent)
    return caught.value
