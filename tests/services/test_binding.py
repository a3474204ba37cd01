"""Proving an account, binding a member to one, forgetting it, and how it stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.access import Rule
from bot.errors import CadError, CadErrorKind, CharlinkError, InvalidInput, Question, Refused, Sent
from bot.services.binding import AccountBinding, BindIntent, Bound, ForgetIntent, Known
from bot.services.linking import Linking, ViewIntent
from bot.settings import ApiVersion
from bot.storage.bindings import EVERYWHERE, Source
from tests.community import GUILD, OTTO, PIA, SAM, Town, town
from tests.services.binding import HIS, MINE, bind, bound, entries, stored

if TYPE_CHECKING:
    from bot.services.turn import Subject
    from sandbox.cad.state import Account

OTHER_GUILD = 501
NOBODYS = "c6ad7b0e-4f4c-4d6e-9c38-3e6b5a1d0c3f"


@pytest.fixture(params=ApiVersion)
def place(request: pytest.FixtureRequest) -> Town:
    return town(request.param)


@pytest.fixture
def pia(place: Town) -> Account:
    return place.resident("Pia")


@pytest.fixture
def binding(place: Town) -> AccountBinding:
    return use_cases(place)


def use_cases(place: Town) -> AccountBinding:
    return AccountBinding(place.database, place.history, place.accounts, clock=place.clock)


async def noted(place: Town) -> list[tuple[int, str, int | None]]:
    """Return what the history says: where, what, about whom."""
    return [(one.guild_id, one.action, one.member_id) for one in await entries(place)]


class TestVerify:
    async def test_binds_everywhere(self, place: Town, pia: Account, binding: AccountBinding) -> None:
        place.clock.now = 5000.0
        assert await binding.verify(place.turn(), f" `{pia.secret}`\n") == Bound(PIA, "Pia")
        row = await bound(place, PIA)
        assert (row.guild_id, row.account, row.username, row.source) == (EVERYWHERE, pia.uuid, "Pia", Source.SECRET)
        assert (row.bound_by, row.bound_at, row.api_id_proven) == (PIA, 5000.0, False)
        assert place.asked == ["verify_secret", "account"]

    async def test_is_in_the_history_without_the_secret(
        self, place: Town, pia: Account, binding: AccountBinding, caplog: pytest.LogCaptureFixture
    ) -> None:
        await bind(place, PIA, place.resident("Older"))
        await binding.verify(place.turn(), pia.secret)
        (entry,) = await entries(place)
        assert (entry.action, entry.member_id, entry.account) == ("verify", PIA, f"account:{pia.uuid}")
        assert entry.after == {"account": pia.uuid}
        assert entry.before != entry.after
        assert pia.secret not in repr(entry)
        assert pia.secret not in caplog.text

    @pytest.mark.parametrize("typed", ["", "  ", "Pia", "1234", "x" * 36, NOBODYS + "0", NOBODYS[:-1]])
    async def test_what_is_no_secret_is_not_sent(self, place: Town, binding: AccountBinding, typed: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            await binding.verify(place.turn(), typed)
        assert caught.value.key == "secret-shape"
        assert place.asked == []

    @pytest.mark.usefixtures("pia")
    async def test_at_most_five_wrong_ones_an_hour(self, place: Town, binding: AccountBinding) -> None:
        for _ in range(5):
            with pytest.raises(CadError) as wrong:
                await binding.verify(place.turn(), NOBODYS)
            assert wrong.value.kind is CadErrorKind.NOT_VERIFIED
        place.asked.clear()
        with pytest.raises(Refused) as caught:
            await binding.verify(place.turn(), NOBODYS)
        assert (caught.value.key, caught.value.params) == ("secret-too-often", {"minutes": 61})
        assert place.asked == []
        assert await stored(place, PIA) == ()
        with pytest.raises(CadError):
            await binding.verify(place.turn(OTTO), NOBODYS)
        place.clock.now += 3600
        with pytest.raises(CadError):
            await binding.verify(place.turn(), NOBODYS)

    async def test_a_newer_proof_moves_it(self, place: Town, pia: Account, binding: AccountBinding) -> None:
        await bind(place, OTTO, pia, guild_id=EVERYWHERE)
        await bind(place, SAM, pia, guild_id=OTHER_GUILD)
        await bind(place, PIA, place.resident("Older"))
        elsewhere = place.resident("Elsewhere")
        await bind(place, PIA, elsewhere, guild_id=OTHER_GUILD + 1)
        found = await binding.verify(place.turn(), pia.secret)
        assert found.told == (OTTO, SAM)
        assert (await bound(place, PIA)).account == pia.uuid
        assert await stored(place, OTTO) == await stored(place, SAM) == ()
        assert await noted(place) == [
            (GUILD, "verify", PIA),
            (GUILD, "moved", OTTO),
            (OTHER_GUILD, "moved", SAM),
            (OTHER_GUILD + 1, "moved", PIA),
        ]

    async def test_proving_again_changes_nothing_for_others(
        self, place: Town, pia: Account, binding: AccountBinding
    ) -> None:
        await binding.verify(place.turn(), pia.secret)
        assert (await binding.verify(place.turn(), pia.secret)).told == ()
        assert (await bound(place, PIA)).account == pia.uuid

    @pytest.mark.parametrize(("status", "step"), [(0, "pending"), (2, "expired"), (3, "removed"), (4, "banned")])
    async def test_who_may_not_act_is_told_the_step(
        self, place: Town, pia: Account, binding: AccountBinding, status: int, step: str
    ) -> None:
        pia.status = status
        with pytest.raises(Refused) as caught:
            await binding.verify(place.turn(), pia.secret)
        assert caught.value.key == f"account-{step}"
        assert await stored(place, PIA) == ()

    async def test_without_the_plan_for_names_the_proof_counts(
        self, place: Town, pia: Account, binding: AccountBinding
    ) -> None:
        place.cad.break_("account", CadErrorKind.PLAN, Sent.ANSWERED)
        assert (await binding.verify(place.turn(), pia.secret)).username == ""
        assert (await bound(place, PIA)).account == pia.uuid

    async def test_a_failure_after_the_proof_binds_nobody(
        self, place: Town, pia: Account, binding: AccountBinding
    ) -> None:
        place.cad.break_("account", CadErrorKind.TIMEOUT)
        with pytest.raises(CadError):
            await binding.verify(place.turn(), pia.secret)
        assert await stored(place, PIA) == ()


async def test_v1_keeps_the_api_id_that_is_used() -> None:
    place = town(ApiVersion.V1)
    one, two = place.resident("One", api_ids=["STEAM:1"]), place.resident("Two", api_ids=["STEAM:2", "STEAM:3"])
    await use_cases(place).verify(place.turn(), one.secret)
    assert (await bound(place, PIA)).api_id == "STEAM:1"
    await use_cases(place).verify(place.turn(), two.secret)
    assert (await bound(place, PIA)).api_id is None
    await bind(place, OTTO, two, api_id="STEAM:3", api_id_proven=True)
    await use_cases(place).verify(place.turn(OTTO), two.secret)
    row = await bound(place, OTTO)
    assert (row.api_id, row.api_id_proven) == ("STEAM:3", False)


class TestSet:
    async def set(self, place: Town, rule: Rule = Rule.STAFF, *yes: str, **names: Any) -> Bound:
        intent = BindIntent(member_id=names.pop("member", OTTO), confirmed=frozenset(yes), **names)
        return await use_cases(place).bind(place.turn(SAM, rule), intent)

    async def refused(self, place: Town, rule: Rule = Rule.STAFF, **names: Any) -> CharlinkError:
        with pytest.raises((Refused, Question)) as caught:
            await self.set(place, rule, **names)
        return caught.value

    @pytest.mark.parametrize("name", ["api_id", "username", "account"])
    async def test_by_each_name(self, place: Town, name: str) -> None:
        otto = place.resident("Otto", api_ids=["STEAM:1"], community_user_id="STEAM:1")
        named: dict[str, Any] = {"api_id": " STEAM:1 ", "username": "Otto", "account": otto.uuid}
        assert await self.set(place, **{name: named[name]}) == Bound(OTTO, "Otto")
        row = await bound(place, OTTO)
        assert (row.guild_id, row.account, row.source, row.bound_by) == (GUILD, otto.uuid, Source.STAFF, SAM)
        assert row.api_id_proven is (name == "api_id")
        v1 = place.tenant.version is ApiVersion.V1
        assert row.api_id == ("STEAM:1" if v1 or name == "api_id" else None)
        assert await noted(place) == [(GUILD, "bind", OTTO)]

    @pytest.mark.parametrize(
        ("names", "key"),
        [
            ({}, "set-one-name"),
            ({"api_id": "a", "username": "b"}, "set-one-name"),
            ({"username": "  "}, "set-name-empty"),
            ({"account": "Otto"}, "set-account-shape"),
        ],
    )
    async def test_names_that_can_not_be_right(self, place: Town, names: dict[str, Any], key: str) -> None:
        assert (await self.refused(place, **names)).key == key
        assert place.asked == []

    @pytest.mark.parametrize(
        ("names", "key"),
        [
            ({"api_id": "none"}, "account-none-api-id"),
            ({"username": "none"}, "account-none-username"),
            ({"account": NOBODYS}, "account-none-account"),
        ],
    )
    async def test_an_account_that_the_cad_does_not_know(self, place: Town, names: dict[str, Any], key: str) -> None:
        assert (await self.refused(place, **names)).key == key
        assert await stored(place, OTTO) == ()

    async def test_an_account_that_may_not_act(self, place: Town) -> None:
        place.resident("Otto", status=4)
        assert (await self.refused(place, username="Otto")).key == "account-banned"

    async def test_oneself_only_as_admin(self, place: Town) -> None:
        place.resident("Sam")
        assert (await self.refused(place, member=SAM, username="Sam")).key == "set-own-admin"
        assert place.asked == []
        await self.set(place, Rule.ADMIN, member=SAM, username="Sam")
        assert (await bound(place, SAM)).username == "Sam"

    @pytest.mark.parametrize("bound_before", [False, True])
    async def test_ones_own_account_is_given_to_nobody_else(self, place: Town, *, bound_before: bool) -> None:
        """For another member staff follow staff's rules: with their own account that is what they may not."""
        sam = place.resident("Sam", None if bound_before else SAM)
        if bound_before or place.tenant.version is ApiVersion.V1:  # where it is not bound, nobody knows that it is his
            await bind(place, SAM, sam, guild_id=EVERYWHERE, source=Source.SECRET)
        assert (await self.refused(place, username="Sam")).key == "set-own-account-admin"
        assert await stored(place, OTTO) == ()

    async def test_the_same_once_more(self, place: Town) -> None:
        otto = place.resident("Otto", api_ids=["STEAM:1"], community_user_id="STEAM:1")
        await bind(place, OTTO, otto, guild_id=EVERYWHERE, source=Source.SECRET)
        assert await self.set(place, username="Otto") == Bound(OTTO, "Otto", changed=False)
        assert (await bound(place, OTTO)).source is Source.SECRET
        assert (await self.set(place, api_id="STEAM:1")).changed, "now his id is proven"
        assert not (await self.set(place, api_id="STEAM:1")).changed
        assert not (await self.set(place, username="Otto")).changed
        assert [row.api_id_proven for row in await stored(place, OTTO)] == [False, True]

    @pytest.mark.parametrize("guild_id", [EVERYWHERE, GUILD])
    async def test_over_the_members_other_account_only_as_admin_after_a_yes(self, place: Town, guild_id: int) -> None:
        old, new = place.resident("Old"), place.resident("New")
        await bind(place, OTTO, old, guild_id=guild_id)
        assert (await self.refused(place, username="New")).key == "set-over-admin"
        asked = await self.refused(place, Rule.ADMIN, username="New")
        assert isinstance(asked, Question)
        assert (asked.params["kind"], asked.params["former"]) == ("member", "Old")
        assert [row.account for row in await stored(place, OTTO)] == [old.uuid]
        assert (await self.set(place, Rule.ADMIN, asked.token, username="New")).told == ()
        assert (await place.accounts.binding(place.guild, OTTO)).account == new.uuid  # type: ignore[union-attr]

    @pytest.mark.parametrize("guild_id", [EVERYWHERE, GUILD])
    async def test_over_another_member_only_as_admin_after_a_yes(self, place: Town, guild_id: int) -> None:
        account = place.resident("Otto")
        await bind(place, PIA, account, guild_id=guild_id)
        assert (await self.refused(place, username="Otto")).key == "set-over-admin"
        asked = await self.refused(place, Rule.ADMIN, username="Otto")
        assert isinstance(asked, Question)
        assert (asked.params["kind"], asked.params["who"]) == ("account", f"<@{PIA}>")
        assert await entries(place) == []
        assert (await self.set(place, Rule.ADMIN, asked.token, username="Otto")).told == (PIA,)
        assert await place.accounts.binding(place.guild, PIA) is None
        assert len(await stored(place, PIA)) == (guild_id == EVERYWHERE), "what he proved holds in other guilds"
        assert await noted(place) == [(GUILD, "bind", OTTO), (GUILD, "moved", PIA)]

    async def test_a_yes_is_to_one_move(self, place: Town) -> None:
        account = place.resident("Otto")
        await bind(place, PIA, account)
        asked = await self.refused(place, Rule.ADMIN, username="Otto")
        assert isinstance(asked, Question)
        await bind(place, OTTO, place.resident("Old"))
        with pytest.raises(Question) as again:
            await self.set(place, Rule.ADMIN, asked.token, username="Otto")
        assert again.value.params["kind"] == "both"

    async def test_what_another_guild_says_is_not_in_the_way(self, place: Town) -> None:
        account = place.resident("Otto")
        await bind(place, PIA, account, guild_id=OTHER_GUILD)
        assert (await self.set(place, username="Otto")).told == ()
        assert (await bound(place, PIA)).guild_id == OTHER_GUILD


