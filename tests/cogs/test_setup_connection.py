"""`/setup`, the CAD connection: a key is proven and confirmed before it is stored, and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import CadErrorKind, Sent
from bot.services.guilds import Home
from bot.services.tenants import Guild
from bot.settings import ApiVersion, CreateForm
from bot.storage import guilds as rows
from sandbox.cad.state import Community
from tests.cogs.owner import KEY, WRONG, Owner
from tests.cogs.stage import Stage, staged
from tests.community import town

if TYPE_CHECKING:
    from bot.storage.guilds import GuildRow


@pytest.fixture
def owner(stage: Stage) -> Owner:
    return Owner(stage)


async def stored(stage: Stage) -> dict[int, GuildRow]:
    return {row.id: row for row in await stage.town.database.read(rows.all_guilds)}


async def test_a_guild_that_nobody_set_up_is_led_to_its_first_step(owner: Owner) -> None:
    answer = await owner.setup()
    assert answer.headline == "Setting up: 0 of 7 steps are done."
    assert answer.result.ephemeral
    assert "CAD connection**: not done yet" in answer.text
    assert "Continue: CAD connection" in answer.buttons
    page = await owner.press(answer, "Continue: CAD connection")
    assert page.headline == "Step 1 of 7: CAD connection"
    assert "Enter the key" in page.buttons


async def test_the_key_is_proven_shown_back_and_only_then_stored(owner: Owner, stage: Stage) -> None:
    asked = await owner.enter_key()
    assert asked.headline == "Is this your community?"
    assert "Sandbox Roleplay" in asked.text
    assert "PRO" in asked.text
    assert KEY not in asked.text
    assert asked.buttons == ["Yes, that is ours", "No, go back"]
    assert stage.town.asked == ["info", "version"]
    assert await stored(stage) == {}
    done = await owner.press(asked, "Yes, that is ours")
    assert done.headline == "Connected: Sandbox Roleplay."
    row = (await stored(stage))[stage.guild.id]
    assert row.community_id == "sandbox"
    assert row.key is not None
    assert KEY.encode() not in row.key
    assert owner.guild.tenant is not None
    assert owner.config.version is ApiVersion.V2


async def test_the_history_has_the_community_and_never_the_key(owner: Owner) -> None:
    await owner.connect()
    (entry,) = await owner.noted()
    assert entry["subject"] == "connection"
    assert entry["after"] == {"community": "sandbox", "version": "v2"}
    assert KEY not in str(entry)


async def test_no_leads_back_and_stores_nothing(owner: Owner, stage: Stage) -> None:
    back = await owner.press(await owner.enter_key(), "No, go back")
    assert back.headline == "Step 1 of 7: CAD connection"
    assert await stored(stage) == {}


async def test_a_wrong_key_is_refused_and_not_kept(owner: Owner, stage: Stage) -> None:
    answer = await owner.enter_key(WRONG)
    assert answer.headline == "Not saved: the CAD does not accept this key."
    assert "4 attempts are left" in answer.text
    assert WRONG not in answer.text
    assert answer.buttons == ["Back to this step"]
    assert await stored(stage) == {}
    again = await owner.press(answer, "Back to this step")
    form = await owner.press(again, "Enter the key")
    assert form.field("Community id")["value"] == "sandbox", "the id that was typed is kept"
    assert "value" not in form.field("API key"), "the key is not"


async def test_after_five_wrong_keys_nothing_is_sent_for_an_hour(owner: Owner, stage: Stage) -> None:
    for _ in range(5):
        await owner.enter_key(WRONG)
    assert len(stage.town.asked) == 5
    answer = await owner.enter_key()
    assert answer.headline == "Not tried: 5 wrong keys in an hour."
    assert stage.town.asked == []
    stage.town.clock.now += 3601
    assert (await owner.enter_key()).headline == "Is this your community?"


async def test_a_key_of_another_community_is_refused(owner: Owner, stage: Stage) -> None:
    answer = await owner.enter_key(community="other")
    assert answer.headline == "Not saved: the key belongs to another community."
    assert "`other`" in answer.text
    assert await stored(stage) == {}


async def test_the_id_is_the_one_that_the_cad_says(owner: Owner) -> None:
    await owner.connect(community="SANDBOX")
    assert owner.guild.tenant is not None
    assert owner.guild.tenant.id == "sandbox"


@pytest.mark.parametrize("kind", [CadErrorKind.TIMEOUT, CadErrorKind.TRANSPORT, CadErrorKind.SERVER])
async def test_while_the_cad_is_down_nothing_is_stored(owner: Owner, stage: Stage, kind: CadErrorKind) -> None:
    stage.town.cad.break_("info", kind)
    answer = await owner.enter_key()
    assert answer.headline == "Not saved: the CAD could not be asked."
    assert await stored(stage) == {}
    assert (await owner.connect()).headline.startswith("Connected")


@pytest.mark.parametrize(
    ("typed", "headline"),
    [
        ({"community": "not one word"}, "Not saved: that is no community id."),
        ({"key": "two words here"}, "Not saved: that is no API key."),
        ({"key": "short"}, "Not saved: that is no API key."),
    ],
)
async def test_what_can_not_be_right_is_not_sent(
    owner: Owner, stage: Stage, typed: dict[str, str], headline: str
) -> None:
    assert (await owner.enter_key(**typed)).headline == headline
    assert stage.town.asked == []


async def test_a_yes_that_came_too_late_stores_nothing(owner: Owner, stage: Stage) -> None:
    asked = await owner.enter_key()
    stage.town.clock.now += 14 * 60
    stage.services.connecting._pending.clear()  # as after a restart
    late = await owner.press(asked, "Yes, that is ours")
    assert late.headline == "Not saved: this took too long, or the bot was restarted."
    assert await stored(stage) == {}


async def test_a_key_can_be_changed_and_closes_the_breaker(owner: Owner) -> None:
    await owner.connect()
    tenant = owner.guild.tenant
    assert tenant is not None
    tenant.cad.breaker._trip("", CadErrorKind.AUTH, 3600)
    page = await owner.open("CAD connection")
    assert "Enter a new key" in page.buttons
    assert (await owner.connect()).headline == "Connected: Sandbox Roleplay."
    assert owner.guild.tenant is not None
    owner.guild.tenant.cad.breaker.check("any")
    assert owner.guild.tenant.cad.breaker.trouble is None


async def test_a_plan_below_plus_is_warned_of_in_words() -> None:
    async with staged(town(community=Community(plan=2))) as stage:
        asked = await Owner(stage).enter_key()
        assert "The plan STANDARD is not enough" in asked.text
        assert "Yes, that is ours" in asked.buttons


@pytest.mark.parametrize(
    ("kind", "headline"),
    [
        (CadErrorKind.FORBIDDEN, "Not saved: the CAD refuses, and does not say why."),
        (CadErrorKind.PLAN, "Not saved: the community's API is switched off, or its plan has none."),
    ],
)
async def test_what_else_the_cad_may_refuse_is_said(
    owner: Owner, stage: Stage, kind: CadErrorKind, headline: str
) -> None:
    stage.town.cad.break_("info", kind, Sent.ANSWERED)
    assert (await owner.enter_key()).headline == headline
    assert await stored(stage) == {}


@pytest.mark.parametrize(("version", "form"), [("v1", CreateForm.DICTIONARY), ("v1-old", CreateForm.CHARACTER)])
async def test_v1_is_proven_by_its_own_call_and_its_cost_is_said(owner: Owner, version: str, form: CreateForm) -> None:
    asked = await owner.enter_key(version=version)
    assert "Prefer v2" in asked.text
    await owner.press(asked, "Yes, that is ours")
    assert (owner.config.version, owner.config.create_form) == (ApiVersion.V1, form)


class HomeGuilds:
    """A guild that the environment sets up."""

    @staticmethod
    def make(stage: Stage) -> Owner:
        owner = Owner(stage, fresh=False)
        stage.guilds._home = Home(frozenset({stage.guild.id}))
        stage.guilds.set_up(Guild(stage.guild.id, tenant=stage.town.tenant, home=True, given=True))
        return owner


async def test_a_home_guild_is_told_which_settings_it_comes_from(stage: Stage) -> None:
    page = await HomeGuilds.make(stage).open("CAD connection")
    assert "SONORAN_API_KEY" in page.text
    assert not any("key" in label for label in page.buttons)


async def test_a_home_guilds_connection_can_not_be_changed_by_a_forged_form(stage: Stage) -> None:
    owner = HomeGuilds.make(stage)
    page = await owner.open("CAD connection")
    custom_id = stage.custom_id(page, "Next").replace("next-connection", "key")
    answer = await stage.forge(owner.who, page, custom_id)
    assert answer.headline == "Not changed: this server's community comes from the environment."


async def test_another_guild_never_sees_it(owner: Owner, stage: Stage) -> None:
    await owner.connect()
    other = stage.env.create_guild()
    found = stage.guilds.find(other.id)
    assert found is not None
    assert found.tenant is None
    assert found.config.reviewed == frozenset()
