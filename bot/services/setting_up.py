"""Setting a guild up, step by step: how each stands, and each stored by itself, so that one can stop at any time.

There is no conversation to lose: what is stored is the state, and a step that was left out is marked as such.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bot.domain.access import Action, Rule, decide
from bot.domain.configuration import as_stored
from bot.domain.forms import Form
from bot.domain.frameworks import SHAPES, Framework
from bot.domain.sync_id import MAX_LENGTH
from bot.errors import CadError, CharlinkError, InvalidInput, Refused
from bot.services.accounts import refuse_unusable
from bot.services.history import Deed
from bot.services.turn import Intent, Subject
from bot.settings import DbSync, PlayerAction, SelfLink

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.access import Decision
    from bot.domain.configuration import GuildConfig
    from bot.domain.premises import Channel, Role
    from bot.services.accounts import Accounts
    from bot.services.guilds import Guilds
    from bot.services.history import History
    from bot.services.tenants import Guild, Tenant
    from bot.services.turn import Turn

MAX_LIMIT = 1000
"""The highest limit of links that can be set."""


class Step(StrEnum):
    """The steps, in their order. The message keys are `step-<value>`."""

    CONNECTION = "connection"
    FRAMEWORK = "framework"
    ROLES = "roles"
    CHANNELS = "channels"
    POLICY = "policy"
    TRIAL = "trial"
    PANEL = "panel"

    @property
    def following(self) -> Step | None:
        """The step after this one, None after the last."""
        steps = list(Step)
        place = steps.index(self) + 1
        return steps[place] if place < len(steps) else None


class Standing(StrEnum):
    """How a step stands. The message keys are `standing-<value>`."""

    DONE = "done"
    MISSING = "missing"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class SetupIntent(Intent):
    """Go on setting up. `community_id` is what was typed of it in a form that failed."""

    community_id: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What would happen to this person's commands. `problem` says which step is missing for his account.

    `fields` and `pages` are of his form; None: the template can't be read, for `template_problem`.
    """

    link: Decision
    create: Decision
    account: str = ""
    problem: CharlinkError | None = None
    fields: int | None = None
    pages: int = 0
    template_problem: CharlinkError | None = None


TRIED = "tried"
"""The mark of a dry run that was made: going past the step makes none."""

TRUSTED = frozenset({"staff", "approvers", "admins"})
"""Sets of roles that open something for others' accounts."""

ROLE_SETS = frozenset({*TRUSTED, "players", "blocked"})
CHANNELS = frozenset({"approval_channel", "audit_channel"})