class TestForget:
    YES = ForgetIntent(confirmed=frozenset({"forget"}))

    async def test_asks_first_and_says_what_stops(self, place: Town, pia: Account, binding: AccountBinding) -> None:
        await bind(place, PIA, pia)
        with pytest.raises(Question) as asked:
            await binding.forget(place.turn(), ForgetIntent())
        assert asked.value.params == {"version": place.tenant.version.value}
        assert len(await stored(place, PIA)) == 1

    async def test_removes_what_holds_here(self, place: Town, pia: Account, binding: AccountBinding) -> None:
        await bind(place, PIA, pia, guild_id=EVERYWHERE)
        await bind(place, PIA, pia)
        await bind(place, PIA, pia, guild_id=OTHER_GUILD)
        await bind(place, OTTO, place.resident("Otto"))
        assert len(await binding.forget(place.turn(), self.YES)) == 2
        assert (await bound(place, PIA)).guild_id == OTHER_GUILD
        assert len(await stored(place, OTTO)) == 1
        assert await noted(place) == [(GUILD, "forget", PIA)]

    async def test_nothing_to_forget_is_no_question(self, place: Town, binding: AccountBinding) -> None:
        assert await binding.forget(place.turn(), ForgetIntent()) == ()
        assert await entries(place) == []


