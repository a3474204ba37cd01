"""Whatever is done or refused, no row of the history holds a field's value, a typed text, a secret or a token."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bot.errors import CadErrorKind
from bot.storage.tables import history

if TYPE_CHECKING:
    import pytest

    from sandbox.cad.state import Account
    from tests.cogs.stage import Answer, Stage

TYPED = "Zaphodina"


async def rows(stage: Stage) -> list[dict[str, Any]]:
    return await stage.town.database.read(lambda tx: [dict(row) for row in tx.execute(select(history)).mappings()])


def interaction_tokens(stage: Stage) -> set[str]:
    parts = [call.path.split("/") for call in stage.env.http_requests]
    return {path[path.index("callback") - 1] for path in parts if "callback" in path}


async def require_clean(stage: Stage, *secrets: str) -> list[dict[str, Any]]:
    """Return the rows, after a look that none of these texts and no token is in them."""
    found = await rows(stage)
    assert found
    for text in (*secrets, "sandbox-key", *interaction_tokens(stage)):
        assert text
        assert text not in repr(found), text
    return found


async def filled(stage: Stage, pia: Any) -> Answer:
    """Return the summary of a form in which one name was typed."""
    answer = await stage.slash(pia, "newchar")
    form = await stage.press(pia, answer, "Start") if answer.result.modal is None else answer
    return await stage.submit(pia, form, First=TYPED)


async def test_creating_with_and_without_success(stage: Stage, pia: Any, hers: Account) -> None:
    draft = await filled(stage, pia)
    assert TYPED in draft.text
    await stage.press(pia, draft, "Create")
    draft = await filled(stage, pia)
    stage.town.cad.break_("create", CadErrorKind.TRANSPORT)
    await stage.press(pia, draft, "Create")
    await stage.slash(stage.member("Stranger"), "newchar")
    found = await require_clean(stage, TYPED)
    assert {row["action"] for row in found} == {"create"}
    assert {row["state"] for row in found} == {"done", "accepted", "refused"}
    assert hers.username == "Pia"


async def test_refusals_of_what_was_typed(stage: Stage, pia: Any, hers: Account) -> None:
    typed = "my secret/with a slash"
    await stage.slash(pia, "linkchar", sync_id=typed)
    listed = await stage.slash(pia, "linkchar")
    form = await stage.press(pia, listed, "Enter a sync ID")
    await stage.submit(pia, form, Sync_ID=typed)
    found = await require_clean(stage, "my secret", "slash")
    assert [row["state"] for row in found] == ["refused", "refused"]
    assert hers.links == []


async def test_a_token_is_sealed_while_it_is_kept_and_gone_soon_after_the_answer(
    stage: Stage, pia: Any, hers: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[list[dict[str, Any]]] = []
    send = stage.town.cad.send

    async def watched(*args: Any, **how: Any) -> Any:
        kept.append(await rows(stage))
        return await send(*args, **how)

    monkeypatch.setattr(stage.town.cad, "send", watched)
    monkeypatch.setattr("bot.services.history.WIPE_SECONDS", 0.01)
    await stage.slash(pia, "linkchar", sync_id="ABC")
    (during,) = [row for row in kept[-1] if row["action"] == "link"]
    assert during["state"] == "sending"
    assert during["token"]
    assert not any(token.encode() in during["token"] for token in interaction_tokens(stage))
    await asyncio.sleep(0.1)
    (after,) = await require_clean(stage)
    assert (after["state"], after["token"]) == ("done", None)
    assert hers.links == ["ABC"]
