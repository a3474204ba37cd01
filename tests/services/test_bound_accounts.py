"""What a stored binding makes of a member's account, and the API id that v1 needs of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.access import Rule
from bot.domain.models import Target
from bot.errors import CadError, CadErrorKind, Choice, Sent
from bot.services.accounts import Use
from bot.services.linking import Linking
from bot.services.turn import Subject
from bot.settings import ApiVersion, CreateForm
from bot.storage import bindings
from tests.community import OTTO, PIA, Town, town
from tests.services.binding import HIS, MINE, NOBODY, UNKNOWN, bind, bound, entries, refused
from tests.services.creating import create, creation_of, draft_of, names, settle
from tests.services.intents import add, refusal


class TestBindings:
    async def test_a_binding_comes_before_discord(self, place: Town) -> None:
        pia = place.resident("Pia Two")
        place.resident("Pia", PIA)
        await bind(place, PIA, pia)
        assert await place.accounts.resolve(place.turn(), MINE, NOBODY, Use.LINKS) == Target.of(account=pia.uuid)
        assert place.asked == []
        assert place.tenant.memory.name(Target.of(account=pia.uuid)) == "Pia Two"

    async def test_the_guilds_own_row_comes_before_what_holds_everywhere(self, place: Town) -> None:
        first, second = place.resident("One"), place.resident("Two")
        await bind(place, PIA, first, guild_id=bindings.EVERYWHERE)
        await bind(place, PIA, second)
        assert await place.accounts.find(place.guild, MINE) == Target.of(account=second.uuid)
        elsewhere = replace(place.guild, id=501)
        assert await place.accounts.find(elsewhere, MINE) == Target.of(account=first.uuid)

    async def test_what_holds_everywhere_gives_way_to_another_members_row(self, place: Town) -> None:
        pia = place.resident("Pia")
        await bind(place, PIA, pia, guild_id=bindings.EVERYWHERE)
        await bind(place, OTTO, pia)
        assert await place.accounts.find(place.guild, MINE) == Target.of(discord=PIA)
        assert await place.accounts.find(place.guild, HIS) == Target.of(account=pia.uuid)
        assert await place.accounts.find(replace(place.guild, id=501), MINE) == Target.of(account=pia.uuid)

    async def test_staffs_api_id_comes_before_everything(self, place: Town) -> None:
        pia = place.resident("Pia", community_user_id="lic")
        await bind(place, PIA, pia)
        both = Subject(member_id=PIA, api_id="lic")
        staff = place.turn(OTTO, Rule.STAFF)
        assert await place.accounts.resolve(staff, both, NOBODY) == Target.of(api_id="lic")

    async def test_who_is_bound_does_not_name_anothers_id(self, place: Town) -> None:
        await bind(place, PIA, place.resident("Pia"))
        place.resident("Otto", community_user_id="lic")
        assert (await refused(place, Subject(member_id=PIA, api_id="lic"), Rule.STAFF)).key == "account-disagrees"

    async def test_an_id_whose_account_is_anothers_disagrees(self, place: Town) -> None:
        await bind(place, OTTO, place.resident("Otto", community_user_id="lic"))
        assert (await refused(place, Subject(member_id=PIA, api_id="lic"), Rule.STAFF)).key == "account-disagrees"


class TestApiIdsOfVersionOne:
    """Links, and new characters in the seed's form, take an API id: it is read from the bound account."""

    @pytest.fixture
    def place(self) -> Town:
        return town(ApiVersion.V1)

    async def test_the_only_one_is_taken_and_remembered(self, place: Town) -> None:
        pia = place.resident("Pia", api_ids=["STEAM:1"])
        await bind(place, PIA, pia)
        for _ in range(2):
            assert await place.accounts.resolve(place.turn(), MINE, NOBODY, Use.LINKS) == Target.of(api_id="STEAM:1")
        assert place.asked == ["account"]
        assert (await bound(place, PIA)).api_id == "STEAM:1"
        assert not (await bound(place, PIA)).api_id_proven

    async def test_what_takes_the_account_needs_none(self, place: Town) -> None:
        pia = place.resident("Pia", api_ids=["STEAM:1"])
        await bind(place, PIA, pia)
        assert await place.accounts.resolve(place.turn(), MINE, NOBODY) == Target.of(account=pia.uuid)
        assert await place.accounts.resolve(place.turn(), MINE, NOBODY, Use.CREATE) == Target.of(api_id="STEAM:1")
        assert await place.accounts.find(place.guild, MINE) == Target.of(account=pia.uuid)

    @pytest.mark.parametrize("form", [CreateForm.DICTIONARY, CreateForm.RECORD])
    async def test_the_later_forms_take_the_account(self, form: CreateForm) -> None:
        place = town(ApiVersion.V1, create_form=form)
        pia = place.resident("Pia")
        await bind(place, PIA, pia)
        assert await place.accounts.resolve(place.turn(), MINE, NOBODY, Use.CREATE) == Target.of(account=pia.uuid)
        assert place.asked == []

    async def test_of_several_he_chooses_and_that_is_remembered(self, place: Town) -> None:
        await bind(place, PIA, place.resident("Pia", api_ids=["STEAM:1", "license:2"]))
        with pytest.raises(Choice) as asked:
            await place.accounts.resolve(place.turn(), MINE, NOBODY, Use.LINKS)
        assert asked.value.options == (("api-id:STEAM:1", "STEAM:1"), ("api-id:license:2", "license:2"))
        chosen = frozenset({"api-id:license:2"})
        assert await place.accounts.resolve(place.turn(), MINE, chosen, Use.LINKS) == Target.of(api_id="license:2")
        assert await place.accounts.resolve(place.turn(), MINE, NOBODY, Use.LINKS) == Target.of(api_id="license:2")
        assert [(one.action, one.after) for one in await entries(place)] == [("bind", {"api_id": "license:2"})]

    async def test_a_choice_that_is_none_of_them_is_no_choice(self, place: Town) -> None:
        await bind(place, PIA, place.resident("Pia", api_ids=["STEAM:1", "license:2"]))
        with pytest.raises(Choice):
            await place.accounts.resolve(place.turn(), MINE, frozenset({"api-id:STEAM:9"}), Use.LINKS)

    @pytest.mark.parametrize(("subject", "key"), [(MINE, "account-no-api-id"), (HIS, "account-no-api-id-member")])
    async def test_without_any_the_step_is_told(self, place: Town, subject: Subject, key: str) -> None:
        assert subject.member_id is not None
        await bind(place, subject.member_id, place.resident("Otto", api_ids=[""]))
        told = await refused(place, subject)
        assert (told.key, told.params) == (key, {"account": "Otto"})

    @pytest.mark.parametrize(("status", "step"), [(0, "pending"), (2, "expired"), (3, "removed"), (4, "banned")])
    async def test_who_may_not_act_is_told_the_step(self, place: Town, status: int, step: str) -> None:
        await bind(place, PIA, place.resident("Pia", status=status, api_ids=["STEAM:1"]))
        assert (await refused(place)).key == f"account-{step}"

    async def test_an_account_that_left_is_told(self, place: Town) -> None:
        pia = place.resident("Pia")
        await bind(place, PIA, pia)
        place.state.accounts.clear()
        assert (await refused(place)).key == "account-none-account"


