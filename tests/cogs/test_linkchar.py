"""`/linkchar` as people use it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import CadErrorKind, Sent
from bot.services.linking import HINT_VALUE
from bot.settings import ApiVersion, SelfLink
from tests.cogs.people_of_the_cad import deeds
from tests.cogs.stage import Stage, staged
from tests.community import Town, town

if TYPE_CHECKING:
    from sandbox.cad.state import Account


class TestStaff:
    async def test_links_for_an_api_id(self, stage: Stage, staff: Any) -> None:
        account = stage.town.resident("Otto", community_user_id="lic")
        answer = await stage.slash(staff, "linkchar", sync_id="ABC12345", api_id="lic")
        assert answer.headline == "Linked `ABC12345`."
        assert "`lic`" in answer.text
        assert answer.buttons == ["Unlink", "Show character"]
        assert answer.result.ephemeral
        assert stage.callbacks() == [5], "acknowledged before anything is asked of the CAD"
        assert stage.town.asked == ["link"]
        assert account.links == ["ABC12345"]

    async def test_hears_that_it_was_linked_already(self, stage: Stage, staff: Any) -> None:
        stage.town.resident("Otto", community_user_id="lic")
        await stage.slash(staff, "linkchar", sync_id="ABC", api_id="lic")
        answer = await stage.slash(staff, "linkchar", sync_id="ABC", api_id="lic")
        assert answer.headline == "Already linked: `ABC`."
        assert "Unlink" not in answer.buttons
        assert "Undo" not in answer.buttons

    async def test_links_for_a_member(self, stage: Stage, staff: Any, pia: Any, hers: Account) -> None:
        answer = await stage.slash(staff, "linkchar", sync_id="ABC", member=pia)
        assert f"<@{pia.id}>" in answer.text
        assert hers.links == ["ABC"]

    async def test_two_names_that_disagree_are_refused(self, stage: Stage, staff: Any, pia: Any, hers: Account) -> None:
        stage.town.resident("Otto", community_user_id="lic")
        answer = await stage.slash(staff, "linkchar", sync_id="ABC", member=pia, api_id="lic")
        assert answer.headline == "Refused: that API ID belongs to somebody else."
        assert hers.links == []

    async def test_a_bot_has_no_account(self, stage: Stage, staff: Any) -> None:
        robot = stage.guild.add_member(stage.env.create_user("Robot", bot=True))
        answer = await stage.slash(staff, "linkchar", sync_id="ABC", member=robot)
        assert answer.headline == "A bot has no CAD account."
        assert stage.town.asked == []

    async def test_a_blank_api_id_is_no_id(self, stage: Stage, staff: Any) -> None:
        answer = await stage.slash(staff, "linkchar", sync_id="ABC", api_id="  ")
        assert "empty" in answer.headline
        assert stage.town.asked == []

    async def test_is_asked_before_it_takes_what_is_anothers(
        self, stage: Stage, staff: Any, pia: Any, hers: Account
    ) -> None:
        stage.town.resident("Otto", community_user_id="lic")
        await stage.slash(staff, "linkchar", sync_id="ABC", api_id="lic")
        asked = await stage.slash(staff, "linkchar", sync_id="ABC", member=pia)
        assert asked.buttons == ["Yes, link anyway", "No, leave it"]
        assert hers.links == []
        done = await stage.press(staff, asked, "Yes, link anyway")
        assert done.headline == "Linked `ABC`."
        assert hers.links == ["ABC"]


class TestShowCharacter:
    async def test_shows_the_one_behind_the_link(self, stage: Stage, pia: Any, hers: Account) -> None:
        stage.town.state.community.db_sync = True
        stage.town.state.add_game_character("ABC", {"first": "Jane", "last": "Doe"})
        linked = await stage.slash(pia, "linkchar", sync_id="ABC")
        stage.town.asked.clear()
        shown = await stage.press(pia, linked, "Show character")
        assert stage.town.asked == ["characters"]
        assert "jane" in shown.text.lower()
        assert shown.result.ephemeral
        assert linked.headline == "Linked `ABC`.", "the answer with its buttons stays"
        assert hers.links == ["ABC"]

    @pytest.mark.usefixtures("hers")
    async def test_says_so_if_the_cad_lists_none(self, stage: Stage, pia: Any) -> None:
        shown = await stage.press(pia, await stage.slash(pia, "linkchar", sync_id="ABC"), "Show character")
        assert "`ABC`" in shown.text
        assert "Reference" not in shown.text

    @pytest.mark.usefixtures("hers")
    async def test_a_failure_leaves_the_answer(self, stage: Stage, pia: Any) -> None:
        linked = await stage.slash(pia, "linkchar", sync_id="ABC")
        stage.town.cad.break_("characters", CadErrorKind.TIMEOUT)
        failed = await stage.press(pia, linked, "Show character")
        assert failed.headline == "The CAD did not answer in time."
        assert linked.headline == "Linked `ABC`."


class TestPlayer:
    async def test_links_himself(self, stage: Stage, pia: Any, hers: Account) -> None:
        answer = await stage.slash(pia, "linkchar", sync_id="'ABC'")
        assert answer.headline == "Linked `ABC`."
        assert "your CAD account" in answer.text
        assert hers.links == ["ABC"]
        assert stage.town.asked == ["link"]

    async def test_unlinks_after_a_question_and_takes_it_back(self, stage: Stage, pia: Any, hers: Account) -> None:
        hers.links.append("ABC")
        asked = await stage.slash(pia, "linkchar", sync_id="ABC", action="remove")
        assert asked.headline == "Unlink `ABC`?"
        assert asked.buttons == ["Unlink", "No, leave it"]
        assert stage.town.asked == []
        gone = await stage.press(pia, asked, "Unlink")
        assert gone.headline == "Unlinked `ABC`."
        assert gone.buttons == ["Undo"]
        assert hers.links == []
        back = await stage.press(pia, gone, "Undo")
        assert "`ABC`" in back.headline
        assert hers.links == ["ABC"]

    async def test_says_no(self, stage: Stage, pia: Any, hers: Account) -> None:
        hers.links.append("ABC")
        asked = await stage.slash(pia, "linkchar", sync_id="ABC", action="remove")
        answer = await stage.press(pia, asked, "No, leave it")
        assert answer.headline == "Left as it is."
        assert answer.buttons == []
        assert hers.links == ["ABC"]
        assert stage.town.asked == []

    @pytest.mark.usefixtures("hers")
    async def test_unlinking_what_is_not_linked_succeeds(self, stage: Stage, pia: Any) -> None:
        asked = await stage.slash(pia, "linkchar", sync_id="ABC", action="remove")
        answer = await stage.press(pia, asked, "Unlink")
        assert answer.headline == "`ABC` was not linked."

    async def test_the_button_beside_success_asks_too(self, stage: Stage, pia: Any, hers: Account) -> None:
        linked = await stage.slash(pia, "linkchar", sync_id="ABC")
        asked = await stage.press(pia, linked, "Unlink")
        assert asked.headline == "Unlink `ABC`?"
        assert hers.links == ["ABC"]
        await stage.press(pia, asked, "Unlink")
        assert hers.links == []

    @pytest.mark.parametrize("typed", ["../x", "a\\b", "..", "a\tb", "x" * 256])
    async def test_a_strange_sync_id_is_refused_without_a_call(self, stage: Stage, pia: Any, typed: str) -> None:
        answer = await stage.slash(pia, "linkchar", sync_id=typed)
        assert answer.headline.startswith("Not a sync ID")
        assert "Reference: `" in answer.text
        assert stage.town.asked == []

    async def test_without_an_account_he_is_told_the_one_step(self, stage: Stage, pia: Any) -> None:
        answer = await stage.slash(pia, "linkchar", sync_id="ABC")
        assert answer.headline == "The CAD knows no account for this Discord user."
        assert "Nothing was changed" in answer.text

    async def test_what_is_anothers_is_refused_without_a_name(
        self, stage: Stage, staff: Any, pia: Any, hers: Account
    ) -> None:
        stage.town.resident("Otto", community_user_id="lic")
        await stage.slash(staff, "linkchar", sync_id="ABC", api_id="lic")
        answer = await stage.slash(pia, "linkchar", sync_id="ABC")
        assert answer.headline == "Not linked: `ABC` belongs to another CAD account."
        assert "Otto" not in answer.text
        assert "lic" not in answer.text
        assert hers.links == []

    @pytest.mark.parametrize(
        ("self_link", "headline"),
        [
            (SelfLink.OFF, "Not linked: players do not link themselves in this server."),
            (SelfLink.APPROVAL, "Not linked yet: staff must approve it."),
        ],
    )
    async def test_self_link(self, stage: Stage, pia: Any, hers: Account, self_link: SelfLink, headline: str) -> None:
        stage.set_policy(replace(stage.policy, self_link=self_link))
        answer = await stage.slash(pia, "linkchar", sync_id="ABC")
        assert answer.headline == headline
        assert hers.links == []

    async def test_the_limit(self, stage: Stage, pia: Any, hers: Account) -> None:
        stage.set_policy(replace(stage.policy, max_links=1))
        hers.links.append("ONE")
        answer = await stage.slash(pia, "linkchar", sync_id="TWO")
        assert answer.headline == "Not linked: you already have 1 of at most 1 characters."
        assert hers.links == ["ONE"]


class TestWithoutSyncId:
    async def test_shows_the_links_and_takes_another(self, stage: Stage, pia: Any, hers: Account) -> None:
        hers.links += ["A1", "A2"]
        answer = await stage.slash(pia, "linkchar")
        assert answer.headline == "2 characters are linked."
        assert "`A1`" in answer.text
        assert "sync ID is the character's id" in answer.text
        form = await stage.press(pia, answer, "Enter a sync ID")
        assert form.labels == ["Sync ID"]
        done = await stage.submit(pia, form, Sync_ID=" A3 ")
        assert done.headline == "Linked `A3`."
        assert hers.links == ["A1", "A2", "A3"]

    @pytest.mark.usefixtures("hers")
    async def test_says_where_to_find_the_first_one(self, stage: Stage, pia: Any) -> None:
        answer = await stage.slash(pia, "linkchar")
        assert answer.headline == "No character is linked yet."
        assert "not your Discord id" in answer.text

    async def test_to_remove_one(self, stage: Stage, pia: Any, hers: Account) -> None:
        hers.links.append("A1")
        answer = await stage.slash(pia, "linkchar", action="remove")
        form = await stage.press(pia, answer, "Enter the sync ID to unlink")
        asked = await stage.submit(pia, form, Sync_ID="A1")
        assert asked.headline == "Unlink `A1`?"
        await stage.press(pia, asked, "Unlink")
        assert hers.links == []

    async def test_a_long_list_fits(self, stage: Stage, pia: Any, hers: Account) -> None:
        hers.links += [f"{'x' * 200}{number}" for number in range(70)]
        answer = await stage.slash(pia, "linkchar")
        assert answer.headline == "70 characters are linked."
        assert "Enter a sync ID" in answer.buttons


class TestAutocomplete:
    async def test_offers_what_is_remembered_without_a_call(self, stage: Stage, pia: Any, hers: Account) -> None:
        hers.links += ["ABC", "XYZ"]
        await stage.slash(pia, "linkchar")
        stage.town.asked.clear()
        assert await stage.choices(pia, "", action="remove") == [("ABC, linked", "ABC"), ("XYZ, linked", "XYZ")]
        assert ("x", "x") in await stage.choices(pia, "x", action="remove")
        assert ("XYZ, linked", "XYZ") in await stage.choices(pia, "x", action="remove")
        assert stage.town.cad.asked == []

    async def test_is_never_empty(self, stage: Stage, pia: Any) -> None:
        ((name, value),) = await stage.choices(pia, "")
        assert value == HINT_VALUE
        answer = await stage.slash(pia, "linkchar", sync_id=value)
        assert answer.headline == "That was only a hint, not a sync ID."
        assert name
        assert await stage.choices(pia, " typed ") == [("typed", "typed")]
        ((_, long),) = await stage.choices(pia, "x" * 101)
        assert long == HINT_VALUE

    @pytest.mark.usefixtures("hers")
    async def test_shows_a_player_nothing_of_others(self, stage: Stage, staff: Any, pia: Any) -> None:
        otto = stage.member("Otto", "player")
        stage.resident(otto).links.append("OTTOS")
        await stage.slash(otto, "linkchar")
        assert [value for _, value in await stage.choices(pia, "")] == [HINT_VALUE]
        assert [value for _, value in await stage.choices(pia, "", member=otto)] == ["/"]
        assert [value for _, value in await stage.choices(staff, "", member=otto)] == ["OTTOS"]

    async def test_refuses_a_stranger_with_words(self, stage: Stage) -> None:
        assert await stage.choices(stage.member("Stranger"), "A") == [("You may not use this here", "/")]

    async def test_bad_options_are_no_error(self, stage: Stage, staff: Any) -> None:
        robot = stage.guild.add_member(stage.env.create_user("Robot", bot=True))
        assert await stage.choices(staff, "", member=robot)
        assert await stage.choices(staff, "", api_id=" ")
        assert await stage.choices(staff, "A", api_id="lic") == [("A", "A")]

    async def test_v1_offers_the_hint_where_nobody_is_known(self) -> None:
        async with staged(town(ApiVersion.V1)) as stage:
            assert [value for _, value in await stage.choices(stage.member("Pia", "player"), "")] == [HINT_VALUE]


class TestFailures:
    @pytest.mark.usefixtures("hers")
    @pytest.mark.parametrize(
        ("kind", "sent", "words"),
        [
            (CadErrorKind.TRANSPORT, Sent.NO, "Nothing was changed yet."),
            (CadErrorKind.AUTH, Sent.ANSWERED, "Nothing was changed."),
            (CadErrorKind.PLAN, Sent.ANSWERED, "Nothing was changed."),
            (CadErrorKind.RATE_LIMITED, Sent.NO, "Nothing was changed yet."),
        ],
    )
    async def test_every_failure_says_whether_anything_changed(
        self, stage: Stage, pia: Any, kind: CadErrorKind, sent: Sent, words: str
    ) -> None:
        stage.town.cad.break_("link", kind, sent)
        stage.town.cad.break_("link", kind, sent)
        stage.town.cad.break_("link", kind, sent)
        answer = await stage.slash(pia, "linkchar", sync_id="ABC")
        assert words in answer.text
        assert "Reference: `" in answer.text
        assert answer.result.ephemeral

    async def test_what_may_have_been_done_is_found_out(self, stage: Stage, pia: Any, hers: Account) -> None:
        stage.town.cad.lose("link", applied=True)
        stage.town.cad.break_("links", CadErrorKind.TIMEOUT)
        answer = await stage.slash(pia, "linkchar", sync_id="ABC")
        assert answer.headline == "Kept: the CAD did not say whether this was done."
        assert answer.buttons == []
        await stage.drive()
        assert stage.town.asked.count("link") == 1
        assert hers.links == ["ABC"]
        assert await deeds(stage.town) == [("link", "done", "ABC")]

    async def test_a_lost_answer_is_read_back(self, stage: Stage, pia: Any, hers: Account) -> None:
        stage.town.cad.lose("link", applied=True)
        answer = await stage.slash(pia, "linkchar", sync_id="ABC")
        assert answer.headline == "Linked `ABC`."
        assert "read it back" in answer.text
        assert hers.links == ["ABC"]

    async def test_what_was_not_applied_is_sent_again_by_itself(self, stage: Stage, pia: Any, hers: Account) -> None:
        stage.town.cad.lose("link", applied=False)
        kept = await stage.slash(pia, "linkchar", sync_id="ABC")
        assert kept.headline == "Kept: the CAD can't take this right now."
        assert hers.links == []
        await stage.drive()
        assert hers.links == ["ABC"]
        assert await deeds(stage.town) == [("link", "done", "ABC")]

    async def test_try_again_does_exactly_that(self, stage: Stage, pia: Any, hers: Account) -> None:
        hers.links.append("ABC")
        stage.town.cad.break_("links", CadErrorKind.TRANSPORT)
        failed = await stage.slash(pia, "linkchar")
        assert failed.headline == "The CAD can't be reached."
        assert failed.buttons == ["Try again"]
        assert (await stage.press(pia, failed, "Try again")).headline == "1 character is linked."

    async def test_what_nobody_foresaw_is_told_and_logged(
        self, stage: Stage, pia: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(stage.town.cad, "send", broken)
        answer = await stage.slash(pia, "linkchar", sync_id="ABC")
        assert answer.headline == "Something went wrong in this bot."
        assert "Reference: `" in answer.text
        assert "ZeroDivisionError" in caplog.text


async def test_staging_is_said_in_every_answer(place: Town) -> None:
    place.tenant = replace(place.tenant, staging=True)
    async with staged(place) as stage:
        pia = stage.member("Pia", "player")
        assert "STAGING" in (await stage.slash(pia, "linkchar", sync_id="ABC")).text


async def test_is_this_you() -> None:
    place = town(ApiVersion.V1, api_id_is_discord_id=True)
    async with staged(place) as stage:
        pia = stage.member("Pia", "player")
        account = place.resident("Pia *the* Cat", api_ids=[str(pia.id)])
        asked = await stage.slash(pia, "linkchar", sync_id="ABC")
        assert asked.headline == "Is this you?"
        assert r"Pia \*the\* Cat" in asked.text
        done = await stage.press(pia, asked, "Yes, that is me")
        assert done.headline == "Linked `ABC`."
        assert account.links == ["ABC"]
