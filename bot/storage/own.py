"""What is stored about one person in one guild, and its erasure.

The scope: rows of this guild, and of its community what was proven with a secret and what is remembered of the account
that was bound. What a person did to others, or as staff, is not his to erase.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, or_, select

from bot.domain.access import Rule
from bot.storage import owners as owner_rows
from bot.storage import tickets as ticket_rows
from bot.storage.history import SETTLED, entry_of
from bot.storage.requests import PENDING, RequestState
from bot.storage.tables import accounts, bindings, drafts, history, links, requests, tickets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Select, Table

    from bot.storage.history import Entry

EVERYWHERE = 0
"""The guild id of a binding that holds in every guild of its community."""
SENDING = "sending"
"""The state of a draft whose character is just being made: it goes with the day."""
ERASE = "erase"
"""The action of the row that an erasure leaves: it says nothing but that, and stays."""
AS_STAFF = (Rule.STAFF, Rule.ADMIN, Rule.APPROVER, Rule.MANAGER)
"""Rules by which somebody acted with more than a player's right: what he did by them stays on record."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whose data, where. `community_id` is blank where the guild has none; `denied_since`: denials that still count."""

    guild_id: int
    member_id: int
    community_id: str = ""
    denied_since: float = 0.0


@dataclass(frozen=True, slots=True)
class OwnRows:
    """A person's rows, as the tables have them but without tokens. `history` is newest first."""

    bindings: tuple[dict[str, Any], ...]
    drafts: tuple[dict[str, Any], ...]
    requests: tuple[dict[str, Any], ...]
    names: tuple[dict[str, Any], ...]
    links: tuple[dict[str, Any], ...]
    owned: tuple[dict[str, Any], ...]
    history: tuple[Entry, ...]
    tickets: int
    history_total: int
    oldest_at: float | None


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of each kind an erasure took, and how many history rows and denials stay until they expire.

    `withdrawn`: how many of the requests were open. `names`: what the account was remembered by, as `kind:value`.
    """

    bindings: int = 0
    drafts: int = 0
    tickets: int = 0
    requests: int = 0
    remembered: int = 0
    owned: int = 0
    history: int = 0
    for_others: int = 0
    as_staff: int = 0
    by_others: int = 0
    unsettled: int = 0
    denied: int = 0
    deciding: int = 0
    withdrawn: int = 0
    names: tuple[str, ...] = ()


def read(tx: Connection, person: Person, *, limit: int) -> OwnRows:
    """Return everything that is stored about a person, of the history the newest `limit` rows."""
    mine = _history(person)
    found = tx.execute(select(history).where(mine).order_by(history.c.number.desc()).limit(limit)).all()
    names = _names(tx, person)
    return OwnRows(
        bindings=_rows(tx, select(bindings).where(_bindings(person))),
        drafts=_rows(tx, select(drafts).where(_owned(drafts, person))),
        requests=_rows(tx, select(requests).where(_requests(person))),
        names=_rows(tx, select(accounts).where(_remembered(accounts, "alias", person, names))),
        links=_rows(tx, select(links).where(_remembered(links, "target", person, names))),
        owned=owner_rows.of_person(tx, person.guild_id, _owner_ids(tx, person)),
        history=tuple(entry_of(row._mapping) for row in found),  # noqa: SLF001 - a Row's public name
        tickets=_count(tx, tickets, _owned(tickets, person)),
        history_total=_count(tx, history, mine),
        oldest_at=tx.scalar(select(func.min(history.c.began_at)).where(mine)),
    )


def erase(tx: Connection, person: Person) -> Erased:
    """Erase a person's rows. What must stay is counted: what he did to others or as staff, others to him, unsettled."""
    names = _names(tx, person)
    mine, settled = _history(person), history.c.state.in_(SETTLED)
    by_me, about_me = history.c.actor_id == person.member_id, history.c.member_id == person.member_id
    about_others = or_(history.c.member_id.is_(None), history.c.member_id != person.member_id)
    as_staff = history.c.rule.in_(AS_STAFF)
    own = mine & by_me & about_me & settled & ~as_staff & (history.c.action != ERASE)
    state = requests.c.state
    denied = (state == RequestState.DENIED) & (requests.c.decided_at >= person.denied_since)
    gone = _requests(person) & (state != RequestState.DECIDING) & or_(state != RequestState.DENIED, ~denied)
    withdrawn = _count(tx, requests, _requests(person) & (state == RequestState.OPEN))
    return Erased(
        names=names,
        withdrawn=withdrawn,
        owned=owner_rows.erase(tx, person.guild_id, _owner_ids(tx, person)),
        remembered=sum(
            _delete(tx, table, _remembered(table, column, person, names))
            for table, column in ((links, "target"), (accounts, "alias"))
        ),
        bindings=_delete(tx, bindings, _bindings(person)),
        drafts=_delete(tx, drafts, _owned(drafts, person) & (drafts.c.state != SENDING)),
        tickets=ticket_rows.erase(tx, person.guild_id, person.member_id),
        denied=_count(tx, requests, _requests(person) & denied),
        deciding=_count(tx, requests, _requests(person) & (state == RequestState.DECIDING)),
        requests=_delete(tx, requests, gone),
        history=_delete(tx, history, own),
        for_others=_count(tx, history, mine & by_me & about_others & settled),
        as_staff=_count(tx, history, mine & by_me & about_me & settled & as_staff),
        by_others=_count(tx, history, mine & ~by_me & settled),
        unsettled=_count(tx, history, mine & ~settled),
    )