class TestStatus:
    async def test_bound(self, place: Town, binding: AccountBinding) -> None:
        pia = place.resident("Pia", api_ids=["STEAM:1"])
        pia.links.append("ABC")
        await bind(place, PIA, pia, api_id="STEAM:1")
        status = await binding.status(place.turn(), MINE)
        assert (status.known, status.username, status.missing, status.links) == (Known.STAFF, "Pia", None, None)
        await Linking(place.accounts, place.history).view(place.turn(), ViewIntent(subject=MINE))
        assert (await binding.status(place.turn(), MINE)).links == 1

    async def test_banned(self, place: Town, pia: Account, binding: AccountBinding) -> None:
        pia.status = 4
        await bind(place, PIA, pia)
        status = await binding.status(place.turn(), MINE)
        assert status.missing is not None
        assert status.missing.key == "account-banned"

    async def test_left(self, place: Town, pia: Account, binding: AccountBinding) -> None:
        await bind(place, PIA, pia)
        place.state.accounts.clear()
        status = await binding.status(place.turn(), MINE)
        assert (status.known, status.username) == (Known.STAFF, "Pia")
        assert status.missing is not None
        assert status.missing.key == "account-none-account"

    async def test_a_cad_that_fails_is_no_missing_step(
        self, place: Town, pia: Account, binding: AccountBinding
    ) -> None:
        await bind(place, PIA, pia)
        place.cad.break_("account", CadErrorKind.TIMEOUT)
        status = await binding.status(place.turn(), MINE)
        assert (status.username, status.missing) == ("Pia", None)
        assert isinstance(status.problem, CadError)

    async def test_nobody(self, place: Town, binding: AccountBinding) -> None:
        status = await binding.status(place.turn(), MINE)
        assert status.missing is not None
        v2 = place.tenant.version is ApiVersion.V2
        assert (status.known, status.missing.key) == (Known.NOT, "account-none-discord" if v2 else "account-unknown")

    async def test_by_discord(self) -> None:
        place = town(ApiVersion.V2)
        place.resident("Pia", PIA)
        status = await use_cases(place).status(place.turn(), MINE)
        assert (status.known, status.username, status.missing) == (Known.DISCORD, "Pia", None)

    @pytest.mark.parametrize(("subject", "key"), [(MINE, "account-no-api-id"), (HIS, "account-no-api-id-member")])
    async def test_v1_without_an_api_id(self, subject: Subject, key: str) -> None:
        place = town(ApiVersion.V1)
        await bind(place, subject.member_id or 0, place.resident("Otto"))
        status = await use_cases(place).status(place.turn(), subject)
        assert status.missing is not None
        assert status.missing.key == key

    @pytest.mark.parametrize(("subject", "key"), [(MINE, "account-unconfirmed"), (HIS, "account-unconfirmed-member")])
    async def test_discord_ids_as_api_ids(self, subject: Subject, key: str) -> None:
        place = town(ApiVersion.V1, api_id_is_discord_id=True)
        account = place.resident("Otto", api_ids=[str(subject.member_id)])
        status = await use_cases(place).status(place.turn(), subject)
        assert status.missing is not None
        assert (status.known, status.missing.key) == (Known.OWN_ID, key)
        await bind(place, subject.member_id or 0, account, source=Source.CONFIRMED)
        assert (await use_cases(place).status(place.turn(), subject)).missing is None
        await bind(place, subject.member_id or 0, place.resident("Mallory"), source=Source.CONFIRMED)
        changed = (await use_cases(place).status(place.turn(), subject)).missing
        assert changed is not None
        assert changed.key == "account-changed"


async def test_bindings_are_their_communitys(place: Town, pia: Account, binding: AccountBinding) -> None:
    await binding.verify(place.turn(), pia.secret)
    shared = place.tenant.community
    other = replace(place.guild, id=OTHER_GUILD, tenant=replace(place.tenant, community=replace(shared, id="another")))
    assert await place.accounts.binding(other, PIA) is None
    assert await place.accounts.binding(replace(place.guild, id=OTHER_GUILD), PIA) is not None
