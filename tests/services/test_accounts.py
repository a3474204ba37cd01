"""Which CAD account is a member, who confirmed it, and which step is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.access import Rule
from bot.domain.models import Target
from bot.errors import CadError, CadErrorKind, CharlinkError, Question, Refused, Sent
from bot.services.accounts import Accounts, Use
from bot.services.turn import Subject
from bot.settings import ApiVersion, SelfLink
from bot.storage import bindings
from bot.storage.bindings import Source
from tests.community import GUILD, OTTO, PIA, Town, town
from tests.services.binding import HIS, MINE, NOBODY, UNKNOWN, bind, bound, entries, refused

if TYPE_CHECKING:
    from sandbox.cad.state import Account

NOWHERE = "c6ad7b0e-4f4c-4d6e-9c38-3e6b5a1d0c3f"


@pytest.fixture
def accounts(place: Town) -> Accounts:
    return place.accounts


@pytest.mark.parametrize(
    ("version", "as_api_id", "subject", "expected"),
    [
        (ApiVersion.V2, False, MINE, Target.of(discord=PIA)),
        (ApiVersion.V2, False, Subject(api_id="lic"), Target.of(api_id="lic")),
        (ApiVersion.V2, False, Subject(member_id=PIA, api_id="lic"), Target.of(api_id="lic")),
        (ApiVersion.V1, True, MINE, Target.of(api_id=str(PIA))),
        (ApiVersion.V1, False, MINE, None),
        (ApiVersion.V1, False, Subject(), None),
        (ApiVersion.V1, False, Subject(api_id="STEAM:1"), Target.of(api_id="STEAM:1")),
    ],
)
async def test_exactly_one_identifier(
    version: ApiVersion, subject: Subject, expected: Target | None, *, as_api_id: bool
) -> None:
    place = town(version, api_id_is_discord_id=as_api_id)
    assert await place.accounts.find(place.guild, subject) == expected
    assert await place.accounts.find(replace(place.guild, tenant=None), MINE) is None


@pytest.mark.parametrize(("subject", "key"), [(MINE, "account-unknown"), (HIS, "account-unknown-member")])
async def test_v1_without_an_id_says_who_can_help(subject: Subject, key: str) -> None:
    assert (await refused(town(ApiVersion.V1), subject)).key == key


async def test_v2_needs_no_call(place: Town, accounts: Accounts) -> None:
    assert await accounts.resolve(place.turn(), MINE, NOBODY) == Target.of(discord=PIA)
    assert place.asked == []


class TestProvenIds:
    async def test_v2s_own_id_and_what_staff_bound(self, place: Town) -> None:
        pia = place.resident("Pia", PIA, community_user_id="lic")
        assert await place.accounts.proven_ids(place.turn(), MINE) == {"lic"}
        await bind(place, PIA, pia, api_id="older", api_id_proven=True)
        assert await place.accounts.proven_ids(place.turn(), MINE) == {"lic", "older"}

    async def test_none_without_a_member_or_an_id(self, place: Town) -> None:
        place.resident("Pia", PIA)
        assert await place.accounts.proven_ids(place.turn(), MINE) == frozenset()
        assert await place.accounts.proven_ids(place.turn(), Subject(api_id="lic")) == frozenset()

    async def test_v1s_are_only_what_staff_bound(self) -> None:
        place = town(ApiVersion.V1)
        pia = place.resident("Pia", api_ids=["STEAM:1"])
        await bind(place, PIA, pia, api_id="STEAM:1")
        assert await place.accounts.proven_ids(place.turn(), MINE) == frozenset()
        await bind(place, PIA, pia, api_id="STEAM:1", api_id_proven=True)
        assert await place.accounts.proven_ids(place.turn(), MINE) == {"STEAM:1"}
        assert place.asked == []

    async def test_nobody_there_is_told(self, place: Town) -> None:
        with pytest.raises(Refused) as caught:
            await place.accounts.proven_ids(place.turn(), MINE)
        assert caught.value.key == "account-none-discord"


class TestMemberWithApiId:
    async def test_of_his_own(self, place: Town, accounts: Accounts) -> None:
        place.resident("Otto", OTTO, community_user_id="lic")
        both = Subject(member_id=OTTO, api_id="lic")
        assert await accounts.resolve(place.turn(rule=Rule.STAFF), both, NOBODY) == Target.of(api_id="lic")

    async def test_of_somebody_else_is_refused(self, place: Town) -> None:
        place.resident("Otto", OTTO, community_user_id="lic")
        place.resident("Mia", community_user_id="lic-mia")
        told = await refused(place, Subject(member_id=OTTO, api_id="lic-mia"), Rule.STAFF)
        assert (told.key, told.params) == ("account-disagrees", {"member": OTTO})

    async def test_who_is_not_linked_to_discord_is_named_by_it(self, place: Town, accounts: Accounts) -> None:
        place.resident("Otto", community_user_id="lic")
        both = Subject(member_id=OTTO, api_id="lic")
        assert await accounts.resolve(place.turn(rule=Rule.STAFF), both, NOBODY) == Target.of(api_id="lic")

    async def test_another_failure_is_told(self, place: Town, accounts: Accounts) -> None:
        place.cad.break_("account", CadErrorKind.TIMEOUT)
        with pytest.raises(CadError):
            await accounts.resolve(place.turn(rule=Rule.STAFF), Subject(member_id=OTTO, api_id="lic"), NOBODY)

    async def test_v1_compares_with_the_binding(self) -> None:
        place = town(ApiVersion.V1)
        await bind(place, PIA, place.resident("Pia", api_ids=["STEAM:1"]))
        place.resident("Otto", api_ids=["STEAM:2"])
        staff = place.turn(OTTO, Rule.STAFF)
        own = Subject(member_id=PIA, api_id="STEAM:1")
        assert await place.accounts.resolve(staff, own, NOBODY) == Target.of(api_id="STEAM:1")
        told = await refused(place, Subject(member_id=PIA, api_id="STEAM:2"), Rule.STAFF)
        assert told.key == "account-disagrees"

    async def test_v1_without_a_binding_takes_staffs_word(self) -> None:
        place = town(ApiVersion.V1)
        place.resident("Otto", api_ids=["STEAM:2"])
        both = Subject(member_id=OTTO, api_id="STEAM:2")
        assert await place.accounts.resolve(place.turn(rule=Rule.STAFF), both, NOBODY) == Target.of(api_id="STEAM:2")

    async def test_of_nobody_is_told(self) -> None:
        told = await refused(town(ApiVersion.V1), Subject(member_id=OTTO, api_id="STEAM:2"), Rule.STAFF)
        assert (told.key, told.params) == ("account-none-api-id", {"id": "STEAM:2"})


class TestStaffNamingThemselvesById:
    """Staff do not escape the players' rules by naming their own account."""

    async def test_is_refused_but_for_admins(self, place: Town, accounts: Accounts) -> None:
        place.policy = replace(place.policy, self_link=SelfLink.OFF)
        place.resident("Pia", PIA, community_user_id="lic-pia")
        assert (await refused(place, Subject(api_id="lic-pia"), Rule.STAFF)).key == "account-own-by-id"
        admin = place.turn(rule=Rule.ADMIN)
        assert await accounts.resolve(admin, Subject(api_id="lic-pia"), NOBODY) == Target.of(api_id="lic-pia")

    async def test_nobody_is_asked_where_staff_may_do_no_more(self, place: Town, accounts: Accounts) -> None:
        await accounts.resolve(place.turn(rule=Rule.STAFF), Subject(api_id="lic-pia"), NOBODY)
        assert place.asked == []

    @pytest.mark.parametrize("version", ApiVersion)
    async def test_a_binding_tells_too(self, version: ApiVersion) -> None:
        place = town(version)
        place.policy = replace(place.policy, self_link=SelfLink.OFF)
        pia = place.resident("Pia", api_ids=["STEAM:1", "STEAM:2"], community_user_id="STEAM:2")
        place.resident("Otto", api_ids=["STEAM:3"], community_user_id="STEAM:3")
        await bind(place, PIA, pia)
        assert (await refused(place, Subject(api_id="STEAM:2"), Rule.STAFF)).key == "account-own-by-id"
        staff = place.turn(rule=Rule.STAFF)
        assert await place.accounts.resolve(staff, Subject(api_id="STEAM:3"), NOBODY) == Target.of(api_id="STEAM:3")

    async def test_v1_without_a_binding_knows_nothing(self) -> None:
        place = town(ApiVersion.V1)
        place.policy = replace(place.policy, self_link=SelfLink.OFF)
        staff = place.turn(rule=Rule.STAFF)
        assert await place.accounts.resolve(staff, Subject(api_id="STEAM:3"), NOBODY) == Target.of(api_id="STEAM:3")
        assert place.asked == []

    async def test_v1_where_ids_are_discord_ids(self) -> None:
        place = town(ApiVersion.V1, api_id_is_discord_id=True)
        place.policy = replace(place.policy, self_link=SelfLink.OFF)
        assert (await refused(place, Subject(api_id=str(PIA)), Rule.STAFF)).key == "account-own-by-id"


