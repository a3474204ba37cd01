"""`/account` as people use it: proving with the secret, what staff say, forgetting, and how it stands."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import CadErrorKind
from bot.settings import ApiVersion
from bot.storage.tables import metadata
from tests.cogs.requests import Office, dms
from tests.cogs.stage import Answer, Stage, staged
from tests.community import Town, town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


NOBODYS = "c6ad7b0e-4f4c-4d6e-9c38-3e6b5a1d0c3f"


@pytest.fixture(params=ApiVersion)
def place(request: pytest.FixtureRequest) -> Town:
    return town(request.param)


@pytest.fixture
async def v1() -> AsyncIterator[Stage]:
    async with staged(town(ApiVersion.V1)) as ready:
        yield ready


async def prove(stage: Stage, who: Any, secret: str) -> Answer:
    """Type the command, press the button, paste the secret."""
    told = await stage.slash(who, "account verify")
    return await stage.submit(who, await stage.press(who, told, "Enter secret"), Account_secret=secret)


async def everything(stage: Stage) -> str:
    """Return every row of every table as text."""
    rows = await stage.town.database.read(
        lambda tx: [tuple(row) for table in metadata.sorted_tables for row in tx.execute(table.select())]
    )
    return repr(rows)


class TestVerify:
    async def test_first_says_where_it_is_found_and_never_to_post_it(self, stage: Stage, pia: Any) -> None:
        told = await stage.slash(pia, "account verify")
        assert "Never post the secret" in told.text
        assert "settings" in told.text
        assert told.buttons == ["Enter secret"]
        assert told.result.ephemeral
        assert stage.town.asked == []
        form = await stage.press(pia, told, "Enter secret")
        assert form.labels == ["Account secret"]

    async def test_then_everything_acts_on_it(self, stage: Stage, pia: Any) -> None:
        account = stage.town.resident("Pia *CAD*", api_ids=["STEAM:1"])
        done = await prove(stage, pia, account.secret)
        assert done.headline == r"Proven: the CAD account Pia \*CAD\* is yours."
        assert done.buttons == []
        assert (await stage.slash(pia, "linkchar", sync_id="ABC")).headline == "Linked `ABC`."
        assert account.links == ["ABC"]

    async def test_the_secret_is_kept_nowhere(self, stage: Stage, pia: Any, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        account = stage.town.resident("Pia")
        for secret in (NOBODYS, account.secret):
            answer = await prove(stage, pia, secret)
            assert secret not in answer.text
            assert secret not in caplog.text
            assert secret not in await everything(stage)
            assert all(secret not in repr(call.json) for call in stage.env.http_requests)

    async def test_a_wrong_one_can_be_entered_again(self, stage: Stage, pia: Any) -> None:
        account = stage.town.resident("Pia")
        wrong = await prove(stage, pia, NOBODYS)
        assert wrong.headline == "That secret belongs to no account."
        assert wrong.buttons == ["Enter secret"]
        again = await stage.submit(pia, await stage.press(pia, wrong, "Enter secret"), Account_secret=account.secret)
        assert again.headline.startswith("Proven")

    async def test_what_is_none_is_not_sent(self, stage: Stage, pia: Any) -> None:
        answer = await prove(stage, pia, "my secret")
        assert answer.headline == "Not a secret: it does not look like one."
        assert stage.town.asked == []

    async def test_too_many_wrong_ones(self, stage: Stage, pia: Any) -> None:
        for _ in range(5):
            await prove(stage, pia, NOBODYS)
        assert (await prove(stage, pia, NOBODYS)).headline == "Not tried: there were too many wrong secrets."

    async def test_after_a_failure_the_form_comes_again(self, stage: Stage, pia: Any) -> None:
        account = stage.town.resident("Pia")
        stage.town.cad.break_("verify_secret", CadErrorKind.TRANSPORT)
        failed = await prove(stage, pia, account.secret)
        assert failed.buttons == ["Enter secret"]
        assert (await stage.press(pia, failed, "Enter secret")).labels == ["Account secret"]

    async def test_the_former_holder_is_told_without_a_name(self, stage: Stage, pia: Any) -> None:
        account = stage.town.resident("Shared")
        otto = stage.member("Otto", "player")
        await prove(stage, otto, account.secret)
        done = await prove(stage, pia, account.secret)
        assert "bound to another member" in done.text
        assert "Otto" not in done.text
        (told,) = dms(otto)
        assert told.startswith("Your CAD account is bound to somebody else now.")
        assert "Sandbox Roleplay" in told
        assert str(pia.id) not in told
        assert "Pia" not in told
        assert dms(pia) == []

    async def test_with_dms_closed_it_moves_all_the_same(self, stage: Stage, pia: Any) -> None:
        stage.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
        account = stage.town.resident("Shared")
        await prove(stage, stage.member("Otto", "player"), account.secret)
        assert (await prove(stage, pia, account.secret)).headline.startswith("Proven")

    async def test_a_form_is_its_owners(self, stage: Stage, pia: Any) -> None:
        told = await stage.slash(pia, "account verify")
        otto = stage.member("Otto", "player")
        stolen = await stage.forge(otto, told, stage.custom_id(told, "Enter secret"))
        assert stolen.headline == "This button belongs to somebody else."

    async def test_access_is_decided_anew_when_the_form_comes_back(self, stage: Stage, pia: Any) -> None:
        account = stage.town.resident("Pia")
        form = await stage.press(pia, await stage.slash(pia, "account verify"), "Enter secret")
        stage.set_policy(replace(stage.policy, players=frozenset()))
        answer = await stage.submit(pia, form, Account_secret=account.secret)
        assert answer.headline.startswith("Refused")
        assert stage.town.asked == []


class TestSet:
    async def test_binds_a_member(self, stage: Stage, staff: Any, pia: Any) -> None:
        account = stage.town.resident("Pia CAD", api_ids=["STEAM:1"])
        done = await stage.slash(staff, "account set", member=pia, username="Pia CAD")
        assert done.headline == f"Bound: **Pia CAD** is the CAD account of <@{pia.id}> now."
        assert (await stage.slash(pia, "linkchar", sync_id="ABC")).headline == "Linked `ABC`."
        assert account.links == ["ABC"]
        again = await stage.slash(staff, "account set", member=pia, account=account.uuid)
        assert again.headline.startswith("Already bound")

    async def test_is_for_staff(self, stage: Stage, pia: Any) -> None:
        answer = await stage.slash(pia, "account set", member=pia, username="Otto")
        assert answer.headline == "Refused: only staff can do that."
        assert stage.town.asked == []

    async def test_staff_do_not_bind_themselves(self, stage: Stage, staff: Any) -> None:
        answer = await stage.slash(staff, "account set", member=staff, username="Otto")
        assert answer.headline == "Refused: you can't say yourself which CAD account is yours."

    async def test_a_bot_has_none(self, stage: Stage, staff: Any) -> None:
        robot = stage.guild.add_member(stage.env.create_user("Robot", bot=True))
        answer = await stage.slash(staff, "account set", member=robot, username="Otto")
        assert answer.headline == "A bot has no CAD account."

    async def test_in_exactly_one_way(self, stage: Stage, staff: Any, pia: Any) -> None:
        assert (await stage.slash(staff, "account set", member=pia)).headline == (
            "Name the CAD account in exactly one way."
        )

    async def test_only_an_admin_moves_one_after_a_yes(self, stage: Stage, staff: Any, pia: Any) -> None:
        stage.town.resident("Shared", api_ids=["STEAM:1"])
        admin, otto = stage.member("Ada", "admin"), stage.member("Otto", "player")
        await stage.slash(staff, "account set", member=otto, username="Shared")
        refused = await stage.slash(staff, "account set", member=pia, username="Shared")
        assert refused.headline == "Refused: only an admin can change that."
        asked = await stage.slash(admin, "account set", member=pia, username="Shared")
        assert asked.headline == "This moves a binding: this CAD account is another member's."
        assert f"<@{otto.id}>" in asked.text
        declined = await stage.press(admin, asked, "No, leave it")
        assert declined.headline == "Left as it is."
        asked = await stage.slash(admin, "account set", member=pia, username="Shared")
        assert (await stage.press(admin, asked, "Yes, move it")).headline.startswith("Bound")
        (told,) = dms(otto)
        assert str(pia.id) not in told
        assert (await stage.slash(pia, "account status")).headline.startswith("All is set")


class TestForget:
    async def test_asks_first_and_says_what_stops(self, stage: Stage, pia: Any) -> None:
        account = stage.town.resident("Pia", api_ids=["STEAM:1"])
        await prove(stage, pia, account.secret)
        asked = await stage.slash(pia, "account forget")
        assert asked.headline == "Forget which CAD account is yours?"
        assert "can't link, create or show" in asked.text
        assert (await stage.slash(pia, "account status")).headline.startswith("All is set")
        done = await stage.press(pia, asked, "Yes, forget it")
        assert done.headline == "Forgotten: which CAD account is yours."
        assert (await stage.slash(pia, "account status")).headline.startswith("One step is missing")

    async def test_nothing_to_forget(self, stage: Stage, pia: Any) -> None:
        assert (await stage.slash(pia, "account forget")).headline == "There was nothing to forget."


class TestStatus:
    async def test_says_how_since_when_and_by_whom(self, stage: Stage, staff: Any, pia: Any) -> None:
        account = stage.town.resident("Pia CAD", api_ids=["STEAM:1"], community_user_id="STEAM:1")
        account.links += ["A", "B"]
        await stage.slash(staff, "account set", member=pia, api_id="STEAM:1")
        await stage.slash(pia, "linkchar")
        answer = await stage.slash(pia, "account status")
        assert answer.headline == "All is set: your CAD account (Pia CAD) can be used here."
        assert f"Said by <@{staff.id}>, <t:1000:D>." in answer.text
        assert "`STEAM:1`, said by staff" in answer.text
        assert "Linked characters\n2" in answer.text
        assert "missing" not in answer.text

    async def test_without_an_account_the_one_step_leads_to_the_proof(self, stage: Stage, pia: Any) -> None:
        answer = await stage.slash(pia, "account status")
        assert answer.headline == "One step is missing before your CAD account can be used here."
        assert "/account verify" in answer.text
        assert "Nothing was changed" not in answer.text
        assert answer.buttons == ["Prove my account"]
        told = await stage.press(pia, answer, "Prove my account")
        assert told.buttons == ["Enter secret"]

    async def test_of_a_member_is_for_staff(self, stage: Stage, staff: Any, pia: Any) -> None:
        stage.town.resident("Otto CAD", api_ids=["STEAM:1"])
        otto = stage.member("Otto", "player")
        await stage.slash(staff, "account set", member=otto, username="Otto CAD")
        assert (await stage.slash(pia, "account status", member=otto)).headline == "Refused: only staff can do that."
        answer = await stage.slash(staff, "account status", member=otto)
        assert answer.headline == f"All is set: the CAD account of <@{otto.id}> (Otto CAD) can be used here."
        other = await stage.slash(staff, "account status", member=pia)
        assert other.buttons == []

    async def test_a_cad_that_fails(self, stage: Stage, staff: Any, pia: Any) -> None:
        stage.town.resident("Pia CAD")
        await stage.slash(staff, "account set", member=pia, username="Pia CAD")
        stage.town.clock.now += 60
        stage.town.cad.break_("account", CadErrorKind.TRANSPORT)
        answer = await stage.slash(pia, "account status")
        assert answer.headline == "The CAD can't be asked about your CAD account (Pia CAD) just now."
        assert "Said by" in answer.text

    async def test_lists_ones_requests_with_withdraw(self, stage: Stage, pia: Any, staff: Any) -> None:
        account = stage.town.resident("Pia", api_ids=["STEAM:1"])
        await prove(stage, pia, account.secret)
        office = Office.opened(stage)
        await office.ask(pia)
        answer = await stage.slash(pia, "account status")
        assert "Jane Doe" in answer.text
        assert answer.buttons == ["Withdraw ABC"]
        seen = await stage.slash(staff, "account status", member=pia)
        assert "Jane Doe" in seen.text
        assert seen.buttons == []
        assert (await stage.press(pia, answer, "Withdraw ABC")).headline.startswith("Withdrawn")

    async def test_the_missing_step_of_a_banned_account(self, stage: Stage, pia: Any) -> None:
        account = stage.town.resident("Pia")
        await prove(stage, pia, account.secret)
        account.status = 4
        stage.town.clock.now += 60
        answer = await stage.slash(pia, "account status")
        assert "**The CAD account is banned.**" in answer.text
        assert answer.buttons == []


@pytest.mark.parametrize("command", ["account status", "account verify", "account forget"])
async def test_a_stranger_and_the_blocked_are_refused(stage: Stage, command: str) -> None:
    assert (await stage.slash(stage.member("Stranger"), command)).headline == "Refused: you need a player role."
    blocked = stage.member("Otto", "player", "blocked")
    assert (await stage.slash(blocked, command)).headline.startswith("Refused: one of your roles is blocked")


class TestVersionOne:
    """Links take an API id: of several the player chooses, once."""

    async def test_chooses_once(self, v1: Stage) -> None:
        pia = v1.member("Pia", "player")
        account = v1.town.resident("Pia", api_ids=["STEAM:1", "license:2"])
        await prove(v1, pia, account.secret)
        asked = await v1.slash(pia, "linkchar", sync_id="ABC")
        assert asked.headline == "Which of these ids is the one of this game server?"
        assert asked.buttons == ["STEAM:1", "license:2", "No, leave it"]
        assert account.links == []
        assert (await v1.press(pia, asked, "license:2")).headline == "Linked `ABC`."
        assert (await v1.slash(pia, "linkchar", sync_id="XYZ")).headline == "Linked `XYZ`."
        assert account.links == ["ABC", "XYZ"]
        assert "`license:2`" in (await v1.slash(pia, "account status")).text

    async def test_a_changed_id_is_read_again(self, v1: Stage) -> None:
        pia = v1.member("Pia", "player")
        account = v1.town.resident("Pia", api_ids=["STEAM:1"])
        await prove(v1, pia, account.secret)
        account.api_ids[:] = ["STEAM:2"]
        assert (await v1.slash(pia, "linkchar", sync_id="ABC")).headline == "Linked `ABC`."
        assert account.links == ["ABC"]
        account.api_ids[:] = ["STEAM:3"]
        v1.town.clock.now += 60
        assert (await v1.slash(pia, "linkchar")).headline == "1 character is linked."
        account.api_ids[:] = ["STEAM:4"]
        v1.town.clock.now += 60
        asked = await v1.slash(pia, "linkchar", sync_id="ABC", action="remove")
        assert (await v1.press(pia, asked, "Unlink")).headline == "Unlinked `ABC`."

    async def test_without_an_id_the_step_is_told(self, v1: Stage) -> None:
        pia = v1.member("Pia", "player")
        await prove(v1, pia, v1.town.resident("Pia").secret)
        answer = await v1.slash(pia, "linkchar", sync_id="ABC")
        assert answer.headline == "One step is missing: your CAD account has no in-game id."
        assert "API ID" in (await v1.slash(pia, "account status")).text
