"""Joining a CAD community: a key is proven with the CAD and confirmed by a person before anything is stored.

A community is who the CAD says it is, never the id that was typed. Wrong keys can get a community blocked, so attempts
are counted.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from pydantic import SecretStr

from bot.cad.caller import Caller
from bot.cad.protocol import Credentials
from bot.errors import CadError, CadErrorKind, Expired, InvalidInput, Refused
from bot.services.history import Deed
from bot.services.turn import Intent
from bot.settings import ApiVersion, CreateForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.models import Community, Plan
    from bot.services.guilds import Guilds
    from bot.services.history import History
    from bot.services.tenants import Guild
    from bot.services.turn import Turn

WRONG_KEYS = 5
WRONG_SECONDS = 3600.0
PENDING_SECONDS = 15 * 60.0
MAX_PENDING = 1_000
SHOWN_OF_KEY = 4
KEPT_ID = 20
"""The longest id that is kept while it is not proven: keys are longer, and are pasted into the wrong field."""
LOW_PLANS = frozenset({"FREE", "STARTER", "STANDARD"})
"""Plans whose API lacks characters and links (cad-api.md 1.7). By name: numbers differ between generations."""

_COMMUNITY = re.compile(r"[A-Za-z0-9_-]{1,50}")
_KEY = re.compile(r"[!-~]{8,200}")


@dataclass(frozen=True, kw_only=True)
class ConnectIntent(Intent):
    """Join the community that `proof` stands for. The key itself is never part of a ticket."""

    proof: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed of his community. The key is in no repr."""

    community_id: str
    key: SecretStr
    version: ApiVersion = ApiVersion.V2
    create_form: CreateForm = CreateForm.CHARACTER

    @property
    def kept_id(self) -> str:
        """The id to offer again after a failure, which stores it: blank where it may be a misplaced key."""
        typed = self.community_id.strip()
        return typed if len(typed) <= KEPT_ID and _COMMUNITY.fullmatch(typed) else ""


@dataclass(frozen=True, slots=True)
class Proof:
    """Who the CAD says a key belongs to. `ending`: the key's last characters, blank where that would say too much."""

    id: str
    name: str
    community_id: str
    plan: str
    version: ApiVersion
    ending: str

    @property
    def low(self) -> bool:
        """Whether the plan lacks what linking and characters need."""
        return self.plan in LOW_PLANS


@dataclass(frozen=True, slots=True)
class _Pending:
    guild_id: int
    person: int
    proof: Proof
    credentials: Credentials
    create_form: CreateForm
    until: float