class TestDiscordIdsAsApiIds:
    """`API_ID_IS_DISCORD_ID`: the first use shows the user name, asks, and binds."""

    @pytest.fixture
    def place(self) -> Town:
        return town(ApiVersion.V1, api_id_is_discord_id=True)

    @pytest.fixture
    def pia(self, place: Town) -> Account:
        return place.resident("Pia", api_ids=[str(PIA)])

    async def confirm(self, place: Town, accounts: Accounts) -> Target:
        with pytest.raises(Question) as asked:
            await accounts.resolve(place.turn(), MINE, NOBODY)
        assert (asked.value.key, asked.value.params) == ("account-is-this-you", {"account": "Pia"})
        return await accounts.resolve(place.turn(), MINE, frozenset({asked.value.token}))

    async def test_asks_once_and_binds(self, place: Town, pia: Account, accounts: Accounts) -> None:
        assert await self.confirm(place, accounts) == Target.of(api_id=str(PIA))
        place.asked.clear()
        await place.accounts.resolve(place.turn(), MINE, NOBODY)
        assert place.asked == ["account"]  # whose the id is now is read every time
        assert place.tenant.memory.name(Target.of(api_id=str(PIA))) == "Pia"
        row = await bound(place, PIA)
        assert (row.account, row.source, row.guild_id, row.api_id_proven) == (pia.uuid, Source.CONFIRMED, GUILD, False)
        (entry,) = await entries(place)
        assert (entry.action, entry.actor_id, entry.after) == (
            "bind",
            PIA,
            {"account": pia.uuid, "source": "confirmed"},
        )

    async def test_what_is_anothers_is_taken_from_nobody(self, place: Town, pia: Account) -> None:
        await bind(place, OTTO, pia)
        with pytest.raises(Refused) as caught:
            await place.accounts.resolve(place.turn(), MINE, frozenset({f"account:{pia.uuid}"}))
        assert caught.value.key == "account-held"
        assert await entries(place) == []

    async def test_a_proven_account_comes_before_it(self, place: Town) -> None:
        other = place.resident("Pia Two", api_ids=["STEAM:1"])
        await bind(place, PIA, other, guild_id=bindings.EVERYWHERE, source=Source.SECRET)
        assert await place.accounts.resolve(place.turn(), MINE, NOBODY, Use.LINKS) == Target.of(api_id="STEAM:1")

    @pytest.mark.usefixtures("pia")
    async def test_a_yes_is_to_one_account(self, place: Town, accounts: Accounts) -> None:
        with pytest.raises(Question):
            await accounts.resolve(place.turn(), MINE, frozenset({"account:another"}))

    async def test_another_account_later_stops_and_is_audited(
        self, place: Town, pia: Account, accounts: Accounts, caplog: pytest.LogCaptureFixture
    ) -> None:
        await self.confirm(place, accounts)
        pia.api_ids.clear()
        place.resident("Mallory", api_ids=[str(PIA)])
        for turn in (place.turn(), place.turn(OTTO, Rule.STAFF)):
            with pytest.raises(Refused) as caught:
                await accounts.resolve(turn, MINE, NOBODY)
            assert caught.value.key == "account-changed"
        assert any("audit" in line for line in caplog.messages)

    @pytest.mark.parametrize(("status", "step"), [(0, "pending"), (2, "expired"), (3, "removed"), (4, "banned")])
    async def test_who_may_not_act_is_told_the_step(
        self, place: Town, pia: Account, accounts: Accounts, status: int, step: str
    ) -> None:
        pia.status = status
        with pytest.raises(Refused) as caught:
            await accounts.resolve(place.turn(), MINE, frozenset({f"account:{pia.uuid}"}))
        assert (caught.value.key, caught.value.params) == (f"account-{step}", {"account": "Pia"})

    async def test_nobody_there_is_told_the_step(self, place: Town) -> None:
        told = await refused(place)
        assert (told.key, told.params) == ("account-none-own", {"id": str(PIA)})

    @pytest.mark.usefixtures("pia")
    async def test_staff_are_not_asked_for_others(self, place: Town, accounts: Accounts) -> None:
        target = await accounts.resolve(place.turn(OTTO, Rule.STAFF), MINE, NOBODY)
        assert target == Target.of(api_id=str(PIA))
        assert place.asked == []

    @pytest.mark.usefixtures("pia")
    async def test_a_member_and_an_id_of_another_account_disagree(self, place: Town) -> None:
        place.resident("Mallory", api_ids=["STEAM:9"])
        told = await refused(place, Subject(member_id=PIA, api_id="STEAM:9"), Rule.STAFF)
        assert told.key == "account-disagrees"


