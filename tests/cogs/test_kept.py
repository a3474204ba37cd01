"""What the CAD can't take at once, as people see it: kept, taken back, told later, read by who asked alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from bot.errors import CadErrorKind
from bot.i18n import Catalogues
from bot.storage import operations as rows
from bot.storage.history import TOKEN_SECONDS
from bot.ui.outcomes import LATE, READ, Outcomes
from bot.ui.post import PostOffice
from bot.ui.reply import shared_id
from tests.cogs.entries import lines
from tests.cogs.people_of_the_cad import deeds, stop
from tests.cogs.requests import dms
from tests.cogs.stage import Answer

if TYPE_CHECKING:
    from bot.ui.reply import Reply
    from sandbox.cad.state import Account
    from tests.cogs.stage import Stage

UNSENT = "Kept: the CAD can't take this right now."
UNKNOWN = "Kept: the CAD did not say whether this was done."


async def kept(stage: Stage, who: Any, sync_id: str = "ABC") -> Answer:
    """Return the answer to a link that the CAD could not take."""
    stage.town.cad.break_("link", CadErrorKind.TRANSPORT)
    answer = await stage.slash(who, "linkchar", sync_id=sync_id)
    assert answer.headline == UNSENT
    return answer


class Office(PostOffice):
    """The bot's own, but for editing an answer by its token, which the simulated Discord can't do."""

    answered: ClassVar[list[tuple[str, str, bool]]] = []

    async def answer(self, token: str, reply: Reply, *, anew: bool) -> None:
        self.answered.append((token, reply.headline, anew))


def outcomes(stage: Stage) -> Outcomes:
    """Return who tells outcomes."""
    Office.answered.clear()
    return Outcomes(
        stage.town.database,
        stage.town.vault,
        Office(stage.bot),
        Catalogues.load(),
        owing=stage.services.history.owing,
        serves=lambda _: True,
        clock=stage.town.clock,
    )


class TestKept:
    async def test_says_what_happens_and_can_be_taken_back(self, stage: Stage, pia: Any, hers: Account) -> None:
        answer = await kept(stage, pia)
        for words in ("Nothing was changed yet.", "24 hours", "Reference: `"):
            assert words in answer.text
        assert answer.buttons == ["Take it back"]
        assert answer.result.ephemeral
        assert len(stage.town.engine.operations) == 1
        back = await stage.press(pia, answer, "Take it back")
        assert back.headline == "Taken back: nothing was sent to the CAD."
        assert back.buttons == []
        await stage.drive()
        assert hers.links == []
        assert await deeds(stage.town) == [("link", "cancelled", "ABC")]
        assert await outcomes(stage).tell() == 0, "who took it back knows"

    async def test_how_long_the_cad_wants_to_be_left_alone_is_said(self, stage: Stage, pia: Any, hers: Account) -> None:
        for _ in range(3):
            stage.town.cad.break_("link", CadErrorKind.RATE_LIMITED)
            stage.town.cad.faults[-1].error.wait = 90  # type: ignore[union-attr]
        answer = await stage.slash(pia, "linkchar", sync_id="ABC")
        assert answer.headline == UNSENT
        assert "90 seconds" in answer.text
        await stage.drive()
        assert hers.links == ["ABC"]

    async def test_what_may_have_been_sent_can_not_be_taken_back(self, stage: Stage, pia: Any, hers: Account) -> None:
        stage.town.cad.lose("link", applied=True)
        stage.town.cad.break_("links", CadErrorKind.TIMEOUT)
        answer = await stage.slash(pia, "linkchar", sync_id="ABC")
        assert (answer.headline, answer.buttons) == (UNKNOWN, [])
        await stage.drive()
        assert hers.links == ["ABC"]

    async def test_too_late_is_said_and_nothing_is_undone(self, stage: Stage, pia: Any, hers: Account) -> None:
        answer = await kept(stage, pia)
        (operation,) = stage.town.engine.operations
        await stage.town.database.write(lambda tx: rows.claim(tx, operation, now=stage.town.clock()))
        late = await stage.press(pia, answer, "Take it back")
        assert late.headline == "Too late to take it back: it may have reached the CAD."
        await stage.drive()
        assert hers.links == ["ABC"]

    async def test_done_meanwhile_there_is_nothing_to_take_back(self, stage: Stage, pia: Any, hers: Account) -> None:
        answer = await kept(stage, pia)
        await stage.drive()
        assert (await stage.press(pia, answer, "Take it back")).headline == "This is settled already."
        assert hers.links == ["ABC"]

    async def test_nobody_else_takes_it_back(self, stage: Stage, pia: Any, hers: Account) -> None:
        answer = await kept(stage, pia)
        button = stage.custom_id(answer, "Take it back")
        for who in (stage.member("Otto", "player"), stage.member("Ada", "admin")):
            assert (await stage.forge(who, answer, button)).headline == "This button belongs to somebody else."
        await stage.drive()
        assert hers.links == ["ABC"]

    async def test_it_can_be_taken_back_after_a_restart(self, stage: Stage, pia: Any, hers: Account) -> None:
        answer = await kept(stage, pia)
        stop(stage)
        assert (await stage.press(pia, answer, "Take it back")).headline.startswith("Taken back")
        await stage.drive()
        assert hers.links == []

    async def test_the_history_says_so(self, stage: Stage, pia: Any, staff: Any, hers: Account) -> None:
        await kept(stage, pia)
        (line,) = lines(await stage.slash(staff, "audit"))
        assert f"<@{pia.id}>: link `ABC`: kept, not sent yet." in line
        await stage.drive()
        (line,) = lines(await stage.slash(staff, "audit"))
        assert f"<@{pia.id}>: link `ABC`: done." in line
        assert hers.links == ["ABC"]

    async def test_key_trouble_is_told_and_not_kept(self, stage: Stage, pia: Any, hers: Account) -> None:
        stage.town.cad.break_("link", CadErrorKind.AUTH)
        answer = await stage.slash(pia, "linkchar", sync_id="ABC")
        assert not answer.headline.startswith("Kept")
        assert stage.town.engine.operations == []
        assert hers.links == []


class TestTold:
    async def test_in_the_answer_that_said_kept(self, stage: Stage, pia: Any, hers: Account) -> None:
        answer = await kept(stage, pia)
        await stage.drive()
        assert await outcomes(stage).tell() == 1
        token = answer.result._interaction.token
        assert Office.answered == [(token, "Done: link `ABC`.", False)]
        assert hers.links == ["ABC"]
        assert await outcomes(stage).tell() == 0

    @pytest.mark.usefixtures("hers")
    async def test_by_dm_when_the_answer_is_too_old(self, stage: Stage, pia: Any) -> None:
        await kept(stage, pia)
        stage.town.clock.now += TOKEN_SECONDS
        await stage.drive()
        stage.town.clock.now += 1
        assert await outcomes(stage).tell() == 1
        assert Office.answered == []
        (text,) = dms(pia)
        assert text.startswith("Done: link `ABC`.")

    @pytest.mark.usefixtures("hers")
    async def test_with_closed_dms_by_a_hint_that_only_who_asked_can_read(self, stage: Stage, pia: Any) -> None:
        await kept(stage, pia)
        stage.town.clock.now += TOKEN_SECONDS
        await stage.drive()
        stage.town.clock.now += 1
        stage.env.inject_error("POST", "/users/@me/channels", status=403, times=None)
        before = stage.channel.last_message
        assert await outcomes(stage).tell() == 1
        hint = stage.channel.last_message
        assert hint is not None
        assert hint is not before
        assert hint.content.startswith(f"<@{pia.id}> Something that you asked for is settled.")
        assert "ABC" not in repr(hint)
        (operation,) = await stage.town.database.read(lambda tx: rows.by_reference(tx, stage.guild.id, reference(hint)))
        button = shared_id(LATE, str(operation.number), READ)
        read = Answer(await pia.click(hint, custom_id=button))
        assert read.headline == "Done: link `ABC`."
        assert read.result.ephemeral
        for who in (stage.member("Otto", "player"), stage.member("Ada", "admin"), stage.member("Stranger")):
            other = Answer(await who.click(hint, custom_id=button))
            assert other.headline == "This message is for somebody else."
            assert "ABC" not in other.text
            assert other.result.ephemeral

    @pytest.mark.parametrize("row", ["0", "-1", "999999", "x", "²", "9" * 30])
    async def test_forged_rows_show_nothing(self, stage: Stage, pia: Any, row: str) -> None:
        answer = await stage.slash(pia, "linkchar")
        forged = await stage.forge(pia, answer, shared_id(LATE, row, READ))
        assert forged.headline == "There is nothing to read here any more."

    @pytest.mark.usefixtures("hers")
    async def test_what_is_not_settled_shows_nothing_yet(self, stage: Stage, pia: Any) -> None:
        answer = await kept(stage, pia)
        forged = await stage.forge(pia, answer, shared_id(LATE, "1", READ))
        assert forged.headline == "There is nothing to read here any more."


def reference(message: Any) -> str:
    """Return the reference under a message."""
    return str(message.embeds[0].description).rsplit("`", 2)[1]