class Connecting:
    """Proves keys and stores the proven. What is not confirmed yet lives in memory only, for 15 minutes.

    `clock` is in seconds and only grows.
    """

    def __init__(
        self, guilds: Guilds, history: History, *, new_id: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        self._guilds = guilds
        self._history = history
        self._new_id = new_id
        self._clock = clock
        self._pending: OrderedDict[str, _Pending] = OrderedDict()
        self._wrong: dict[int, deque[float]] = {}
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def prove(self, turn: Turn, typed: Typed) -> Proof:
        """Ask the CAD whose key it is: two calls, nothing stored.

        Raises InvalidInput with nothing sent, Refused for a home guild, for too many wrong keys, for a key or id that
        the CAD refuses, for another community's key, and where the CAD can't be asked.
        """
        self.require_changeable(turn.guild)
        community_id, key = typed.community_id.strip(), typed.key.get_secret_value().strip()
        if not _COMMUNITY.fullmatch(community_id):
            raise InvalidInput("setup-id-invalid")
        if not _KEY.fullmatch(key):
            raise InvalidInput("setup-key-invalid")
        guild_id = turn.guild.id
        async with self._locks.setdefault(guild_id, asyncio.Lock()):  # attempts side by side are counted too
            self._require_attempt(guild_id)
            credentials = Credentials(community_id, SecretStr(key))
            found, plan = await self._ask(guild_id, credentials, typed)
        proof = Proof(
            self._new_id(), found.name, found.community_id, plan.name, typed.version, _ending(key, found.community_id)
        )
        proven = Credentials(found.community_id, SecretStr(key))
        until = self._clock() + PENDING_SECONDS
        self._pending[proof.id] = _Pending(guild_id, turn.actor.user_id, proof, proven, typed.create_form, until)
        while len(self._pending) > MAX_PENDING:
            self._pending.popitem(last=False)
        return proof

    async def connect(self, turn: Turn, intent: ConnectIntent) -> Guild:
        """Store a proven key, and close its breaker. Raises Expired where the proof is too old, or not his."""
        self.require_changeable(turn.guild)
        pending = self._pending.get(intent.proof)
        here = pending is not None and (pending.guild_id, pending.person) == (turn.guild.id, turn.actor.user_id)
        if pending is None or not here or pending.until < self._clock():
            raise Expired("setup-proof-expired")
        del self._pending[intent.proof]
        version, form = pending.proof.version, pending.create_form
        before = turn.guild.tenant.id if turn.guild.tenant is not None else None
        deed = Deed(
            action="set-up",
            subject="connection",
            before={"community": before, "version": turn.config.version.value},
            after={"community": pending.credentials.community_id, "version": version.value},
        )
        changes: dict[str, object] = {"version": version}
        if version is ApiVersion.V1:
            changes["create_form"] = form
        guild = await self._guilds.connect(
            turn.guild.id, pending.credentials, pending.proof.name, changes, self._history.noting(turn, deed)
        )
        self._history.settled.set()
        if guild.tenant is not None:
            guild.tenant.cad.breaker.reset()
        return guild

    @staticmethod
    def require_changeable(guild: Guild) -> None:
        """Raise Refused for a home guild: its community is the environment's."""
        if guild.given:
            raise Refused("setup-home-connection")

    async def _ask(self, guild_id: int, credentials: Credentials, typed: Typed) -> tuple[Community, Plan]:
        client = self._guilds.client(credentials, typed.version, typed.create_form)
        client.breaker.reset()  # he may just have put right in the CAD what it was opened for
        try:
            found = await client.community(Caller())
            self._require_own(guild_id, credentials.community_id, found)
            return found, await client.plan(Caller())
        except CadError as error:
            raise self._explained(guild_id, error) from error

    def _require_own(self, guild_id: int, typed: str, found: Community) -> None:
        """Refuse a key of another community than the one that was typed: one of the two is a mistake."""
        if not found.community_id:
            raise Refused("setup-cad-nameless")
        if found.community_id.casefold() != typed.casefold():
            self._count(guild_id)
            raise Refused("setup-mismatch", id=typed)

    def _explained(self, guild_id: int, error: CadError) -> Refused:
        if error.kind in {CadErrorKind.AUTH, CadErrorKind.CONFIG}:
            self._count(guild_id)
            left = WRONG_KEYS - len(self._wrong[guild_id])
            return Refused("setup-key-refused", count=left)
        if error.kind is CadErrorKind.FORBIDDEN:  # deliberately vague
            self._count(guild_id)
            return Refused("setup-forbidden")
        if error.kind is CadErrorKind.PLAN:
            return Refused("setup-api-off")
        return Refused("setup-cad-down", cause=error.kind.value)

    def _require_attempt(self, guild_id: int) -> None:
        wrong = self._wrong.get(guild_id, deque())
        while wrong and wrong[0] <= self._clock() - WRONG_SECONDS:
            wrong.popleft()
        if len(wrong) >= WRONG_KEYS:
            minutes = max(1, round((wrong[0] + WRONG_SECONDS - self._clock()) / 60))
            raise Refused("setup-attempts", count=WRONG_KEYS, minutes=minutes)

    def _count(self, guild_id: int) -> None:
        self._wrong.setdefault(guild_id, deque()).append(self._clock())


def _ending(key: str, community_id: str) -> str:
    """Return the last characters of a key that is long enough for them to say nothing."""
    return key[-SHOWN_OF_KEY:] if len(key) > 4 * SHOWN_OF_KEY and key != community_id else ""
