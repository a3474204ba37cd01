"""The tour: it keeps every promise with the real bot, and says so plainly when one is broken or the bot fails."""

from __future__ import annotations

import asyncio
import io
import re
import signal
import socket
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from dotenv import dotenv_values
from rich.console import Console
from rich.text import Text

from sandbox.discord import Flag, MessageState, Refusal
from sandbox.tour import BLAINE, LOS_SANTOS, PALETO, run_tour
from sandbox.tour.closing import closing_promises
from sandbox.tour.company import Company
from sandbox.tour.markup import shown
from sandbox.tour.process import REPOSITORY, BotFailed, Stopped
from sandbox.tour.promises import Outcome, Promise
from sandbox.tour.scenes import SCENES, cad_fails
from sandbox.tour.stage import Scene, Stage, scene
from sandbox.tour.town import Town
from sandbox.tour.transcript import NARROWEST, WIDTH, Transcript, make_console

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

QUICK = [one for one in SCENES if one is not cad_fails]  # that scene waits out the bot's 10 s for a CAD that hangs
SECRETS = re.compile(r"\b[0-9a-f]{32}\b|[\w-]{20,}\.[\w-]{5,}\.[\w-]{30,}")  # a key, a token
FRAMES = re.compile(r"[\x1b╭╮╰╯│─━]")


async def play(scenes: Sequence[Scene]) -> tuple[int, str]:
    printed = io.StringIO()
    code = await run_tour(Transcript(make_console(printed, plain=True), plain=True), scenes)
    return code, printed.getvalue()


def terminal(width: int) -> tuple[Transcript, io.StringIO]:
    printed = io.StringIO()
    console = Console(file=printed, force_terminal=True, width=width, highlight=False, emoji=False, markup=False)
    return Transcript(console, plain=False), printed


@scene(PALETO, "A false promise", "It is told.")
async def false_promise(stage: Stage) -> None:
    answer = await stage.types(stage.pia, "linkchar")
    stage.reads(answer, "your soup is ready")
    stage.asked("soup", name="the kitchen was asked")
    stage.characters(stage.pia, 3)
    stage.links(stage.pia)


@scene(PALETO, "A button that is not there", "The tour goes on.")
async def stuck(stage: Stage) -> None:
    await stage.presses(stage.pia, await stage.types(stage.pia, "linkchar"), "Soup")


@scene(PALETO, "A good one", "It is played after the bad ones.")
async def good(stage: Stage) -> None:
    stage.reads(await stage.types(stage.pia, "linkchar"), "No character is linked yet")


async def test_every_promise_is_kept_with_the_real_bot() -> None:
    code, told = await play(QUICK)
    assert "BROKEN" not in told
    assert code == 0
    assert [title for number, title in re.findall(r"^== (\d+)\. (.*)$", told, re.MULTILINE)] == [
        *(one.title for one in QUICK),
        "Over the whole tour",
    ]
    assert "Sam (Staff) types /linkchar sync_id:ABC12345 member:@Pia" in told
    assert "only Sam sees this" in told
    assert "PUT /v2/civilian/character-links/ABC12345" in told
    assert "API key: ••••••••" in told
    assert "Account secret: ••••••••" in told
    assert not FRAMES.search(told)
    assert not SECRETS.search(told)
    assert max(map(len, told.splitlines())) <= WIDTH


