"""One answer as a Discord message: within Discord's limits whatever is put into it."""

from __future__ import annotations

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.reply import Button, Reply, Tone

LONG = st.text(max_size=40) | st.integers(1, 9000).map("x".__mul__)
LINES = LONG.filter(str.strip)


@given(
    text=LINES,
    fields=st.lists(st.tuples(LINES, LINES), max_size=40),
    footer=LONG,
    tone=st.sampled_from(Tone),
)
def test_an_embed_is_always_within_discords_limits(
    text: str, fields: list[tuple[str, str]], footer: str, tone: Tone
) -> None:
    embed = Reply.of(text, tone, fields=tuple(fields), footer=footer).embed()
    assert len(embed) <= 6000
    assert 1 <= len(embed.description or "") <= 4096
    assert len(embed.footer.text or "") <= 2048
    assert len(embed.fields) <= 25
    for one in embed.fields:
        assert 1 <= len(one.name or "") <= 256
        assert 1 <= len(one.value or "") <= 1024


@given(LINES)
def test_a_headline_fits_a_message(text: str) -> None:
    assert len(Reply.of(text, Tone.INFO).headline) <= 2000


def left_out(count: int) -> str:
    return f"and {count} more"


@pytest.mark.parametrize(
    ("fields", "shown", "last"),
    [
        ([("n", "v")] * 25, 25, "v"),
        ([("n", "v")] * 26, 24, "and 2 more"),
        ([("n", "v")] * 40, 24, "and 16 more"),
        ([("n", "x" * 1024)] * 5, 5, "x" * 1024),
        ([("n", "x" * 1024)] * 6, 5, "and 1 more"),
        ([("n", "x" * 1024)] * 9, 5, "and 4 more"),
        ([("n" * 300, "x" * 1300)] * 9, 4, "and 5 more"),
    ],
)
def test_what_does_not_fit_is_counted(fields: list[tuple[str, str]], shown: int, last: str) -> None:
    embed = Reply.of("x", Tone.INFO, fields=tuple(fields), more=left_out).embed()
    assert embed.fields[-1].value == last
    assert len(embed.fields) == shown + last.startswith("and ")


@given(LINES, st.lists(st.tuples(LINES, LINES), max_size=40), st.text(max_size=300))
def test_every_field_is_shown_or_counted(text: str, fields: list[tuple[str, str]], footer: str) -> None:
    embed = Reply.of(text, Tone.INFO, fields=tuple(fields), footer=footer, more="left out: {}".format).embed()
    assert len(embed) <= 5500
    values = [one.value or "" for one in embed.fields]
    said = [int(value.removeprefix("left out: ")) - 1 for value in values if value.startswith("left out: ")]
    assert len(values) + sum(said) == len(fields)
    assert len(said) <= 1


def test_without_words_for_it_something_is_still_said_to_be_missing() -> None:
    last = Reply.of("x", Tone.INFO, fields=(("n", "v"),) * 26).embed().fields[-1]
    assert (last.name, last.value) == ("…", "…")


def test_the_first_line_is_the_headline() -> None:
    reply = Reply.of("Linked.\n\nIt is yours.\nNow.", Tone.DONE)
    assert (reply.headline, reply.detail) == ("Linked.", "It is yours.\nNow.")
    assert Reply.of("Linked.", Tone.DONE).embed().description == "Linked."


def test_an_image_and_a_footer() -> None:
    reply = Reply.of("x", Tone.DONE, image="https://a.example/x.png", footer="STAGING")
    embed = reply.embed()
    assert embed.thumbnail.url == "https://a.example/x.png"
    assert embed.footer.text == "STAGING"
    assert Reply.of("x", Tone.DONE).embed().thumbnail.url is None


def test_a_tone_is_only_a_colour() -> None:
    one, other = (Reply.of("x", tone).embed().to_dict() for tone in (Tone.DONE, Tone.FAILED))
    assert one.pop("color") != other.pop("color")
    assert one == other


async def test_buttons_lead_to_the_router_and_stay_in_no_memory() -> None:
    buttons = (
        Button("x" * 100, "cl1:a:1:", discord.ButtonStyle.danger, row=0),
        Button("Two", "cl1:a:2:", row=1),
    )
    view = Reply.of("x", Tone.ASK).with_buttons(*buttons).view()
    assert view is not None
    assert view.is_finished()
    assert view.timeout is None
    first, second = view.to_components()
    assert len(first["components"][0]["label"]) == 80
    assert first["components"][0]["custom_id"] == "cl1:a:1:"
    assert second["components"][0]["label"] == "Two"


def test_without_buttons_there_is_no_view() -> None:
    assert Reply.of("x", Tone.ASK).view() is None


@pytest.mark.parametrize("rest", [{"colour": 1}, {"buttons_": ()}])
def test_a_mistyped_part_is_loud(rest: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        Reply.of("x", Tone.ASK, **rest)