class TestRenewed:
    """A call for an API id that the CAD does not know any more is made for the account's new one."""

    @pytest.fixture
    def place(self) -> Town:
        return town(ApiVersion.V1)

    async def renewed(self, place: Town, subject: Subject = MINE, target: str = "STEAM:1") -> Target | None:
        return await place.accounts.renewed(place.turn(), subject, Target.of(api_id=target), UNKNOWN)

    async def test_is_the_new_one(self, place: Town) -> None:
        await bind(place, PIA, place.resident("Pia", api_ids=["STEAM:2"]), api_id="STEAM:1", api_id_proven=True)
        assert await self.renewed(place) == Target.of(api_id="STEAM:2")
        row = await bound(place, PIA)
        assert (row.api_id, row.api_id_proven) == ("STEAM:2", False)

    async def test_of_several_he_chooses(self, place: Town) -> None:
        await bind(place, PIA, place.resident("Pia", api_ids=["STEAM:2", "STEAM:3"]), api_id="STEAM:1")
        with pytest.raises(Choice):
            await self.renewed(place)
        assert (await bound(place, PIA)).api_id is None

    async def test_nothing_where_the_account_still_has_it(self, place: Town) -> None:
        await bind(place, PIA, place.resident("Pia", api_ids=["STEAM:1"]), api_id="STEAM:1")
        assert await self.renewed(place) is None

    async def test_never_for_an_id_that_staff_named_or_that_is_not_the_bound_one(self, place: Town) -> None:
        await bind(place, PIA, place.resident("Pia", api_ids=["STEAM:2"]), api_id="STEAM:1")
        assert await self.renewed(place, Subject(api_id="STEAM:1")) is None
        assert await self.renewed(place, target="STEAM:7") is None
        assert await self.renewed(place, HIS) is None
        other = CadError(CadErrorKind.TIMEOUT, sent=Sent.UNKNOWN)
        assert await place.accounts.renewed(place.turn(), MINE, Target.of(api_id="STEAM:1"), other) is None
        assert place.asked == []


