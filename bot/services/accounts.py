"""Which CAD account is a member? The ladder of `product.md`, and the one step that is missing where there is none."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from bot.cad.caller import Caller
from bot.domain.access import Rule
from bot.domain.models import AccountStatus, Target, TargetKind
from bot.errors import CadError, CadErrorKind, CharlinkError, Question, Refused
from bot.settings import ApiVersion

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.models import Account
    from bot.services.tenants import Tenant
    from bot.services.turn import Subject, Turn

log = logging.getLogger(__name__)


OWN_ID_SECONDS = 600.0
_DASHED = {kind: kind.value.replace("_", "-") for kind in TargetKind}


class Accounts:
    """Finds the one identifier to send, and says what is missing where the CAD knows nobody by it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._confirmed: dict[tuple[int, int], str] = {}
        self._own_ids: dict[tuple[int, int], tuple[str | None, float]] = {}

    def find(self, tenant: Tenant, subject: Subject) -> Target | None:
        """Return how the subject's account is named in a call, without any I/O; None where it has no name."""
        if subject.api_id is not None:
            return Target.of(api_id=subject.api_id)
        if tenant.version is ApiVersion.V2:
            return Target.of(discord=subject.member_id)
        return Target.of(api_id=str(subject.member_id)) if tenant.api_id_is_discord_id else None

    def target(self, turn: Turn, subject: Subject) -> Target:
        """Return what `find` does. Raises Refused where this generation of the API has no name for the account."""
        target = self.find(turn.tenant, subject)
        if target is None:
            raise Refused("account-unknown" if turn.owns(subject) else "account-unknown-member")
        return target

    async def resolve(self, turn: Turn, subject: Subject, confirmed: frozenset[str]) -> Target:
        """Return the target after every check that it is the right one.

        Raises Refused (two names that disagree, an account that may not act, an account that changed) and Question
        ("Is this you?", the first time a v1 id is taken from Discord).
        """
        target = self.target(turn, subject)
        if subject.api_id is not None:
            await self._refuse_own_by_id(turn, target)
        if subject.api_id is not None and subject.member_id is not None:
            await self._agree(turn, subject.member_id, target)
        elif turn.tenant.api_id_is_discord_id and subject.member_id is not None:
            await self._confirm(turn, subject.member_id, target, confirmed)
        return target

    async def _refuse_own_by_id(self, turn: Turn, target: Target) -> None:
        """Staff who follow the player's rules for themselves can't leave them by naming their own account by its id."""
        if turn.decision.rule is not Rule.STAFF or not turn.policy.binds_players:
            return
        if turn.tenant.version is ApiVersion.V1:
            own = turn.tenant.api_id_is_discord_id and target.value == str(turn.actor.user_id)
        else:
            own = await self._own_id(turn) == target.value
        if own:
            raise Refused("account-own-by-id")

    async def _own_id(self, turn: Turn) -> str | None:
        """The `communityUserId` of the actor's own account, read at most every 10 minutes; None where he has none."""
        key = (id(turn.tenant), turn.actor.user_id)
        known, until = self._own_ids.get(key, (None, 0.0))
        if until <= self._clock():
            account = await self._by_discord(turn, turn.actor.user_id)
            known = account.community_user_id if account is not None else None
            self._own_ids[key] = (known, self._clock() + OWN_ID_SECONDS)
        return known

    async def _agree(self, turn: Turn, member_id: int, target: Target) -> None:
        """Refuse a member together with somebody else's API id, wherever the CAD or a confirmation tells them apart."""
        if turn.tenant.version is ApiVersion.V1:
            uuid = self._confirmed.get((id(turn.tenant), member_id))
            if uuid is None and not turn.tenant.api_id_is_discord_id:
                return
            account = await turn.tenant.cad.account(turn.caller, target)
            agrees = account.uuid == uuid if uuid is not None else str(member_id) in account.api_ids
        else:
            found = await self._by_discord(turn, member_id)
            # With no account behind his Discord id, naming him by the id is what staff are asked to do.
            agrees = found is None or found.community_user_id == target.value
        if not agrees:
            raise Refused("account-disagrees", member=member_id)

    @staticmethod
    async def _by_discord(turn: Turn, member_id: int) -> Account | None:
        try:
            return await turn.tenant.cad.account(Caller(), Target.of(discord=member_id))  # ours: not asked for by him
        except CadError as error:
            if error.kind is not CadErrorKind.NOT_LINKED:
                raise
            return None

    async def _confirm(self, turn: Turn, member_id: int, target: Target, confirmed: frozenset[str]) -> None:
        """Ask a member once whether the account is his, and stop everybody when his id leads to another one later.

        Anybody can type a member's Discord id as his own API ID in the CAD, so this is read anew every time: one more
        call, in this mode only. Staff act for a member who was never asked on their own word.
        """
        key = (id(turn.tenant), member_id)
        uuid = self._confirmed.get(key)
        if uuid is None and member_id != turn.actor.user_id:
            return
        try:
            account = await turn.tenant.cad.account(turn.caller, target, fresh=True)
        except CadError as error:
            raise await self.explain(turn, target, error) from error
        self._refuse_unusable(account)
        if uuid is not None and uuid != account.uuid:
            log.warning("audit: a member's id now leads to another CAD account; stopped")
            raise Refused("account-changed")
        if uuid is None:
            token = f"account:{account.uuid}"
            if token not in confirmed:
                raise Question("account-is-this-you", token=token, account=account.username)
            self._confirmed[key] = account.uuid
            log.info("account confirmed by its member")
        turn.tenant.memory.identify(target, account.uuid, account.username)

    async def explain(self, turn: Turn, target: Target, error: CadError) -> CharlinkError:
        """Return what to tell when the CAD does not take a call for `target`; any other error comes back as it is.

        Asks the CAD once more, and only then, where that shows which step of the ladder is missing.
        """
        if error.kind not in {CadErrorKind.NOT_LINKED, CadErrorKind.FORBIDDEN}:
            return error
        try:
            account = await turn.tenant.cad.account(Caller(), target)  # ours, so that it does not count as his
            self._refuse_unusable(account)
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

    @staticmethod
    def _refuse_unusable(account: Account) -> None:
        if not account.usable:
            raise Refused(f"account-{AccountStatus(account.status).name.lower()}", account=account.username)
