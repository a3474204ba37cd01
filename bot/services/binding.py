"""`/account`: prove which CAD account is one's own, say it of a member as staff, forget it, and see how it stands.

An account has one member: a newer proof moves it, in one transaction with the rows that tell it where it was moved.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from bot.cad.arguments import is_uuid
from bot.cad.caller import DEADLINE
from bot.domain.access import Rule
from bot.domain.models import Account, AccountStatus, Target, TargetKind
from bot.errors import CadError, CadErrorKind, CharlinkError, InvalidInput, Question, Refused
from bot.services.accounts import Use, refuse_unusable
from bot.services.history import Deed
from bot.services.tenants import Guild
from bot.services.turn import Intent, Subject
from bot.settings import ApiVersion
from bot.storage import bindings as rows
from bot.storage.bindings import EVERYWHERE, Binding, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from bot.services.accounts import Accounts
    from bot.services.history import History
    from bot.services.turn import Turn
    from bot.storage.engine import Database

log = logging.getLogger(__name__)

FORGET = "forget"
WRAPPING = " \t\r\n`'\"{}<>"
"""What comes along around a secret when it is copied."""


@dataclass(frozen=True, kw_only=True)
class StatusIntent(Intent):
    """See how the CAD knows somebody."""

    subject: Subject


@dataclass(frozen=True, kw_only=True)
class VerifyIntent(Intent):
    """Prove one's own account. The secret is never part of it: what is stored holds none."""


@dataclass(frozen=True, kw_only=True)
class ForgetIntent(Intent):
    """Remove what is stored of one's own account."""


@dataclass(frozen=True, kw_only=True)
class BindIntent(Intent):
    """Say which account a member has, by exactly one of its names."""

    member_id: int
    api_id: str | None = None
    username: str | None = None
    account: str | None = None


class Known(StrEnum):
    """How a member's account is known. The values name messages."""

    SECRET = "secret"  # noqa: S105 - a way to know, no password
    STAFF = "staff"
    CONFIRMED = "confirmed"
    DISCORD = "discord"
    OWN_ID = "own-id"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Bound:
    """An account that is a member's now. `told`: whose it was before, who are to hear that; `changed`: it is new."""

    member_id: int
    username: str
    changed: bool = True
    told: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """How a member's account stands. `links`: how many are linked, where that was read lately.

    `missing` is the one step that is missing; `problem` says why the CAD could not tell.
    """

    subject: Subject
    known: Known
    username: str = ""
    binding: Binding | None = None
    links: int | None = None
    missing: CharlinkError | None = None
    problem: CharlinkError | None = None