class SettingUp:
    """The use cases of `/setup` beside the connection."""

    def __init__(self, guilds: Guilds, history: History, accounts: Accounts) -> None:
        self._guilds = guilds
        self._history = history
        self._accounts = accounts
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @staticmethod
    def overview(guild: Guild) -> dict[Step, Standing]:
        """Return how every step stands, in their order."""
        config = guild.config
        done = {
            Step.CONNECTION: guild.tenant is not None,
            Step.FRAMEWORK: config.framework is not None,
            Step.ROLES: bool(config.staff or config.players),
            Step.CHANNELS: config.approval_channel is not None,
            Step.POLICY: "policy" in config.reviewed,
            Step.TRIAL: TRIED in config.reviewed,
            Step.PANEL: config.panel_message is not None,
        }
        return {step: _standing(step, config, is_done=done[step]) for step in Step}

    def current(self, turn: Turn) -> Guild:
        """Return the guild as it is now: the turn's is as it was when the interaction came."""
        guild = self._guilds.find(turn.guild.id)
        return guild if guild is not None else turn.guild

    async def finish(self, turn: Turn, step: Step) -> Guild:
        """Mark a step as looked at."""
        return await self._mark(turn, step.value)

    async def skip(self, turn: Turn, step: Step) -> Guild:
        """Mark a step as left out."""
        return await self._mark(turn, _skipped(step))

    async def _mark(self, turn: Turn, mark: str) -> Guild:
        async with self._lock(turn):
            reviewed = self.current(turn).config.reviewed
            if mark in reviewed:
                return self.current(turn)
            return await self._guilds.change(turn.guild.id, {"reviewed": reviewed | {mark}})

    async def set_framework(self, turn: Turn, chosen: str) -> Guild:
        """Say which framework the game server runs. Raises InvalidInput for one that there is not."""
        if chosen not in set(Framework):
            raise InvalidInput("setup-choice-unknown")
        return await self.change(turn, Step.FRAMEWORK, framework=Framework(chosen))

    async def set_db_sync(self, turn: Turn, chosen: str) -> Guild:
        """Say whether characters come from the game database."""
        if chosen not in set(DbSync):
            raise InvalidInput("setup-choice-unknown")
        return await self.change(turn, Step.FRAMEWORK, db_sync=DbSync(chosen))

    async def set_roles(self, turn: Turn, name: str, roles: Iterable[Role]) -> Guild:
        """Set one of ROLE_SETS. Raises Refused for a role that would let in whom nobody let in.

        @everyone among the players means everyone.
        """
        if name not in ROLE_SETS:
            raise InvalidInput("setup-choice-unknown")
        chosen = tuple(roles)
        everyone = turn.guild.id
        if name == "players" and any(role.id == everyone for role in chosen):
            return await self.set_everyone(turn)
        if name == "blocked" and any(role.id == everyone for role in chosen):
            raise Refused("setup-role-block-everyone")
        for role in chosen:
            if name in TRUSTED and not role.given:
                raise Refused("setup-role-everyone" if role.id == everyone else "setup-role-managed", name=role.name)
        return await self.change(turn, Step.ROLES, **{name: frozenset(role.id for role in chosen)})

    async def set_everyone(self, turn: Turn) -> Guild:
        """Let every member be a player."""
        return await self.change(turn, Step.ROLES, players="everyone")

    async def set_channel(self, turn: Turn, name: str, channel: Channel | None) -> Guild:
        """Set one of CHANNELS, None for none. Raises Refused where the bot could not write in it."""
        if name not in CHANNELS:
            raise InvalidInput("setup-choice-unknown")
        if channel is not None:
            require_writable(channel)
        return await self.change(turn, Step.CHANNELS, **{name: channel.id if channel is not None else None})

    async def set_self_link(self, turn: Turn, chosen: str) -> Guild:
        """Say whether players link themselves."""
        if chosen not in set(SelfLink):
            raise InvalidInput("setup-choice-unknown")
        return await self.change(turn, Step.POLICY, self_link=SelfLink(chosen))

    async def set_player_may(self, turn: Turn, chosen: Iterable[str]) -> Guild:
        """Say what players may do with their own."""
        if not set(chosen) <= set(PlayerAction):
            raise InvalidInput("setup-choice-unknown")
        return await self.change(turn, Step.POLICY, player_may=frozenset(map(PlayerAction, chosen)))

    async def set_limits(self, turn: Turn, pattern: str, limit: str) -> Guild:
        """Set the self-link pattern (blank: none) and the most links of a player (blank or 0: no limit)."""
        number = limit.strip() or "0"
        if not (number.isascii() and number.isdecimal() and len(number) <= len(str(MAX_LIMIT))):
            raise InvalidInput("setup-limit-invalid", limit=MAX_LIMIT)
        if int(number) > MAX_LIMIT:
            raise InvalidInput("setup-limit-invalid", limit=MAX_LIMIT)
        return await self.change(turn, Step.POLICY, self_link_pattern=parse_pattern(pattern), max_links=int(number))

    async def change(self, turn: Turn, step: Step, **changes: object) -> Guild:
        """Store changed settings, with the history row in the same transaction; no row where nothing differs."""
        async with self._lock(turn):
            guild = self.current(turn)
            changed = {name: value for name, value in changes.items() if getattr(guild.config, name) != value}
            seen = _seen(guild.config, step)
            if not changed:
                return await self._guilds.change(turn.guild.id, seen) if seen else guild
            before = {name: getattr(guild.config, name) for name in changed}
            deed = Deed(
                action="set-up",
                subject=step.value,
                before=_readable(as_stored(before)),
                after=_readable(as_stored(changed)),
            )
            stored = await self._guilds.change(turn.guild.id, {**changed, **seen}, self._history.noting(turn, deed))
        self._history.settled.set()
        return stored

    async def trial(self, turn: Turn) -> Trial:
        """Find out what this person's `/linkchar` and `/newchar` would meet: at most two reads, nothing changed.

        The step counts as done by it, whatever was found.
        """
        found = await self._try(turn)
        await self._mark(turn, TRIED)
        return found

    async def _try(self, turn: Turn) -> Trial:
        link, create = (
            decide(turn.actor, turn.policy, action, turn.actor.user_id) for action in (Action.LINK, Action.CREATE)
        )
        tenant = self.current(turn).tenant
        if tenant is None:
            missing = Refused("guild-not-set-up")
            return Trial(link, create, problem=missing, template_problem=missing)
        account, problem = await self._account(turn)
        fields, pages, template_problem = await _form(turn, tenant, create)
        return Trial(link, create, account, problem, fields, pages, template_problem)

    async def _account(self, turn: Turn) -> tuple[str, CharlinkError | None]:
        try:
            target = await self._accounts.target(turn, Subject(member_id=turn.actor.user_id))
            try:
                account = await turn.tenant.cad.account(turn.caller, target)
            except CadError as error:
                raise await self._accounts.explain(turn, target, error) from error
            refuse_unusable(account)
        except CharlinkError as missing:
            return "", missing
        return account.username, None

    def _lock(self, turn: Turn) -> asyncio.Lock:
        return self._locks.setdefault(turn.guild.id, asyncio.Lock())