@pytest.mark.parametrize(
    ("away", "seen"),
    [
        (-7, "7 seconds ago"),
        (-61, "1 minute ago"),
        (3 * 3600 + 1, "in 3 hours"),
        (86_400 + 1, "in 1 day"),
        (0, "0 seconds ago"),
    ],
)
def test_moments_are_told_from_now(away: int, seen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.tour.markup.time.time", lambda: 1_700_000_000.0)
    assert shown(f"<t:{1_700_000_000 + away}:R>", Town(PALETO).guild).plain == seen


async def test_a_broken_promise_is_told_and_the_tour_goes_on() -> None:
    code, told = await play([false_promise, stuck, good])
    assert code == 1
    assert "BROKEN: Pia reads “your soup is ready”\n    expected: “your soup is ready”\n    seen:     No char" in told
    assert "BROKEN: the kitchen was asked\n    expected: ['soup']\n    seen:     ['links']" in told
    assert "BROKEN: characters of Pia in the CAD: 3\n    expected: 3\n    seen:     0" in told
    assert "BROKEN: the scene plays to its end" in told
    assert "0 buttons start with 'Soup'" in told
    summary = told.split("\n  1 ")[1]
    assert re.findall(r"(\d of \d) (BROKEN|kept)", summary) == [
        ("1 of 4", "BROKEN"),
        ("0 of 1", "BROKEN"),
        ("1 of 1", "kept"),
        ("7 of 7", "kept"),
    ]
    assert "9 of 13 promises kept" in told


async def test_a_bot_that_does_not_start_ends_the_tour_with_its_last_lines() -> None:
    plan = replace(PALETO, settings={"SELF_LINK": "sometimes"})
    code, told = await play([Scene(plan, good.title, good.look, good.play)])
    assert code == 1
    assert "ended by itself with exit code 78" in told
    assert "SELF_LINK: " in told


async def test_a_bot_that_dies_is_noticed_at_once(tmp_path: Path) -> None:
    company = Company(PALETO, tmp_path)
    await company.start()

    async def kill_and_wait() -> None:
        assert company.bot._process is not None
        company.bot._process.kill()
        await asyncio.Event().wait()

    with pytest.raises(BotFailed, match="ended by itself with exit code -9") as caught:
        await company.while_alive(kill_and_wait())
    assert "bot" in "".join(caught.value.lines)
    await company.stop()
    assert company.stopped is None


async def test_a_stopped_company_leaves_no_bot_behind(tmp_path: Path) -> None:
    company = Company(LOS_SANTOS, tmp_path)
    await company.start()
    stopping = asyncio.create_task(company.stop())
    await asyncio.sleep(0)
    assert company.bot.running
    await stopping
    assert not company.bot.running
    assert company.stopped is not None
    assert company.stopped.code == 0
    await company.stop()


def spoil_output(company: Company) -> None:
    company.bot._printed += f"token {company.town.discord.token}".encode()


def spoil_key(company: Company) -> None:
    company.bot._printed += company.town.cad.state.community.key.encode()


def spoil_discord(company: Company) -> None:
    company.town.discord.refusals.append(Refusal("POST", "/x", 400, 50035, "Invalid Form Body"))


@pytest.mark.parametrize("code", [50007, 10008])
def test_what_no_bot_can_foresee_is_no_fault_of_it(tmp_path: Path, code: int) -> None:
    company = Company(PALETO, tmp_path)
    company.stopped = Stopped(0, 0.2)
    company.town.discord.refusals.append(Refusal("POST", "/x", 403, code, "Not so"))
    assert ["0 of 0" in one.name for one in closing_promises([company]) if not one.kept] == [True]


@scene(PALETO, "A word that should not be there", "It is told, but the word is not.")
async def leak(stage: Stage) -> None:
    stage.silent("no soup", ["The soup is hot.", "Bread."], "soup", "")
    stage.silent("no tea", ["The soup is hot."], "tea")
    stage.asked_times("link", 1)


async def test_what_must_not_be_there_is_a_broken_promise() -> None:
    code, told = await play([leak])
    assert code == 1
    assert "BROKEN: no soup\n    expected: nothing of it\n    seen:     1 times" in told
    assert "BROKEN: calls of the kind “link” to the CAD: 1" in told
    assert "Kept: no tea" in told


def spoil_cad(company: Company) -> None:
    company.town.cad.ledger.arrive("v2", "GET", "/v2/soup").malformed = "no such path"


def spoil_file(company: Company) -> None:
    data = company.disk._directory / "data"
    data.mkdir()
    (data / "charlink.db-wal").write_text(company.town.account(company.town.pia).secret, "utf-8")


def spoil_message(company: Company) -> None:
    state = MessageState(content=f"It is {company.town.account(company.town.pia).secret}")
    company.town.discord.world.messages.create(company.town.audit, company.town.discord.world.bot, state)


def spoil_earlier_stop(company: Company) -> None:
    company.stopped_before.append(Stopped(1, 0.1))


def spoil_stop(company: Company) -> None:
    company.stopped = Stopped(None, 10.0)


def spoil_code(company: Company) -> None:
    company.stopped = Stopped(3, 0.1)


@pytest.mark.parametrize(
    ("spoil", "broken"),
    [
        (spoil_output, "no token or key in anything that the bots printed or sent"),
        (spoil_key, "no token or key in anything that the bots printed or sent"),
        (spoil_message, "no token or key in anything that the bots printed or sent"),
        (spoil_file, "no token, key or secret in plain in any file of the bots"),
        (spoil_earlier_stop, "every bot stopped on SIGTERM with exit code 0 (the slowest after 0.2 s)"),
        (spoil_discord, "Discord refused nothing that the bot sent"),
        (spoil_cad, "not one malformed request to the CAD"),
        (spoil_stop, "every bot stopped on SIGTERM with exit code 0 (the slowest after 10.0 s)"),
        (spoil_code, "every bot stopped on SIGTERM with exit code 0 (the slowest after 0.1 s)"),
    ],
)
def test_what_breaks_the_promises_of_the_whole(tmp_path: Path, spoil: Callable[[Company], None], broken: str) -> None:
    company = Company(BLAINE, tmp_path)
    company.stopped = Stopped(0, 0.2)
    nobody_asked = {"0 of 0 interactions acknowledged within 3 s, the slowest after 0 ms"}
    assert {one.name for one in closing_promises([company]) if not one.kept} == nobody_asked
    spoil(company)
    found = {one.name: one for one in closing_promises([company]) if not one.kept}
    assert set(found) == nobody_asked | {broken}
    told = found[broken].expected + found[broken].seen
    assert told
    assert company.town.discord.token not in told
    assert company.town.cad.state.community.key not in told


async def test_an_unanswered_or_public_interaction_breaks_a_promise(tmp_path: Path) -> None:
    company = Company(LOS_SANTOS, tmp_path)
    await company.start()
    exchange = await company.town.discord.command(company.town.otto, "linkchar", {})
    company.exchanges.append(await exchange.settled())
    await company.stop()
    assert [one.name for one in closing_promises([company]) if not one.kept] == []
    exchange.interaction.responded_at = None
    assert exchange.message is not None
    exchange.message.states.append(replace(exchange.message.state, flags=Flag.NONE))
    assert [one.name for one in closing_promises([company]) if not one.kept] == [
        "0 of 1 interactions acknowledged within 3 s, the slowest after 0 ms",
        "every answer is seen by one person only",
    ]


@pytest.mark.parametrize(
    ("markdown", "seen"),
    [
        ("Linked `ABC`.", "Linked ABC."),
        ("`` a`b ``", "a`b"),
        ("**First:** O\\*Neil", "First: O*Neil"),
        ("**<@{pia}>** and <@&{player}>", "@Pia and @Player"),
        ("<@1> <@&2>", "@unknown-user @deleted-role"),
        ("<#{approvals}> <#3> <@&{everyone}>", "#approvals #unknown @everyone"),
        ("<t:1700000000:f> <t:0>", "2023-11-14 22:13 UTC 1970-01-01 00:00 UTC"),
        ("\\x", "\\x"),
    ],
)
def test_markdown_is_shown_as_people_read_it(markdown: str, seen: str) -> None:
    town = Town(LOS_SANTOS)
    ids = {"pia": town.pia.id, "player": town.player_role.id, "approvals": town.approvals.id, "everyone": town.guild.id}
    text = markdown.format(**ids)
    assert shown(text, town.guild).plain == seen


@pytest.mark.parametrize("width", [NARROWEST, 80, 100])
def test_a_terminal_gets_frames_within_its_width(width: int) -> None:
    transcript, printed = terminal(width)
    transcript.opening("Title", "word " * 60)
    transcript.scene(1, "Scene", "look " * 30, "place " * 20)
    transcript.act("Sam (Staff)", "types /linkchar sync_id:" + "A" * 90)
    transcript.screen("Charlink", [Text("long " * 40), Text("[ Undo ]")], "acknowledged after 3 ms")
    transcript.cad(["link, answered 200: " + "x " * 80], [])
    transcript.code("Request", ["{", '  "discord": "1"', "}"])
    transcript.promises([Promise("kept " * 30, kept=True), Promise("broken", kept=False, expected="a", seen="b" * 150)])
    transcript.summary([Outcome("Scene", (Promise("one", kept=True),)), Outcome("Nothing promised", ())], 1.0)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed.getvalue())
    assert max(map(len, plain.splitlines())) <= width
    assert "╭" in plain
    assert "BROKEN: broken" in plain
    assert "1 of 1 promises kept" in plain