def expire_requests(tx: Connection, *, before: float) -> int:
    """Delete requests that were decided before a time; returns how many."""
    old = requests.c.state.not_in(PENDING) & (func.coalesce(requests.c.decided_at, requests.c.asked_at) < before)
    return _delete(tx, requests, old)


def _history(person: Person) -> ColumnElement[bool]:
    involved = or_(history.c.actor_id == person.member_id, history.c.member_id == person.member_id)
    return and_(history.c.guild_id == person.guild_id, involved)


def _bindings(person: Person) -> ColumnElement[bool]:
    everywhere = and_(bindings.c.guild_id == EVERYWHERE, bindings.c.community_id == person.community_id)
    return and_(bindings.c.member_id == person.member_id, or_(bindings.c.guild_id == person.guild_id, everywhere))


def _requests(person: Person) -> ColumnElement[bool]:
    return and_(requests.c.guild_id == person.guild_id, requests.c.requester_id == person.member_id)


def _owned(table: Table, person: Person) -> ColumnElement[bool]:
    return and_(table.c.guild_id == person.guild_id, table.c.owner_id == person.member_id)


def _names(tx: Connection, person: Person) -> tuple[str, ...]:
    """Every name by which the CAD account of a person is remembered, as `kind:value`."""
    bound = tx.scalars(select(bindings.c.account).where(_bindings(person), bindings.c.account != "")).all()
    discord = f"discord:{person.member_id}"
    here = accounts.c.community_id == person.community_id
    met = tx.scalars(
        select(accounts.c.account).where(here, accounts.c.alias == discord, accounts.c.account != "")
    ).all()
    uuids = {*bound, *met}
    aliases = tx.scalars(select(accounts.c.alias).where(here, accounts.c.account.in_(uuids))).all() if uuids else ()
    return tuple(sorted({discord, *(f"account:{one}" for one in uuids), *aliases}))


def _owner_ids(tx: Connection, person: Person) -> frozenset[str]:
    """Return the ids by which a game database may name a person and that he did not type himself."""
    proven = select(bindings.c.api_id).where(_bindings(person), bindings.c.api_id_proven)
    return owner_rows.ids_of_member(person.member_id) | {one for one in tx.scalars(proven) if one}


def _remembered(table: Table, column: str, person: Person, names: Sequence[str]) -> ColumnElement[bool]:
    return and_(table.c.community_id == person.community_id, table.c[column].in_(list(names)))


def _rows(tx: Connection, query: Select[Any]) -> tuple[dict[str, Any], ...]:
    return tuple(dict(row._mapping) for row in tx.execute(query))  # noqa: SLF001 - a Row's public name


def _count(tx: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    return tx.scalar(select(func.count()).select_from(table).where(condition)) or 0


def _delete(tx: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    return tx.execute(delete(table).where(condition)).rowcount
