"""Strange sync IDs: sent exactly as meant, or refused without a call; never half-way, never as another path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e import wire
from tests.e2e.reading import assert_refused, headline
from tests.e2e.world import V1, V2, form, shown, text

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("world", [V1, V2], ids=["v1", "v2"], indirect=True),
]

REFUSED = {
    "dot": ".",
    "dots": "..",
    "slash": "a/b",
    "backslash": "a\\b",
    "blank": "   ",
    "empty quotes": '""',
    "quoted dots": "'..'",
    "nul": "a\x00b",
    "escape": "a\x1bb",
    "line break": "a\nb",
    "tab": "a\tb",
    "delete": "a\x7fb",
    "zero width": "AB\u200bC",
    "right to left": "AB\u202eC",
    "line separator": "AB\u2028C",
    "no-break space": "AB\u00a0C",
    "too long": "x" * 256,
    "member's mention": "<@80351110224678912>",
    "role's mention": "<@&80351110224678912>",
}
SENT = {
    "plain": ("ABC12345", "ABC12345"),
    "ends trimmed": ("  ABC ", "ABC"),
    "double quotes": ('"ABC"', "ABC"),
    "single quotes": ("'ABC'", "ABC"),
    "backticks": ("`ABC`", "ABC"),
    "curly quotes": ("\u201cABC\u201d", "ABC"),
    "quote inside": ("it's", "it's"),
    "inner space": ("A  B", "A  B"),
    "case kept": ("aBc", "aBc"),
    "multicharacter": ("char1:abc", "char1:abc"),
    "steam": ("steam:110000112345678", "steam:110000112345678"),
    "number": ("0017", "0017"),
    "emoji": ("\N{GRINNING FACE}1", "\N{GRINNING FACE}1"),
    "accents": ("Zoë-Ünal", "Zoë-Ünal"),
    "percent": ("a%2Fb%2e%2e", "a%2Fb%2e%2e"),
    "query": ("a?b=c&d#e", "a?b=c&d#e"),
    "plus": ("a+b;c", "a+b;c"),
    "everyone": ("@everyone", "@everyone"),
    "markdown": ("**A**_b_||c||", "**A**_b_||c||"),
    "backtick inside": ("A`B", "A`B"),
    "three dots": ("...", "..."),
    "longest": ("y" * 255, "y" * 255),
}


@pytest.mark.parametrize("typed", REFUSED.values(), ids=REFUSED.keys())
async def test_unsafe_ones_are_refused_without_a_call(world: World, typed: str) -> None:
    player = world.player()
    for action in ("add", "remove"):
        answer = await world.command(
            world.staff, "linkchar", sync_id=typed, action=action, api_id=wire.api_id(world, player)
        )
        assert_refused(answer, "sync ID")
        assert world.calls == []


@pytest.mark.parametrize(("typed", "meant"), SENT.values(), ids=SENT.keys())
async def test_safe_ones_are_sent_exactly(world: World, typed: str, meant: str) -> None:
    player = world.player()
    named = {"sync_id": typed, "api_id": wire.api_id(world, player)}
    linked = await world.command(world.staff, "linkchar", **named)
    assert world.wire == [wire.link(world, player, meant)]
    assert headline(linked).startswith("Linked `")
    asked = await world.command(world.staff, "linkchar", **named, action="remove")
    answer = await world.press(world.staff, asked, "Unlink")
    assert headline(answer).startswith("Unlinked `")
    assert wire.unlink(world, player, meant) in world.wire
    assert player.account.links == []
    for each in (linked, asked, answer):
        assert f"{meant}`" in text(each).replace(" ``", "`")
        assert shown(each).state.mentions == ()


async def test_the_form_holds_ids_to_the_same_rules(world: World) -> None:
    player = world.player()
    listed = await world.command(world.staff, "linkchar", api_id=wire.api_id(world, player))
    opened = await world.press(world.staff, listed, "Enter")
    world.forget()
    answer = await world.fill(world.staff, opened, {form(opened).fields[0].label: "a/b"})
    assert_refused(answer, "sync ID")
    assert world.calls == []
    assert player.account.links == []