def test_a_town_without_a_listener_has_no_environment() -> None:
    with pytest.raises(RuntimeError, match="not running"):
        Town(PALETO).environment()


async def cli(*arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "sandbox", *arguments)
    return await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, stdout=pipe, stderr=pipe)


async def test_serve_prints_the_lines_for_env_until_it_is_stopped() -> None:
    process = await cli("serve", "--cad-port", "0", "--discord-port", "0", "--api", "v2")
    assert process.stdout is not None
    lines = b""
    while b"SELF_LINK" not in lines:
        lines += await process.stdout.readline()
    settings = dotenv_values(stream=io.StringIO(lines.decode()))
    assert settings["SONORAN_API_VERSION"] == "v2"
    assert str(settings["DISCORD_API_URL"]).startswith("http://127.0.0.1:")
    assert settings["SONORAN_API_KEY"]
    process.send_signal(signal.SIGINT)
    _, told = await process.communicate()
    assert process.returncode == 130
    assert b"Stopped." in told


async def test_serve_says_when_a_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = await cli("serve", "--cad-port", "0", "--discord-port", port)
        printed, told = await process.communicate()
    assert process.returncode == 1
    assert printed == b""
    assert port in told.decode()
    assert b"Traceback" not in told


async def test_the_tour_can_be_interrupted() -> None:
    process = await cli("tour", "--plain")
    assert process.stdout is not None
    assert await process.stdout.readline() == b"Charlink: the tour\n"
    process.send_signal(signal.SIGTERM)
    _, told = await process.communicate()
    assert process.returncode == 130
    assert told == b"Stopped.\n"