class TestExplain:
    async def explained(self, place: Town, target: Target, error: CadError = UNKNOWN) -> CharlinkError:
        return await place.accounts.explain(place.turn(), target, error)

    @pytest.mark.parametrize(
        ("target", "key"),
        [
            (Target.of(discord=PIA), "account-none-discord"),
            (Target.of(api_id="lic"), "account-none-api-id"),
            (Target.of(account=NOWHERE), "account-none-account"),
        ],
    )
    async def test_nobody_by_that_name(self, place: Town, target: Target, key: str) -> None:
        explained = await self.explained(place, target)
        assert (explained.key, explained.params) == (key, {"id": target.value})
        assert place.asked == ["account"]

    async def test_an_account_that_waits_for_approval(self, place: Town) -> None:
        place.resident("Pia", PIA, status=0)
        explained = await self.explained(place, Target.of(discord=PIA))
        assert (explained.key, explained.params) == ("account-pending", {"account": "Pia"})

    async def test_other_errors_stay_as_they_are(self, place: Town) -> None:
        error = CadError(CadErrorKind.AUTH, sent=Sent.ANSWERED)
        assert await self.explained(place, Target.of(discord=PIA), error) is error
        assert place.asked == []

    async def test_when_looking_fails_the_step_is_told_all_the_same(self, place: Town) -> None:
        place.cad.break_("account", CadErrorKind.TIMEOUT)
        assert (await self.explained(place, Target.of(discord=PIA))).key == "account-none-discord"