def parse_pattern(text: str) -> str | None:
    """Return a self-link pattern, None for a blank one. Raises InvalidInput unless it holds {api_id} exactly once."""
    pattern = text.strip()
    if not pattern:
        return None
    if pattern.count("{api_id}") != 1 or len(pattern) > MAX_LENGTH or not pattern.isprintable():
        raise InvalidInput("setup-pattern-invalid", mask="{api_id}", example="char#:{api_id}")
    return pattern


def suggested_pattern(config: GuildConfig) -> str:
    """Return the pattern that makes sense for the guild's framework, or nothing."""
    return SHAPES[config.framework].pattern if config.framework is not None else ""


def require_writable(channel: Channel) -> None:
    """Raise Refused where the bot could not post: no text channel, or rights that it lacks there."""
    if not channel.text:
        raise Refused("setup-channel-kind", channel=f"<#{channel.id}>")
    if channel.missing:
        raise Refused("setup-channel-rights", channel=f"<#{channel.id}>", **channel.lacking)


def standing_of(turn: Turn, guild: Guild) -> tuple[Rule, bool]:
    """Return by which rule this person could link a character for himself now, and whether he may decide requests."""
    own = decide(turn.actor, guild.policy, Action.VIEW, turn.actor.user_id)
    others = decide(turn.actor, guild.policy, Action.VIEW, None)
    approves = decide(turn.actor, guild.policy, Action.DECIDE, None).allowed
    return (others if others.allowed else own).rule, approves


def _seen(config: GuildConfig, step: Step) -> dict[str, object]:
    """The players' rules are done once somebody chose among them, also what they are by default."""
    return {"reviewed": config.reviewed | {step.value}} if step is Step.POLICY else {}


def _standing(step: Step, config: GuildConfig, *, is_done: bool) -> Standing:
    if is_done:
        return Standing.DONE
    passed_over = {step.value, _skipped(step)} & config.reviewed
    return Standing.SKIPPED if passed_over else Standing.MISSING


def _skipped(step: Step) -> str:
    return f"{step}-skipped"


def _readable(changes: Mapping[str, object]) -> dict[str, object]:
    """Lists come from sets: in one order, so that before and after can be compared."""
    return {name: sorted(value) if isinstance(value, list) else value for name, value in changes.items()}


async def _form(turn: Turn, tenant: Tenant, create: Decision) -> tuple[int | None, int, CharlinkError | None]:
    try:
        template = await tenant.cad.template(turn.caller)
    except CharlinkError as error:
        return None, 0, error
    form = Form(template, staff=create.rule in {Rule.ADMIN, Rule.STAFF})
    asked: set[str] = set()
    pages = 0
    while page := form.next_page({}, asked):
        asked |= {one.uid for one in page}
        pages += 1
    return len(form.fields), pages, None
