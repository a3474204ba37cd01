"""What the bot itself has seen of links: never a CAD call, and it knows what it does not know.

An account may be named in several ways; once the CAD told its UUID, what was learnt under one name holds for all.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from bot.domain.links import LinkNews
from bot.domain.models import Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class LinkMemory:
    """The last known state of links of one community. Bounded: the accounts not met for longest are forgotten."""

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._states: OrderedDict[Target, dict[str, bool]] = OrderedDict()
        self._met: dict[str, set[Target]] = {}  # the accounts under which each sync ID has a state
        self._accounts: dict[Target, Target] = {}
        self._names: dict[Target, str] = {}
        self._news = LinkNews()

    def restore(self, kept: LinkNews) -> None:
        """Take over what was stored before a restart; it is no news."""
        for name, (uuid, username) in kept.names.items():
            self.identify(name, uuid, username)
        for (target, sync_id), linked in kept.links.items():
            self.note(target, sync_id, linked=linked)
        self._news = LinkNews()

    def take_news(self) -> LinkNews:
        """Return what was learnt since the last time, for storing."""
        news, self._news = self._news, LinkNews()
        return news

    def identify(self, target: Target, uuid: str, username: str = "") -> None:
        """Remember which account a target turned out to be, and what it is called."""
        if uuid:
            account = Target(TargetKind.ACCOUNT, uuid)
            if target != account and self._accounts.get(target) != account:
                self._accounts[target] = account
                former = self._drop(target)
                self._update(account, former)
                self._news.links.update({(account, sync_id): linked for sync_id, linked in former.items()})
                self._news.names[target] = uuid, username
        if username and self._names.get(self._key(target)) != username:
            self._names[self._key(target)] = username
            self._news.names[self._key(target)] = uuid, username

    def name(self, target: Target) -> str:
        """The account's user name, or an empty string where the CAD never told it."""
        return self._names.get(self._key(target), "")

    def note(self, target: Target, sync_id: str, *, linked: bool) -> None:
        """Remember what became of one link."""
        key = self._key(target)
        self._update(key, {sync_id: linked})
        self._news.links[key, sync_id] = linked

    def note_all(self, target: Target, sync_ids: Iterable[str]) -> None:
        """Remember a complete list: of what was met before, whatever it lacks is not linked any more."""
        key = self._key(target)
        entry = self._entry(key)
        seen = {**dict.fromkeys(entry, False), **dict.fromkeys(sync_ids, True)}
        self._news.links.update({(key, one): linked for one, linked in seen.items() if entry.get(one) is not linked})
        self._update(key, seen)

    def forget(self, target: Target) -> None:
        """Forget what was met of an account, whatever it is called by."""
        account = self._key(target)
        self._drop(account)
        self._names.pop(account, None)
        gone = {name for name, known in self._accounts.items() if known == account} | {target, account}
        self._accounts = {name: known for name, known in self._accounts.items() if name not in gone}
        kept = {key: linked for key, linked in self._news.links.items() if key[0] not in gone}
        names = {name: who for name, who in self._news.names.items() if name not in gone}
        self._news = LinkNews(kept, names)

    def state(self, target: Target, sync_id: str) -> bool | None:
        """Whether the link was last seen set (True), not set (False), or never (None)."""
        return self._states.get(self._key(target), {}).get(sync_id)

    def seen(self, target: Target) -> dict[str, bool]:
        """Every sync ID ever met for this account, with its last known state."""
        return dict(self._states.get(self._key(target), {}))

    def identified(self, target: Target) -> bool:
        """Whether it is known which account this target is."""
        return self._key(target).kind is TargetKind.ACCOUNT

    def held_by_another(self, target: Target, sync_id: str) -> bool:
        """Whether the sync ID was last seen linked to an account that is not known to be this one.

        An account that was never identified counts where both are named by Discord ids: no two of them are one account.
        """
        own = self._key(target)
        telling = (
            {TargetKind.ACCOUNT, TargetKind.DISCORD} if target.kind is TargetKind.DISCORD else {TargetKind.ACCOUNT}
        )
        return any(
            self._states[account][sync_id]
            for account in self._met.get(sync_id, ())
            if account.kind in telling and account != own
        )

    def account(self, target: Target) -> Target:
        """The one name that stands for a target's account here: by its UUID where that is known, else as it is."""
        return self._key(target)

    def holders(self) -> dict[str, set[Target]]:
        """Return the accounts that each sync ID was last seen linked to, for looking up many."""
        found: dict[str, set[Target]] = {}
        for account, entry in self._states.items():
            for sync_id, linked in entry.items():
                if linked:
                    found.setdefault(sync_id, set()).add(account)
        return found

    def usernames(self) -> dict[str, set[Target]]:
        """Return the accounts that each user name was told of."""
        found: dict[str, set[Target]] = {}
        for account, name in self._names.items():
            found.setdefault(name, set()).add(self._key(account))
        return found

    def _key(self, target: Target) -> Target:
        return self._accounts.get(target, target)

    def _entry(self, account: Target) -> dict[str, bool]:
        entry = self._states.setdefault(account, {})
        self._states.move_to_end(account)
        while len(self._states) > self._limit:
            forgotten = next(iter(self._states))
            self._drop(forgotten)
            self._names.pop(forgotten, None)
            self._accounts = {name: known for name, known in self._accounts.items() if known != forgotten}
        return entry

    def _update(self, account: Target, states: Mapping[str, bool]) -> None:
        self._entry(account).update(states)
        for sync_id in states:
            self._met.setdefault(sync_id, set()).add(account)

    def _drop(self, account: Target) -> dict[str, bool]:
        """Take an account's states out, and return them."""
        states = self._states.pop(account, {})
        for sync_id in states:
            self._met[sync_id].discard(account)
            if not self._met[sync_id]:
                del self._met[sync_id]
        return states
