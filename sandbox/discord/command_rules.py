"""What Discord refuses in the registration of commands (interactions/application-commands: structures and limits)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .commands import GROUPS, CommandType, OptionType
from .wire import Json, Path, Problems

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = re.compile(r"[-_'\w]{1,32}")  # Discord's own also takes the letters of Devanagari and Thai
SIZE_LIMIT = 8000
PER_TYPE = {CommandType.SLASH: 100, CommandType.USER: 15, CommandType.MESSAGE: 15}
NUMERIC = (OptionType.INTEGER, OptionType.NUMBER)
WITH_CHOICES = (OptionType.STRING, *NUMERIC)
PERMISSION_BITS = (1 << 54) - 1
LOCALES = 34


def check_commands(bodies: list[Json]) -> None:
    """Refuse a bulk overwrite in which any command is bad (400, code 50035)."""
    problems = Problems()
    seen: set[tuple[str, int]] = set()
    counts = dict.fromkeys(CommandType, 0)
    for number, body in enumerate(bodies):
        _check_command(problems, (number,), body)
        key = str(body.get("name")), body.get("type") or 1
        if key in seen:
            message = "Application command names must be unique"
            problems.add((number,), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)
        if key[1] in counts:
            counts[CommandType(key[1])] += 1
    if any(count > PER_TYPE[kind] for kind, count in counts.items()):
        problems.add((), "MAXIMUM_APPLICATION_COMMANDS", "Maximum number of application commands reached")
    problems.raise_any()


def check_command(body: Json) -> None:
    """Refuse a single bad command (400, code 50035)."""
    problems = Problems()
    _check_command(problems, (), body)
    problems.raise_any()


def _check_command(problems: Problems, path: Path, body: Json) -> None:
    kinds = tuple(int(kind) for kind in CommandType)
    if not problems.choice((*path, "type"), body.get("type") or 1, kinds):
        return
    problems.number(
        (*path, "default_member_permissions"), _as_number(body.get("default_member_permissions")), 0, PERMISSION_BITS
    )
    for key, most in (("contexts", 3), ("integration_types", 2)):
        problems.items((*path, key), body.get(key), 1, most)
    if (body.get("type") or 1) != CommandType.SLASH:
        problems.text((*path, "name"), body.get("name"), 1, 32, required=True)
        for key in ("description", "options"):
            if body.get(key):
                message = f"Context menu commands cannot have {key}"
                problems.add((*path, key), "APPLICATION_COMMAND_CONTEXT_MENU_INVALID", message)
        return
    _check_labels(problems, path, body)
    _check_options(problems, (*path, "options"), body.get("options"), depth=0)
    if not problems.tree and _size(body) > SIZE_LIMIT:
        problems.add(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({SIZE_LIMIT})")


def _check_labels(problems: Problems, path: Path, item: Json) -> None:
    _check_name(problems, (*path, "name"), item.get("name"))
    problems.text((*path, "description"), item.get("description"), 1, 100, required=True)
    for key in ("name_localizations", "description_localizations"):
        if item.get(key) is None:
            continue
        translated = problems.mapping((*path, key), item[key])
        if len(translated) > LOCALES:
            problems.add((*path, key), "BASE_TYPE_MAX_LENGTH", f"Must be {LOCALES} or fewer in length.")
        for locale, text in translated.items():
            at = (*path, key, locale)
            if key == "name_localizations":
                _check_name(problems, at, text)
            else:
                problems.text(at, text, 1, 100, required=True)


def _check_name(problems: Problems, path: Path, name: object) -> None:
    if not problems.text(path, name, 1, 32, required=True):
        return
    text = str(name)
    if NAME.fullmatch(text) is None or text != text.lower():
        problems.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(problems: Problems, path: Path, value: object, depth: int) -> None:
    options = problems.items(path, value, 0, 25)
    names: set[str] = set()
    optional_seen = False
    kinds: set[bool] = set()
    for number, item in enumerate(options):
        at = (*path, number)
        option = problems.mapping(at, item)
        _check_option(problems, at, option, depth)
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            problems.add(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or not option.get("required")
        if option.get("name") in names:
            message = "Option name already exists"
            problems.add((*at, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
        names.add(str(option.get("name")))
        kinds.add(option.get("type") in GROUPS)
    if len(kinds) > 1:
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _check_option(problems: Problems, path: Path, option: Json, depth: int) -> None:
    _check_labels(problems, path, option)
    allowed = [kind for kind in OptionType if kind not in GROUPS]
    if depth == 0:
        allowed += GROUPS
    elif depth == 1:
        allowed.append(OptionType.SUB_COMMAND)
    if not problems.choice((*path, "type"), option.get("type"), tuple(int(kind) for kind in allowed)):
        return
    kind = OptionType(option["type"])
    if kind in GROUPS:
        _check_options(problems, (*path, "options"), option.get("options"), depth + 1 if kind == GROUPS[1] else 2)
        return
    if option.get("choices") or option.get("autocomplete"):
        _check_choices(problems, path, option, kind)
    if kind is OptionType.STRING:
        problems.number((*path, "min_length"), option.get("min_length"), 0, 6000)
        problems.number((*path, "max_length"), option.get("max_length"), 1, 6000)


def _check_choices(problems: Problems, path: Path, option: Json, kind: OptionType) -> None:
    choices = problems.items((*path, "choices"), option.get("choices"), 0, 25)
    if kind not in WITH_CHOICES:
        message = "Only string, integer and number options have choices or autocomplete"
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    if choices and option.get("autocomplete"):
        message = "Choices and autocomplete are mutually exclusive"
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)
    for number, item in enumerate(choices):
        at = (*path, "choices", number)
        choice = problems.mapping(at, item)
        problems.text((*at, "name"), choice.get("name"), 1, 100, required=True)
        if kind is OptionType.STRING:
            problems.text((*at, "value"), choice.get("value"), 1, 100, required=True)
        else:
            problems.number((*at, "value"), choice.get("value"), -(2**53), 2**53)


def _as_number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdigit() else value


def _size(body: Json) -> int:
    """Return the characters that count: names, descriptions and values, each in its longest locale."""
    return sum(_own_size(item) for item in _parts(body))


def _parts(item: Json) -> Iterator[Json]:
    yield item
    for inner in [*(item.get("options") or ()), *(item.get("choices") or ())]:
        yield from _parts(inner)


def _own_size(item: Json) -> int:
    total = len(item["value"]) if isinstance(item.get("value"), str) else 0
    for key in ("name", "description"):
        texts = [item.get(key) or "", *(item.get(f"{key}_localizations") or {}).values()]
        total += max(len(text) for text in texts)
    return total