class AccountBinding:
    """The use cases of bindings. `clock` gives Unix seconds."""

    def __init__(
        self, database: Database, history: History, accounts: Accounts, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._history = history
        self._accounts = accounts
        self._clock = clock

    async def verify(self, turn: Turn, typed: str) -> Bound:
        """Bind the account whose secret this is to who typed it, in every guild of the community.

        Whoever had it before has it no more. The secret is sent once and kept nowhere. Raises InvalidInput for what
        can't be a secret (nothing is sent), CadError for one that is nobody's, at most 5 of them an hour.
        """
        secret = typed.strip(WRAPPING)
        if not is_uuid(secret):
            raise InvalidInput("secret-shape")
        account = await self._owner(turn, secret)
        refuse_unusable(account)
        told = await self._database.write(partial(self._prove, turn=turn, account=account))
        self._history.settled.set()
        return Bound(turn.actor.user_id, account.username, told=told)

    async def bind(self, turn: Turn, intent: BindIntent) -> Bound:
        """Bind a member to an account in this guild, as staff say, after asking the CAD whether there is such a one.

        Only admins bind themselves, give their own account to another member (for whom they would follow staff's rules
        with it), or bind over another binding, which they are asked about first.
        """
        target = _target(intent)
        if intent.member_id == turn.actor.user_id and turn.decision.rule is not Rule.ADMIN:
            raise Refused("set-own-admin")
        try:
            account = await turn.tenant.cad.account(turn.caller, target, fresh=True)
        except CadError as error:
            raise await self._accounts.explain(turn, target, error) from error
        refuse_unusable(account)
        if turn.decision.rule is not Rule.ADMIN and await self._accounts.is_own(turn, account):
            raise Refused("set-own-account-admin", account=account.username)
        api_id = target.value if target.kind is TargetKind.API_ID else None
        work = partial(self._set, turn=turn, intent=intent, account=account, api_id=api_id)
        bound = await self._database.write(work)
        self._history.settled.set()
        return bound

    async def forget(self, turn: Turn, intent: ForgetIntent) -> tuple[Binding, ...]:
        """Remove what binds the actor in this guild, also what he proved for every guild; returns what that was."""
        me, guild, community = turn.actor.user_id, turn.guild.id, turn.tenant.id
        if FORGET not in intent.confirmed:
            held = await self._database.read(lambda tx: rows.of_member(tx, community, me))
            if any(row.guild_id in {EVERYWHERE, guild} for row in held):
                generation = "v1" if turn.tenant.version is ApiVersion.V1 else "v2"
                raise Question("forget-confirm", token=FORGET, version=generation)

        def work(tx: Connection) -> tuple[Binding, ...]:
            gone = rows.erase(tx, community, guild, me)
            if gone:
                deed = Deed("forget", me, _target_of(gone[-1].account), before={"account": gone[-1].account})
                self._history.noting(turn, deed)(tx)
            return gone

        gone = await self._database.write(work)
        self._history.settled.set()
        return gone

    async def status(self, turn: Turn, subject: Subject) -> Status:
        """Return how a member's account stands: one CAD call, none where it was read lately."""
        binding = await self._accounts.binding(turn.guild, subject.member_id)
        status = Status(subject, _known(turn, binding), binding.username if binding else "", binding)
        try:
            target = await self._accounts.target(turn, subject)
            account = await self._read(turn, target)
        except Refused as missing:
            return replace(status, known=status.known if binding else Known.NOT, missing=missing)
        except CharlinkError as problem:
            return replace(status, problem=problem)
        linked = await self._accounts.find(turn.guild, subject, Use.LINKS)
        links = turn.tenant.cad.peek_links(linked) if linked is not None else None
        return replace(
            status,
            username=account.username,
            links=None if links is None else len(links),
            missing=_step(turn, subject, binding, account),
        )

    async def _read(self, turn: Turn, target: Target) -> Account:
        try:
            return await turn.tenant.cad.account(turn.caller, target)
        except CadError as error:
            raise await self._accounts.explain(turn, target, error) from error

    async def _owner(self, turn: Turn, secret: str) -> Account:
        """Return the account whose secret it is, without its name where the community's plan does not tell that."""
        cad = turn.tenant.cad
        try:
            uuid = await cad.verify_secret(turn.caller, secret)
        except CadError as error:
            # A wait that no budget has: too many wrong ones.
            if error.kind is CadErrorKind.RATE_LIMITED and (error.wait or 0) > DEADLINE:
                raise Refused("secret-too-often", minutes=round((error.wait or 0) / 60) + 1) from error
            raise
        target = Target.of(account=uuid)
        try:
            return await cad.account(turn.caller, target, fresh=True)
        except CadError as error:
            if error.kind is CadErrorKind.PLAN:
                return Account(uuid, "", AccountStatus.ACTIVE)
            raise await self._accounts.explain(turn, target, error) from error

    def _prove(self, tx: Connection, *, turn: Turn, account: Account) -> tuple[int, ...]:
        """Make an account the actor's in every guild, and nobody else's in any; returns whose it was."""
        me, community = turn.actor.user_id, turn.tenant.id
        mine = rows.of_member(tx, community, me)
        others = [row for row in rows.of_account(tx, community, account.uuid) if row.member_id != me]
        before = rows.effective(tx, community, turn.guild.id, me)
        used = next((row.api_id for row in mine if row.account == account.uuid and row.api_id), None)
        rows.remove(tx, *mine, *others)
        api_id = used or _only_id(turn, account)
        rows.put(
            tx,
            Binding(
                community, EVERYWHERE, me, account.uuid, Source.SECRET, me, self._clock(), account.username, api_id
            ),
        )
        self._history.noting(turn, _deed("verify", me, before, account.uuid))(tx)
        strays = [
            row for row in mine if row.account != account.uuid and row.guild_id not in {EVERYWHERE, turn.guild.id}
        ]
        return self._note_moved(tx, turn, [*others, *strays])

    def _set(self, tx: Connection, *, turn: Turn, intent: BindIntent, account: Account, api_id: str | None) -> Bound:
        """Make an account a member's in this guild. Raises Refused and Question where that takes it from somebody.

        `api_id`: the one by which staff named it, which proves that it is his.
        """
        member, community, guild = intent.member_id, turn.tenant.id, turn.guild.id
        before = rows.effective(tx, community, guild, member)
        holder = rows.holder(tx, community, guild, account.uuid)
        other = holder if holder is not None and holder.member_id != member else None
        held = before if before is not None and before.account == account.uuid else None
        _allow_move(turn, intent, account, before if held is None else None, other)
        if held is not None and (api_id is None or (held.api_id == api_id and held.api_id_proven)):
            return Bound(member, account.username, changed=False)
        if other is not None and other.guild_id == guild:
            rows.remove(tx, other)
        row = Binding(
            community,
            guild,
            member,
            account.uuid,
            Source.STAFF,
            turn.actor.user_id,
            self._clock(),
            account.username,
            api_id or _only_id(turn, account),
            api_id_proven=api_id is not None,
        )
        rows.put(tx, row)
        self._history.noting(turn, _deed("bind", member, before, account.uuid))(tx)
        return Bound(member, account.username, told=self._note_moved(tx, turn, [other] if other is not None else []))

    def _note_moved(self, tx: Connection, turn: Turn, moved: Iterable[Binding]) -> tuple[int, ...]:
        """Write in the history of each guild what was taken away there; returns from whom, but for the actor."""
        noted = {}
        for row in moved:
            noted[row.guild_id or turn.guild.id, row.member_id] = row
        for (guild_id, member_id), row in noted.items():
            operation = f"i:{turn.origin.interaction_id}:moved:{guild_id}:{member_id}"
            deed = Deed(
                "moved", member_id, _target_of(row.account), before={"account": row.account}, operation=operation
            )
            there = turn if guild_id == turn.guild.id else replace(turn, guild=Guild(guild_id, tenant=turn.tenant))
            self._history.noting(there, deed)(tx)
        return tuple(dict.fromkeys(member_id for _, member_id in noted if member_id != turn.actor.user_id))


def _allow_move(turn: Turn, intent: BindIntent, account: Account, mine: Binding | None, other: Binding | None) -> None:
    """Let admins alone bind over the member's other account (`mine`) or the account's other member, if they mean it."""
    if mine is None and other is None:
        return
    if turn.decision.rule is not Rule.ADMIN:
        raise Refused("set-over-admin", account=account.username)
    token = f"move:{account.uuid}:{mine.account if mine else ''}:{other.member_id if other else ''}"
    if token not in intent.confirmed:
        raise Question(
            "set-move-confirm",
            token=token,
            account=account.username,
            member=intent.member_id,
            kind="both" if mine and other else "member" if mine else "account",
            who=f"<@{other.member_id}>" if other else "",
            former=mine.username if mine else "",
        )


def _deed(action: str, member_id: int, before: Binding | None, uuid: str) -> Deed:
    earlier = {"account": before.account} if before is not None else None
    return Deed(action, member_id, _target_of(uuid), before=earlier, after={"account": uuid})


def _target(intent: BindIntent) -> Target:
    """Return the one name that was given. Raises InvalidInput for none, several, or one that can't be right."""
    given = {
        kind: value.strip()
        for kind, value in (("api_id", intent.api_id), ("username", intent.username), ("account", intent.account))
        if value is not None
    }
    if len(given) != 1:
        raise InvalidInput("set-one-name")
    ((kind, value),) = given.items()
    if not value:
        raise InvalidInput("set-name-empty")
    if kind == "account" and not is_uuid(value):
        raise InvalidInput("set-account-shape")
    return Target(TargetKind(kind), value)


def _only_id(turn: Turn, account: Account) -> str | None:
    """Return the API id that v1 calls can take without asking, where there is only one."""
    return account.api_ids[0] if turn.tenant.version is ApiVersion.V1 and len(account.api_ids) == 1 else None


def _target_of(uuid: str) -> str:
    return str(Target.of(account=uuid))


def _known(turn: Turn, binding: Binding | None) -> Known:
    if binding is not None:
        return Known(binding.source)
    return Known.DISCORD if turn.tenant.version is ApiVersion.V2 else Known.OWN_ID


def _step(turn: Turn, subject: Subject, binding: Binding | None, account: Account) -> Refused | None:
    """Return the step that an account needs which the CAD does know; None where all is well."""
    own = turn.owns(subject)
    if not account.usable:
        return Refused(f"account-{AccountStatus(account.status).name.lower()}", account=account.username)
    if turn.tenant.version is ApiVersion.V2:
        return None
    if binding is None:
        return Refused("account-unconfirmed" if own else "account-unconfirmed-member", account=account.username)
    if binding.account != account.uuid:
        return Refused("account-changed")
    if not account.api_ids:
        return Refused("account-no-api-id" if own else "account-no-api-id-member", account=account.username)
    return None
