"""The house rules that a machine can hold: layers, error handling in one place, sizes, no loose ends."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import app
from bot.settings import NAMES, load_settings
from tests.source import ROOT, code_lines, modules, texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_LINES = 400
MAX_FUNCTION = 40
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
ERROR_HANDLERS = {"on_error", "cog_app_command_error", "cog_command_error", "on_app_command_error"}
MACHINE_PATHS = re.compile("|".join(f"/{place}/" for place in ("work", "home", "Users", "root")) + r"|[A-Z]:\\\\")
CONSTRAINT = re.compile(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.!+]*")


def each_function(*packages: str) -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, tree in modules(*packages).items():
        for node in ast.walk(tree):
            if isinstance(node, FUNCTIONS):
                yield path, node


def test_layers_are_declared_and_hold() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = next(contract for contract in config["contracts"] if contract["type"] == "layers")
    assert layers["exhaustive"]
    declared = {name.strip() for layer in layers["layers"] for name in layer.split("|")}
    present = {path.parts[1].removesuffix(".py") for path in modules("bot")} - {"__init__"}
    assert declared == present
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stdout + done.stderr


def test_errors_are_handled_in_one_place() -> None:
    for path, function in each_function("bot", "cogs"):
        local = [one for one in function.decorator_list if isinstance(one, ast.Attribute) and one.attr == "error"]
        assert not local, f"{path}: {function.name} handles errors of one command"
        if path.as_posix() != "bot/client.py":
            assert function.name not in ERROR_HANDLERS, f"{path}: {function.name}"


def test_cogs_catch_nothing() -> None:
    for path, tree in modules("cogs").items():
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Try)], path


def test_loggers_are_named_for_their_modules() -> None:
    for path, tree in modules("bot", "cogs").items():
        for node in tree.body:
            if isinstance(node, ast.Assign) and "getLogger" in ast.unparse(node.value):
                expected = "logging.getLogger(__name__)"
                if path.name == "__main__.py":  # whose __name__ says nothing
                    expected = "logging.getLogger('bot')"
                assert ast.unparse(node.value) == expected, path


def test_logs_are_lazy() -> None:
    for path, tree in modules("bot", "cogs").items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno} formats by itself"


def test_nothing_but_settings_reads_the_environment() -> None:
    allowed = {"bot/__main__.py"}  # hands os.environ to load_settings
    for path, tree in modules("bot", "cogs").items():
        if path.as_posix() not in allowed:
            text = ast.unparse(tree)
            assert "os.environ" not in text, path
            assert "getenv" not in text, path


def test_modules_say_their_rule() -> None:
    for path, tree in modules("bot", "cogs", "sandbox").items():
        if tree.body:
            lines = (ast.get_docstring(tree) or "").splitlines()
            assert 1 <= len(lines) <= 5, f"{path}: a module's docstring has 1 to 5 lines"


def test_files_stay_short() -> None:
    long = {str(path): lines for path in modules() if (lines := len(_lines(path))) >= MAX_LINES}
    assert not long


def test_functions_stay_short() -> None:
    long = {
        f"{path}:{function.name}": count
        for path, function in each_function()
        if (count := code_lines(function, _lines(path))) >= MAX_FUNCTION
    }
    assert not long


def test_names_say_something() -> None:
    grab_bags = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    for path in modules():
        assert not {path.stem, *path.parts} & grab_bags, path


def test_no_path_of_a_machine() -> None:
    found = {str(path): match[0] for path, text in texts().items() if (match := MACHINE_PATHS.search(text))}
    assert not found


def test_nothing_is_left_to_be_done() -> None:
    marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
    found = {str(path): match[0] for path, text in texts().items() if (match := marks.search(text))}
    assert not found


def test_constraints_are_plain() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not CONSTRAINT.fullmatch(line)] == []
    names = [line.partition("==")[0].lower().replace("_", "-") for line in lines]
    assert len(names) == len(set(names))


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    pinned = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    }
    for requirement in wanted:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        assert name
        assert name[0].lower().replace("_", "-") in pinned


def _example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    names = [name for name, _, _ in pairs]
    assert len(names) == len(set(names))
    return {name: value for name, _, value in pairs}


def test_the_example_lists_every_setting_with_its_meaning() -> None:
    assert set(_example()) == set(NAMES)
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    assert lines[0].startswith("#")
    token = lines.index(next(line for line in lines if line.startswith("DISCORD_TOKEN")))
    assert lines[token - 1].startswith("#")


def test_the_examples_values_are_the_defaults() -> None:
    assert load_settings({**_example(), "DISCORD_TOKEN": "x"}, None) == load_settings({"DISCORD_TOKEN": "x"}, None)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_pages_name_commands_that_exist(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    assert named <= targets
    commands = {command.name or (command.callback and command.callback.__name__) for command in app.registered_commands}
    assert set(re.findall(r"python3? -m bot ([a-z]+)", text)) <= commands


def test_the_readme_shows_how_to_try_it() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert {"make demo", "make test", "python -m bot check", "python -m bot run"} <= set(
        re.findall(r"make demo|make test|python -m bot check|python -m bot run", readme)
    )


def test_the_procfile_starts_what_exists() -> None:
    commands = {command.name or (command.callback and command.callback.__name__) for command in app.registered_commands}
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    started = dict(line.split(": ", 1) for line in lines if line)
    assert started["worker"] == "python -m bot run"
    for command in started.values():
        assert command.removeprefix("python -m bot ") in commands


def _lines(path: Path) -> list[str]:
    return (ROOT / path).read_text("utf-8").splitlines()
