"""Carrying out an order at the CAD, and reading back whether it was carried out.

Sending does nothing else: what may be sent was decided when it was accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cad.protocol import NewCharacter
from bot.errors import CadError, CadErrorKind, NotApplied, Sent
from bot.services.comparison import same_person, same_values, with_values
from bot.services.orders import CreateOrder, EditOrder, LinkOrder, RemoveOrder, Seen, SelectOrder
from bot.settings import ApiVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cad.caller import Caller
    from bot.domain.template import Record
    from bot.services.orders import Order
    from bot.services.tenants import Tenant

GONE = frozenset({CadErrorKind.NOT_FOUND, CadErrorKind.NOT_LINKED})
"""What a 404 for a removal may be read as: the account is not known, or the link is not there (undocumented)."""


@dataclass(frozen=True, slots=True)
class Performed:
    """What an order has done. `record_id` of a character that was created, where the CAD said it."""

    record_id: int | None = None


async def perform(tenant: Tenant, caller: Caller, order: Order) -> Performed:
    """Send an order once. Raises CadError, and NotApplied where the CAD agreed but its list shows otherwise."""
    cad = tenant.cad
    match order:
        case LinkOrder():
            return await _link(tenant, caller, order)
        case CreateOrder():
            new = NewCharacter(values=order.values, record=order.record, delete_after=order.delete_after)
            created = await cad.create(caller, order.target, new)
            return Performed(created.record.id if created.record is not None else None)
        case EditOrder():
            await _edit(tenant, caller, order)
        case RemoveOrder():
            await _remove(tenant, caller, order)
        case SelectOrder():
            await cad.select(caller, order.target, order.character)
            if tenant.version is ApiVersion.V1:  # C11: its answer says nothing
                await _verify(tenant, caller, order, NotApplied("select-not-applied", None, name=order.key))
    return Performed()


async def look(tenant: Tenant, caller: Caller, order: Order) -> tuple[Seen, Performed]:
    """Read back whether an order was carried out. Raises CadError where the CAD does not say."""
    match order:
        case LinkOrder():
            links = await tenant.cad.links(caller, order.target, fresh=True)
            tenant.memory.note_all(order.target, links)
            return _seen((order.sync_id in links) is not order.remove), Performed()
        case CreateOrder() if tenant.synced:  # what was created beside the game's own characters is not listed
            return Seen.UNSURE, Performed()
    records = await tenant.cad.characters(caller, order.target, fresh=True)
    return _created(order, records) if isinstance(order, CreateOrder) else (_listed(order, records), Performed())


def _listed(order: EditOrder | RemoveOrder | SelectOrder, records: Sequence[Record]) -> Seen:
    """Tell from an account's characters whether one was changed. Half an edit is sent again: that does no harm."""
    match order:
        case EditOrder():
            record = next((one for one in records if one.id == order.record_id), None)
            return Seen.UNSURE if record is None else _seen(with_values(record, order.values))
        case RemoveOrder():
            return _seen(all(one.id != order.record_id for one in records))
        case SelectOrder():
            keys = {str(records[0].id), records[0].sync_id} if records else set()
            return _seen(order.key in keys)


def _seen(applied: bool) -> Seen:  # noqa: FBT001 - a state, not a switch
    return Seen.APPLIED if applied else Seen.ABSENT


async def _link(tenant: Tenant, caller: Caller, order: LinkOrder) -> Performed:
    memory = tenant.memory
    try:
        call = tenant.cad.unlink if order.remove else tenant.cad.link
        result = await call(caller, order.target, order.sync_id)
    except CadError as error:
        if not (order.remove and error.kind in GONE):
            raise
        seen, _ = await look(tenant, caller, order)
        if seen is not Seen.APPLIED:
            raise error from None
    else:
        memory.identify(order.target, result.account_uuid, result.username)
        if order.remove and tenant.version is ApiVersion.V1:  # C2: removal's text is undocumented
            await _verify(tenant, caller, order, NotApplied("unlink-not-applied", None, sync_id=order.sync_id))
    memory.note(order.target, order.sync_id, linked=not order.remove)
    tenant.met_sync()
    return Performed()


async def _verify(tenant: Tenant, caller: Caller, order: Order, otherwise: NotApplied) -> None:
    """Read back an order that was sent. Raises `otherwise` where it shows nothing, CadError as for a lost answer."""
    try:
        seen, _ = await look(tenant, caller, order)
    except CadError as error:
        raise CadError(error.kind, sent=Sent.UNKNOWN, endpoint=error.endpoint, wait=error.wait) from error
    if seen is not Seen.APPLIED:
        raise otherwise


async def _edit(tenant: Tenant, caller: Caller, order: EditOrder) -> None:
    """Change a record that the account has at this moment: an edit makes the account the owner of any record."""
    seen, _ = await look(tenant, caller, order)
    if seen is Seen.UNSURE:
        raise NotApplied("character-unknown", None, id=str(order.record_id))
    if seen is Seen.ABSENT:
        await tenant.cad.edit(caller, order.target, order.record_id, order.values)


async def _remove(tenant: Tenant, caller: Caller, order: RemoveOrder) -> None:
    """Delete a record that the account has at this moment: the API deletes any record by its bare id."""
    seen, _ = await look(tenant, caller, order)
    if seen is Seen.APPLIED:
        return
    try:
        await tenant.cad.remove(caller, order.record_id)
    except CadError as error:
        if error.kind is not CadErrorKind.NOT_FOUND:
            raise


def _created(order: CreateOrder, records: Sequence[Record]) -> tuple[Seen, Performed]:
    """Find the character that a create left behind: a new one of that name and birth, or the very same values."""
    new = NewCharacter(values=order.values, record=order.record)
    people = [one for one in records if same_person(one, new)]
    if order.known is not None:
        found = people = [one for one in people if one.id not in order.known]
    else:
        found = [one for one in people if same_values(one, new)]
    if len(found) == 1:
        return Seen.APPLIED, Performed(found[0].id)
    return (Seen.UNSURE if people else Seen.ABSENT), Performed()