class TestLinkingByABoundId:
    @pytest.fixture
    def place(self) -> Town:
        place = town(ApiVersion.V1)
        place.policy = replace(place.policy, self_link_pattern="char#:{api_id}")
        return place

    async def test_what_staff_bound_proves_a_sync_id(self, place: Town) -> None:
        pia = place.resident("Pia", api_ids=["STEAM:1"])
        await bind(place, PIA, pia, api_id="STEAM:1", api_id_proven=True)
        linking = Linking(place.accounts, place.history)
        assert (await linking.change(place.turn(rule=Rule.APPROVAL), add("char1:STEAM:1"))).changed
        assert pia.links == ["char1:STEAM:1"]
        assert (
            await refusal(linking, place.turn(rule=Rule.APPROVAL), add("char1:STEAM:2"))
        ).key == "self-link-approval"

    async def test_what_its_owner_typed_proves_nothing(self, place: Town) -> None:
        pia = place.resident("Pia", api_ids=["STEAM:1"])
        await bind(place, PIA, pia, api_id="STEAM:1")
        linking = Linking(place.accounts, place.history)
        told = await refusal(linking, place.turn(rule=Rule.APPROVAL), add("char1:STEAM:1"))
        assert told.key == "self-link-approval"
        assert pia.links == []

    async def test_a_link_drops_the_characters_that_are_listed_by_the_account(self, place: Town) -> None:
        pia = place.resident("Pia", api_ids=["STEAM:1"])
        await bind(place, PIA, pia)
        turn, listed = place.turn(), Target.of(account=pia.uuid)
        await place.tenant.cad.characters(turn.caller, listed)
        await Linking(place.accounts, place.history).change(turn, add("ABC"))
        assert place.tenant.cad.peek_characters(listed) is None


async def test_a_new_character_goes_to_the_id_that_the_account_has_now() -> None:
    place = settle(town(ApiVersion.V1))
    pia = place.resident("Pia", api_ids=["STEAM:2"])
    await bind(place, PIA, pia, api_id="STEAM:1")
    creation = creation_of(place)
    draft = await draft_of(place, creation)
    assert await create(place, creation, draft) is None
    assert names(place, pia) == ["jane"]
    (entry,) = await entries(place)
    assert (entry.action, entry.state) == ("create", "done")
