"""Which CAD account is a member? The ladder of `product.md`, and the one step that is missing where there is none."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from bot.cad.caller import Caller
from bot.domain.access import Rule
from bot.domain.models import AccountStatus, Target, TargetKind
from bot.errors import CadError, CadErrorKind, CharlinkError, Choice, Question, Refused
from bot.services.history import Deed
from bot.settings import ApiVersion, CreateForm
from bot.storage import bindings, owners
from bot.storage.bindings import Binding, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from bot.domain.models import Account
    from bot.services.history import History
    from bot.services.tenants import Guild, Tenant
    from bot.services.turn import Subject, Turn
    from bot.storage.engine import Database

log = logging.getLogger(__name__)


OWN_ID_SECONDS = 600.0
_DASHED = {kind: kind.value.replace("_", "-") for kind in TargetKind}


class Use(Enum):
    """What an account is named for. On v1 links take an API id only, and so do new characters in the seed's form."""

    LINKS = "links"
    CREATE = "create"
    CHARACTERS = "characters"


class Accounts:
    """Finds the one identifier to send, and says what is missing where there is none or the CAD knows nobody by it.

    `clock` is in seconds and only grows; `now` gives Unix seconds.
    """

    def __init__(
        self,
        database: Database,
        history: History,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._history = history
        self._clock = clock
        self._now = now
        self._own_ids: dict[tuple[int, int, str], tuple[frozenset[str], float]] = {}

    async def binding(self, guild: Guild, member_id: int | None) -> Binding | None:
        """Return what is stored of a member's account and holds in this guild."""
        if member_id is None or guild.tenant is None:
            return None
        community = guild.tenant.id
        return await self._database.read(lambda tx: bindings.effective(tx, community, guild.id, member_id))

    async def find(self, guild: Guild, subject: Subject, use: Use = Use.CHARACTERS) -> Target | None:
        """Return how the subject's account is named, without any CAD call; None where it has no name.

        The name is good for looking into memory; what is sent to the CAD comes from `resolve`.
        """
        if subject.api_id is not None:
            return Target.of(api_id=subject.api_id)
        if guild.tenant is None:
            return None
        return named(guild.tenant, subject.member_id, await self.binding(guild, subject.member_id), use)

    async def target(self, turn: Turn, subject: Subject, use: Use = Use.CHARACTERS) -> Target:
        """Return what `find` does. Raises Refused with the missing step where the account has no name."""
        return await self.find(turn.guild, subject, use) or _unknown(turn, subject)

    async def resolve(
        self, turn: Turn, subject: Subject, confirmed: frozenset[str], use: Use = Use.CHARACTERS
    ) -> Target:
        """Return the target to send, after every check that it is the right one.

        Raises Refused (two names that disagree, an account that may not act, an account that changed, a missing step),
        Question ("Is this you?", the first time a v1 id is taken from Discord) and Choice (which of several API ids).
        """
        if subject.api_id is not None:
            target = Target.of(api_id=subject.api_id)
            await self._refuse_own_by_id(turn, target)
            if subject.member_id is not None:
                await self._agree(turn, subject.member_id, target)
            return target
        binding = await self.binding(turn.guild, subject.member_id)
        target = named(turn.tenant, subject.member_id, binding, use) or _unknown(turn, subject)
        if by_own_id(turn.tenant, binding):
            await self._confirm(turn, subject, target, binding, confirmed)
        elif binding is not None:
            if takes_api_id(turn.tenant, use) and binding.api_id is None:
                target = await self._api_id(turn, subject, binding, confirmed)
            if not turn.tenant.memory.name(target):
                turn.tenant.memory.identify(target, binding.account, binding.username)
        return target

    async def by_username(self, turn: Turn, username: str, use: Use = Use.CHARACTERS) -> Target:
        """Return how an account is named that is known by its user name: one CAD call.

        Raises Refused where there is none, where it may not act, and where a v1 call can't tell which API id to take.
        """
        account = await self._read(turn, Target.of(username=username))
        refuse_unusable(account)
        turn.tenant.memory.identify(Target.of(account=account.uuid), account.uuid, account.username)
        if not takes_api_id(turn.tenant, use):
            return Target.of(account=account.uuid)
        if not account.api_ids:
            raise Refused("account-no-api-id-member", account=account.username)
        if len(account.api_ids) > 1:
            raise Refused("account-several-api-ids", account=account.username)
        return Target.of(api_id=account.api_ids[0])

    async def renewed(self, turn: Turn, subject: Subject, target: Target, error: CadError) -> Target | None:
        """Return the API id to try instead, where the CAD does not know the one of a bound account (any more).

        That call changed nothing, so the same one may be made for it. Raises what choosing an API id raises.
        """
        if error.kind is not CadErrorKind.NOT_LINKED or subject.api_id is not None:
            return None
        binding = await self.binding(turn.guild, subject.member_id)
        if binding is None or target.kind is not TargetKind.API_ID or binding.api_id != target.value:
            return None
        account = await self._read(turn, Target.of(account=binding.account), fresh=True)
        if target.value in account.api_ids:
            return None
        await self._database.write(lambda tx: bindings.use_api_id(tx, binding, None))
        return await self._api_id(turn, subject, replace(binding, api_id=None), frozenset())

    async def proven_ids(self, turn: Turn, subject: Subject) -> frozenset[str]:
        """Return the member's ids that he did not type himself: what staff bound, and on v2 the `communityUserId`.

        An API id that was read from a v1 account proves nothing: its owner typed it.
        """
        if subject.member_id is None:
            return frozenset()
        binding = await self.binding(turn.guild, subject.member_id)
        proven = {binding.api_id} if binding is not None and binding.api_id_proven else set()
        target = named(turn.tenant, subject.member_id, binding, Use.CHARACTERS)
        if turn.tenant.version is ApiVersion.V2 and target is not None:
            proven.add((await self._read(turn, target)).community_user_id)
        return frozenset(one for one in proven if one)

    async def owns(self, turn: Turn, subject: Subject, sync_id: str) -> bool:
        """Whether the game database names the member as the owner of a sync ID, by an id that he did not type himself.

        His Discord id is one: Discord proves it. The CAD is asked only where there is an owner, and it is another id.
        """
        if subject.member_id is None:
            return False
        owner = await self._database.read(lambda tx: owners.owner_of(tx, turn.guild.id, sync_id))
        if owner is None or owner in owners.ids_of_member(subject.member_id):
            return owner is not None
        return owner in await self.proven_ids(turn, subject)

    async def is_own(self, turn: Turn, account: Account) -> bool:
        """Whether an account is the actor's own, as far as it is known: by his binding, else by his Discord id."""
        me = turn.actor.user_id
        binding = await self.binding(turn.guild, me)
        if binding is not None:
            return binding.account == account.uuid
        target = named(turn.tenant, me, None, Use.CHARACTERS)
        found = await self._account_or_none(turn, target) if target is not None else None
        return found is not None and found.uuid == account.uuid

    async def explain(self, turn: Turn, target: Target, error: CadError) -> CharlinkError:
        """Return what to tell when the CAD does not take a call for `target`; any other error comes back as it is.

        Asks the CAD once more, and only then, where that shows which step of the ladder is missing.
        """
        if error.kind not in {CadErrorKind.NOT_LINKED, CadErrorKind.FORBIDDEN}:
            return error
        try:
            account = await turn.tenant.cad.account(Caller(), target)  # ours, so that it does not count as his
            refuse_unusable(account)
        except Refused as step:
            return step
        except CadError as second:
            log.info("no account found while explaining: %s", second)
        else:
            return error if error.kind is CadErrorKind.FORBIDDEN else Refused("account-not-taken")
        if error.kind is CadErrorKind.FORBIDDEN:
            return error
        own = target == Target.of(api_id=str(turn.actor.user_id))
        return Refused("account-none-own" if own else f"account-none-{_DASHED[target.kind]}", id=target.value)

    async def _read(self, turn: Turn, target: Target, *, fresh: bool = False) -> Account:
        try:
            return await turn.tenant.cad.account(turn.caller, target, fresh=fresh)
        except CadError as error:
            raise await self.explain(turn, target, error) from error

    async def _refuse_own_by_id(self, turn: Turn, target: Target) -> None:
        """Staff who follow the player's rules for themselves can't leave them by naming their own account by its id."""
        if turn.decision.rule is not Rule.STAFF or not turn.policy.binds_players:
            return
        if target.value in await self._ids_of_actor(turn):
            raise Refused("account-own-by-id")

    async def _ids_of_actor(self, turn: Turn) -> frozenset[str]:
        """Every API id of the actor's own account, read at most every 10 minutes; none where he has no account."""
        member_id = turn.actor.user_id
        binding = await self.binding(turn.guild, member_id)
        target = named(turn.tenant, member_id, binding, Use.CHARACTERS)
        if target is None:
            return frozenset()
        key = (turn.guild.id, member_id, str(target))
        known, until = self._own_ids.get(key, (frozenset[str](), 0.0))
        if until <= self._clock():
            account = await self._account_or_none(turn, target)
            ids = {target.value} if target.kind is TargetKind.API_ID else set()
            if account is not None:
                ids |= {*account.api_ids, account.community_user_id or ""}
            known = frozenset(ids - {""})
            self._own_ids[key] = (known, self._clock() + OWN_ID_SECONDS)
        return known | ({binding.api_id} if binding is not None and binding.api_id else set())

    async def _agree(self, turn: Turn, member_id: int, target: Target) -> None:
        """Refuse a member together with somebody else's API id, wherever a binding or the CAD tells them apart."""
        account = await self._read(turn, target)
        tenant, guild = turn.tenant, turn.guild.id
        binding, holder = await self._database.read(
            lambda tx: (
                bindings.effective(tx, tenant.id, guild, member_id),
                bindings.holder(tx, tenant.id, guild, account.uuid),
            )
        )
        if binding is not None:
            agrees = binding.account == account.uuid
        elif holder is not None:
            agrees = False
        elif tenant.version is ApiVersion.V2:
            found = await self._account_or_none(turn, Target.of(discord=member_id))
            # With no account behind his Discord id, naming him by the id is what staff are asked to do.
            agrees = found is None or found.uuid == account.uuid
        else:
            agrees = not tenant.api_id_is_discord_id or str(member_id) in account.api_ids
        if not agrees:
            raise Refused("account-disagrees", member=member_id)

    @staticmethod
    async def _account_or_none(turn: Turn, target: Target) -> Account | None:
        try:
            return await turn.tenant.cad.account(Caller(), target)  # ours: not asked for by him
        except CadError as error:
            if error.kind is not CadErrorKind.NOT_LINKED:
                raise
            return None

    async def _api_id(self, turn: Turn, subject: Subject, binding: Binding, confirmed: frozenset[str]) -> Target:
        """Return the API id by which a v1 call names a bound account: its only one, or the one that was chosen.

        Which one it is, is remembered with the binding. It was typed by the account's owner, so it proves nothing.
        """
        account = await self._read(turn, Target.of(account=binding.account))
        refuse_unusable(account)
        tokens = {f"api-id:{one}": one for one in account.api_ids}
        if not tokens:
            key = "account-no-api-id" if turn.owns(subject) else "account-no-api-id-member"
            raise Refused(key, account=account.username)
        chosen = next((tokens[token] for token in tokens if token in confirmed), None)
        if chosen is None and len(tokens) > 1:
            raise Choice("account-which-api-id", tuple(tokens.items()), account=account.username)
        api_id = chosen or account.api_ids[0]
        remember = partial(bindings.use_api_id, row=binding, api_id=api_id)
        if chosen is None:
            await self._database.write(remember)
        else:
            deed = Deed("bind", subject.member_id, f"{TargetKind.ACCOUNT}:{account.uuid}", after={"api_id": api_id})
            await self._history.note(turn, deed, remember)
        return Target.of(api_id=api_id)

    async def _confirm(
        self, turn: Turn, subject: Subject, target: Target, binding: Binding | None, confirmed: frozenset[str]
    ) -> None:
        """Ask a member once whether the account is his, and stop everybody when his id leads to another one later.

        Anybody can type a member's Discord id as his own API ID in the CAD, so this is read anew every time: one more
        call, in this mode only. Staff act for a member who was never asked on their own word.
        """
        if binding is None and not turn.owns(subject):
            return
        account = await self._read(turn, target, fresh=True)
        refuse_unusable(account)
        if binding is not None and binding.account != account.uuid:
            log.warning("audit: a member's id now leads to another CAD account; stopped")
            raise Refused("account-changed")
        if binding is None:
            token = f"account:{account.uuid}"
            if token not in confirmed:
                raise Question("account-is-this-you", token=token, account=account.username)
            await self._keep_confirmed(turn, account)
        turn.tenant.memory.identify(target, account.uuid, account.username)

    async def _keep_confirmed(self, turn: Turn, account: Account) -> None:
        """Store what a member said yes to. It is no proof, so it takes an account from nobody."""
        me = turn.actor.user_id
        row = Binding(
            turn.tenant.id, turn.guild.id, me, account.uuid, Source.CONFIRMED, me, self._now(), account.username
        )

        def work(tx: Connection) -> None:
            other = bindings.holder(tx, row.community_id, row.guild_id, row.account)
            if other is not None and other.member_id != me:
                raise Refused("account-held", account=account.username)
            bindings.put(tx, row)

        after = {"account": account.uuid, "source": Source.CONFIRMED.value}
        await self._history.note(turn, Deed("bind", me, f"{TargetKind.ACCOUNT}:{account.uuid}", after=after), work)


def refuse_unusable(account: Account) -> None:
    """Raise Refused with the step that an account needs before it may act."""
    if not account.usable:
        raise Refused(f"account-{AccountStatus(account.status).name.lower()}", account=account.username)


def takes_api_id(tenant: Tenant, use: Use) -> bool:
    """Whether a call of this use can name an account by an API id only."""
    if tenant.version is ApiVersion.V2:
        return False
    return use is Use.LINKS or (use is Use.CREATE and tenant.create_form is CreateForm.CHARACTER)


def by_own_id(tenant: Tenant, binding: Binding | None) -> bool:
    """Whether a member's Discord id is his API id here, and nothing better is known of him."""
    return tenant.api_id_is_discord_id and (binding is None or binding.source is Source.CONFIRMED)


def named(tenant: Tenant, member_id: int | None, binding: Binding | None, use: Use) -> Target | None:
    """Return the name of a member's account: by binding, on v2 by Discord, on v1 by his own id where that is it."""
    if binding is not None and not by_own_id(tenant, binding):
        if takes_api_id(tenant, use) and binding.api_id is not None:
            return Target.of(api_id=binding.api_id)
        return Target.of(account=binding.account)
    if member_id is None:
        return None
    if tenant.version is ApiVersion.V2:
        return Target.of(discord=member_id)
    return Target.of(api_id=str(member_id)) if tenant.api_id_is_discord_id else None


def _unknown(turn: Turn, subject: Subject) -> NoReturn:
    """Raise Refused with the step that is missing where a member's account has no name."""
    raise Refused("account-unknown" if turn.owns(subject) else "account-unknown-member")
