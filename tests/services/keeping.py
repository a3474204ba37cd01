"""Every kind of order that can be kept, in a town where it can be carried out, and what it leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.domain.models import Target
from bot.services.history import Deed
from bot.services.orders import CreateOrder, EditOrder, LinkOrder, RemoveOrder, SelectOrder
from bot.settings import ApiVersion, CreateForm
from bot.storage import drafts
from bot.storage import operations as rows
from bot.storage.drafts import DraftRow
from tests.community import COMMUNITY, GUILD, PIA, Town, town
from tests.services.binding import bind
from tests.services.creating import civilian

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.orders import Order
    from bot.services.turn import Turn
    from bot.storage.history import Entry
    from sandbox.cad.state import Account

V1, V2 = ApiVersion.V1, ApiVersion.V2
JANE = {"first": "Jane", "last": "Doe", "dob": "01/02/1990"}
DRAFT = "draft-1"


@dataclass
class Kept:
    """An order that can be kept, and the town that it is for."""

    place: Town
    pia: Account
    endpoint: str
    read: str
    order: Order
    draft: str | None = None
    began: int = field(init=False)

    def __post_init__(self) -> None:
        self.began = len(self.place.state.changes)

    @property
    def changes(self) -> list[str]:
        """What was changed in the CAD since it was kept."""
        return self.place.state.changes[self.began :]

    @property
    def deed(self) -> Deed:
        subject = getattr(self.order, "sync_id", "") or str(getattr(self.order, "record_id", ""))
        return Deed(self.endpoint, PIA, str(self.order.target), subject, after={"kept": True}, draft_id=self.draft)

    async def accepted(self, turn: Turn | None = None, **more: Any) -> str:
        """Write it as an operation that was not sent yet, and its draft as being sent; return its id."""
        turn = turn or self.place.turn()
        if self.place.tenant.version is V1:
            await bind(self.place, PIA, self.pia, api_id="STEAM:1")
        if self.draft is not None:
            row = DraftRow(self.draft, GUILD, PIA, COMMUNITY, "new", "sending", {"answers": JANE}, self.place.clock())
            await self.place.database.write(lambda tx: drafts.save(tx, row))
        assert await self.place.history.accept(turn, self.deed, self.order, **more)
        return f"i:{turn.origin.interaction_id}:{self.endpoint}:{self.deed.subject}"

    async def sending(self) -> str:
        """Leave it as a process does that is killed while it sends."""
        operation = await self.accepted()
        await self.claimed(operation)
        return operation

    async def claimed(self, operation: str) -> bool:
        now = self.place.clock()
        return await self.place.database.write(lambda tx: rows.claim(tx, operation, now=now))

    async def row(self, operation: str) -> Entry:
        found = await self.place.database.read(lambda tx: rows.find(tx, operation))
        assert found is not None
        return found

    async def draft_state(self) -> str:
        found = await self.place.database.read(lambda tx: drafts.find(tx, DRAFT))
        return found.state if found is not None else ""


def _place(version: ApiVersion, form: CreateForm = CreateForm.DICTIONARY) -> tuple[Town, Account, Target]:
    place = town(version, create_form=form)
    place.state.templates[7] = civilian()
    pia = place.resident("Pia", PIA, api_ids=["STEAM:1"])
    return place, pia, Target.of(discord=PIA) if version is V2 else Target.of(api_id="STEAM:1")


def _born(place: Town, pia: Account, first: str = "Jane") -> int:
    return int(place.state.add_record(pia, {**JANE, "first": first})["id"])


def link(version: ApiVersion = V2, *, once: bool = False) -> Kept:
    place, pia, target = _place(version)
    return Kept(place, pia, "link", "links", LinkOrder(target, "ABC", once=once))


def unlink(version: ApiVersion = V2) -> Kept:
    place, pia, target = _place(version)
    pia.links.append("ABC")
    return Kept(place, pia, "unlink", "links", LinkOrder(target, "ABC", remove=True))


def create(version: ApiVersion = V2, *, known: tuple[int, ...] | None = ()) -> Kept:
    place, pia, target = _place(version)
    return Kept(place, pia, "create", "characters", CreateOrder(target, values=JANE, known=known), DRAFT)


def create_record(version: ApiVersion = V2, form: CreateForm = CreateForm.RECORD) -> Kept:
    place, pia, target = _place(version, form)
    record = civilian()
    for one in record["sections"][0]["fields"]:
        one["value"] = JANE[one["uid"]]
    return Kept(place, pia, "create", "characters", CreateOrder(target, record=record), DRAFT)


def create_seed(version: ApiVersion) -> Kept:
    return create_record(version, CreateForm.CHARACTER)


def edit(version: ApiVersion = V2) -> Kept:
    place, pia, target = _place(version)
    return Kept(place, pia, "edit", "characters", EditOrder(target, _born(place, pia), {"first": "Ann"}), DRAFT)


def remove(version: ApiVersion = V2) -> Kept:
    place, pia, target = _place(version)
    return Kept(place, pia, "remove", "characters", RemoveOrder(target, _born(place, pia)))


def select(version: ApiVersion = V2) -> Kept:
    place, pia, target = _place(version)
    one, two = _born(place, pia), _born(place, pia, "Ann")
    place.state.select(pia, one)
    return Kept(place, pia, "select", "characters", SelectOrder(target, two, str(two)))


KINDS: dict[str, Callable[[], Kept]] = {
    **{
        f"{make.__name__}-{version.value}": (lambda make=make, version=version: make(version))  # type: ignore[misc]
        for make in (link, unlink, create, create_record, edit, remove, select)
        for version in ApiVersion
    },
    "create_seed-v1": lambda: create_seed(V1),
}
