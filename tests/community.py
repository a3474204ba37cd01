"""A CAD community without sockets: the emulated CAD's own answers behind the bot's real client, and a clock to move.

Requests are encoded, answered by the sandbox and decoded as over the wire; only the transport between is left out.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, ClassVar, TypeVar

from pydantic import SecretStr

from bot.cad.breaker import Breaker
from bot.cad.budget import Budget
from bot.cad.client import CadClient
from bot.cad.protocol import Credentials, Request, Response
from bot.cad.transport import Transport
from bot.cad.v1 import V1
from bot.cad.v2 import V2
from bot.domain.access import Actor, Decision, Policy, Rule
from bot.domain.configuration import GuildConfig
from bot.errors import CadError, CadErrorKind, Sent
from bot.services.accounts import Accounts
from bot.services.drafting import Drafts
from bot.services.history import History
from bot.services.linking import Linking
from bot.services.operations import Operations
from bot.services.rechecking import Rechecking
from bot.services.tenants import Community as Shared
from bot.services.tenants import Guild, Tenant
from bot.services.turn import Origin, Turn
from bot.settings import ApiVersion, CreateForm, DbSync, SelfLink
from bot.storage.engine import Database
from bot.storage.guilds import save_community, save_template
from bot.storage.tables import metadata
from bot.storage.vault import Vault
from sandbox.cad import v1 as sandbox_v1
from sandbox.cad import v2 as sandbox_v2
from sandbox.cad.refusals import CadRefusal
from sandbox.cad.state import CadState, Community
from sandbox.cad.wire import Generation, Prepared, Received
from tests.engine import HandedOver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from bot.domain.template import Template
    from sandbox.cad.state import Account as CadAccount

T = TypeVar("T")

GUILD = 500
COMMUNITY = "sandbox"
PIA, SAM, OTTO = 200_000_000_000_000_020, 200_000_000_000_000_021, 200_000_000_000_000_022
STAFF_ROLE, PLAYER_ROLE, ADMIN_ROLE = 600, 601, 602


@dataclass
class Clock:
    """Seconds that only tests move."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Fault:
    """What happens to one call instead of its answer; `applied`: the CAD carries the call out all the same."""

    endpoint: str
    error: CadError | None = None
    status: int = 500
    body: bytes = b""
    applied: bool = False


class CadInProcess(Transport):
    """Answers each request as the emulated CAD does, and remembers what was asked."""

    def __init__(self, state: CadState) -> None:
        self.state = state
        self.asked: list[str] = []
        self.faults: deque[Fault] = deque()
        self._generations: dict[bool, Generation] = {True: sandbox_v2.V2(state), False: sandbox_v1.V1(state)}

    def lose(self, endpoint: str, *, applied: bool, times: int = 1) -> None:
        """Let the answers to the next calls of an endpoint be a page of HTML with status 500."""
        self.faults.extend([Fault(endpoint, body=b"<h1>500</h1>", applied=applied)] * times)

    def break_(self, endpoint: str, kind: CadErrorKind, sent: Sent = Sent.NO) -> None:
        """Let the next call of an endpoint raise."""
        self.faults.append(Fault(endpoint, CadError(kind, sent=sent, endpoint=endpoint)))

    async def send(self, request: Request, *, timeout: float = 10.0) -> Response:  # noqa: ARG002, ASYNC109 - as it is
        await asyncio.sleep(0)  # as on a network, others may run meanwhile
        headers = {name.lower(): value for name, value in request.headers.items()}
        received = Received(request.method, request.path, request.query, headers, request.body or b"")
        generation = self._generations[request.path.startswith("/v2/")]
        prepared = generation.prepare(received)
        self.asked.append(prepared.endpoint)
        fault = self._take(prepared.endpoint)
        if fault is None or fault.applied:
            answer = self._run(generation, prepared, received)
        if fault is None:
            return answer
        if fault.error is not None:
            raise fault.error
        return Response(fault.status, {}, fault.body)

    def _run(self, generation: Generation, prepared: Prepared, received: Received) -> Response:
        try:
            if prepared.refusal is not None:
                raise prepared.refusal
            assert prepared.run is not None
            reply = prepared.run()
        except CadRefusal as refusal:
            reply = generation.refuse(refusal, received)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Response(reply.status, {**headers, "content-type": reply.content_type}, reply.body)

    def _take(self, endpoint: str) -> Fault | None:
        for fault in self.faults:
            if fault.endpoint == endpoint:
                self.faults.remove(fault)
                return fault
        return None


class Scratch(Database):
    """A database in memory, whose tables are made when they are first needed. All are closed after each test."""

    opened: ClassVar[list[Database]] = []

    def __init__(self) -> None:
        super().__init__("sqlite://")
        self._made = False
        self.opened.append(self)

    async def read(self, work: Callable[[Connection], T]) -> T:
        await self._make()
        return await super().read(work)

    async def write(self, work: Callable[[Connection], T], *, synced: bool = True) -> T:
        await self._make()
        return await super().write(work, synced=synced)

    async def _make(self) -> None:
        if not self._made:
            self._made = True
            await super().write(_made)


