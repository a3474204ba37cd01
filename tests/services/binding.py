"""What is stored about a member's account, and what the tests of it look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bot.domain.access import Rule
from bot.errors import CadError, CadErrorKind, Refused, Sent
from bot.services.accounts import Use
from bot.services.turn import Subject
from bot.storage import bindings
from bot.storage.bindings import Binding, Source
from bot.storage.history import entry_of
from bot.storage.tables import history
from tests.community import COMMUNITY, GUILD, OTTO, PIA, SAM, Town

if TYPE_CHECKING:
    from bot.storage.history import Entry
    from sandbox.cad.state import Account


NOBODY = frozenset[str]()
MINE, HIS = Subject(member_id=PIA), Subject(member_id=OTTO)
UNKNOWN = CadError(CadErrorKind.NOT_LINKED, sent=Sent.ANSWERED)


async def bind(place: Town, member: int, account: Account, **more: Any) -> None:
    """Store that a member has an account, in the guild unless another is named."""
    values: dict[str, Any] = {"guild_id": GUILD, "source": Source.STAFF, "username": account.username, **more}
    row = Binding(COMMUNITY, member_id=member, account=account.uuid, bound_by=SAM, bound_at=place.clock(), **values)
    await place.database.write(lambda tx: bindings.put(tx, row))


async def stored(place: Town, member: int) -> tuple[Binding, ...]:
    """Return every row of a member."""
    return await place.database.read(lambda tx: bindings.of_member(tx, None, member))


async def bound(place: Town, member: int) -> Binding:
    """Return the one row of a member."""
    (row,) = await stored(place, member)
    return row


async def entries(place: Town) -> list[Entry]:
    """Return the history, the oldest first."""
    query = select(history).order_by(history.c.number)
    return await place.database.read(lambda tx: [entry_of(row._mapping) for row in tx.execute(query)])


async def refused(place: Town, subject: Subject = MINE, rule: Rule = Rule.PLAYER, use: Use = Use.LINKS) -> Refused:
    with pytest.raises(Refused) as caught:
        await place.accounts.resolve(place.turn(rule=rule), subject, NOBODY, use)
    return caught.value