def _made(tx: Connection) -> None:
    metadata.create_all(tx)
    save_community(tx, COMMUNITY, name="Sandbox Roleplay")


def config_of(policy: Policy) -> GuildConfig:
    """Return the settings from which these rules follow."""
    return GuildConfig(**{one.name: getattr(policy, one.name) for one in fields(policy) if one.name != "guild_id"})


@dataclass
class Town:
    """One community as the bot serves it, and the CAD behind it."""

    tenant: Tenant
    cad: CadInProcess
    clock: Clock
    database: Database
    vault: Vault = field(default_factory=lambda: Vault([b"k" * 32]))
    engine: HandedOver = field(default_factory=HandedOver)
    held: dict[int, frozenset[int] | None] = field(default_factory=dict)
    _interactions: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    policy: Policy = field(
        default_factory=lambda: Policy(
            guild_id=GUILD,
            staff=frozenset({STAFF_ROLE}),
            players=frozenset({PLAYER_ROLE}),
            admins=frozenset({ADMIN_ROLE}),
            self_link=SelfLink.OPEN,
        )
    )

    @property
    def history(self) -> History:
        return History(self.database, self.vault, self.engine, clock=self.clock)

    @property
    def operations(self) -> Operations:
        """The driver of kept operations, as a process that begins now has it."""
        return self.driver(Drafts(self.database, new_id=lambda: "draft", clock=self.clock))

    def driver(self, drafts: Drafts) -> Operations:
        """Return the driver of kept operations, over this town's only guild and the process's drafts."""
        return Operations(
            self.database,
            self.vault,
            drafts,
            self.engine,
            history=self.history,
            rechecking=self.rechecking,
            find=lambda guild_id: self.guild if guild_id == self.policy.guild_id else None,
            clock=self.clock,
            jitter=lambda: 0.5,
        )

    @property
    def rechecking(self) -> Rechecking:
        accounts = self.accounts
        found = Rechecking(accounts, Linking(accounts, self.history), clock=self.clock)
        found.attach(self)
        return found

    async def roles(self, guild_id: int, member_id: int) -> frozenset[int] | None:
        """Tell which roles somebody holds now: a player's, unless it is said otherwise."""
        assert guild_id == self.policy.guild_id
        return self.held.get(member_id, frozenset({PLAYER_ROLE}))

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.database, self.history, clock=self.clock, now=self.clock)

    async def keep_template(self, tenant: Tenant, template: Template) -> None:
        """Store a template as `Guilds.save_template` does."""
        body = template.model_dump(mode="json", by_alias=True)
        await self.database.write(lambda tx: save_template(tx, tenant.id, body, now=self.clock()))
        tenant.community.template = template

    @property
    def guild(self) -> Guild:
        return Guild(self.policy.guild_id, config_of(self.policy), self.tenant)

    @property
    def state(self) -> CadState:
        return self.cad.state

    @property
    def asked(self) -> list[str]:
        """The calls since the last look."""
        asked, self.cad.asked = self.cad.asked, []
        return asked

    def resident(self, name: str, member: int | None = None, **more: object) -> CadAccount:
        """Add a CAD account, on v2 linked to a member's Discord account."""
        return self.state.add_account(name, discord=str(member) if member else None, **more)

    def turn(self, member: int = PIA, rule: Rule = Rule.PLAYER) -> Turn:
        """Return the turn of somebody whom that rule let in."""
        role = {Rule.STAFF: STAFF_ROLE, Rule.ADMIN: ADMIN_ROLE}.get(rule, PLAYER_ROLE)
        actor = Actor(member, self.policy.guild_id, frozenset({role}))
        number = next(self._interactions)
        origin = Origin(number, f"REF{number:05}", 700, "en-US", "interaction-token")
        return Turn(self.guild, actor, Decision(allowed=True, rule=rule), origin)


def town(
    version: ApiVersion = ApiVersion.V2,
    *,
    create_form: CreateForm = CreateForm.CHARACTER,
    db_sync: DbSync = DbSync.AUTO,
    api_id_is_discord_id: bool = False,
    community: Community | None = None,
) -> Town:
    """Return a community whose CAD holds no account yet."""
    clock = Clock()
    cad = CadInProcess(CadState(community or Community(), clock=clock))
    credentials = Credentials(COMMUNITY, SecretStr("sandbox-key"))
    dialect = V1(credentials, create_form) if version is ApiVersion.V1 else V2(credentials)
    client = CadClient(dialect, cad, Budget("unlimited", clock=clock), Breaker(clock=clock), clock=clock)
    shared = Shared(COMMUNITY, "Sandbox Roleplay")
    tenant = Tenant(shared, client, version, create_form, db_sync, api_id_is_discord_id)
    return Town(tenant, cad, clock, Scratch())
