"""What Discord refuses in a message (resources/message and components/reference: limits and required fields)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from .component_rules import check_components
from .components import Flag, Kind, walk

if TYPE_CHECKING:
    from .messages import MessageState, Upload
    from .wire import Json, Path, Problems

CONTENT_LIMIT = 2000
NONCE_LIMIT = 25
EMBED_TOTAL = 6000
V2_TEXT_TOTAL = 4000
URL_SCHEMES = ("http://", "https://", "attachment://")
MENTION_TYPES = ("roles", "users", "everyone")


def check_message(
    problems: Problems, path: Path, body: Json, uploads: dict[str, Upload], before: MessageState | None = None
) -> None:
    """Collect the problems of a message body; `before` is what the message shows when this is an edit."""
    problems.text((*path, "content"), body.get("content"), 0, CONTENT_LIMIT)
    nonce = body.get("nonce")
    problems.text((*path, "nonce"), str(nonce) if isinstance(nonce, int) else nonce, 0, NONCE_LIMIT)
    _check_embeds(problems, (*path, "embeds"), body.get("embeds"))
    flags = Flag(problems.whole((*path, "flags"), body.get("flags"), 0, 1 << 30, 0))
    v2 = Flag.COMPONENTS_V2 in (flags | (before.flags if before else Flag.NONE))
    check_components(problems, (*path, "components"), body.get("components"), v2=v2)
    if v2:
        _check_v2(problems, path, body)
    _check_mentions(problems, (*path, "allowed_mentions"), body.get("allowed_mentions"))
    _check_attachments(problems, (*path, "attachments"), body.get("attachments"), uploads, before)


def _check_embeds(problems: Problems, path: Path, embeds: object) -> None:
    listed = problems.items(path, embeds, 0, 10)
    total = sum(_check_embed(problems, (*path, number), embed) for number, embed in enumerate(listed))
    if total > EMBED_TOTAL:
        problems.add(path, "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_TOTAL}")


def _check_embed(problems: Problems, path: Path, value: object) -> int:
    """Collect the problems of one embed; the number of its characters that count."""
    embed = problems.mapping(path, value)
    problems.text((*path, "title"), embed.get("title"), 0, 256)
    problems.text((*path, "description"), embed.get("description"), 0, 4096)
    problems.number((*path, "color"), embed.get("color"), 0, 0xFFFFFF)
    _check_timestamp(problems, (*path, "timestamp"), embed.get("timestamp"))
    counted = [embed.get("title"), embed.get("description")]
    for part, key, most in (("footer", "text", 2048), ("author", "name", 256)):
        if embed.get(part) is not None:
            inner = problems.mapping((*path, part), embed[part])
            problems.text((*path, part, key), inner.get(key), 0, most, required=part == "author")
            _check_url(problems, (*path, part, "icon_url"), inner.get("icon_url"))
            counted.append(inner.get(key))
    _check_url(problems, (*path, "url"), embed.get("url"))
    for part in ("image", "thumbnail"):
        if embed.get(part) is not None:
            _check_url(problems, (*path, part, "url"), problems.mapping((*path, part), embed[part]).get("url"))
    for number, item in enumerate(problems.items((*path, "fields"), embed.get("fields"), 0, 25)):
        inner = problems.mapping((*path, "fields", number), item)
        for key, most in (("name", 256), ("value", 1024)):
            at = (*path, "fields", number, key)
            if problems.text(at, inner.get(key), 0, most, required=True) and not inner[key].strip():
                problems.add(at, "BASE_TYPE_REQUIRED", "This field is required")
            counted.append(inner.get(key))
    return sum(len(text) for text in counted if isinstance(text, str))


def _check_url(problems: Problems, path: Path, url: object) -> None:
    if problems.text(path, url, 0, 2048) and not str(url).lower().startswith(URL_SCHEMES):
        problems.add(path, "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https').")


def _check_timestamp(problems: Problems, path: Path, value: object) -> None:
    if value is None:
        return
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        problems.add(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")


def _check_v2(problems: Problems, path: Path, body: Json) -> None:
    for key in ("content", "embeds"):
        if body.get(key):
            message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            problems.add((*path, key), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    shown = body.get("components")
    found = walk(shown) if isinstance(shown, list) and not problems.tree else ()
    total = sum(len(item["content"]) for item in found if item["type"] == Kind.TEXT_DISPLAY)
    if total > V2_TEXT_TOTAL:
        message = f"The total length of the displayable text must be {V2_TEXT_TOTAL} or fewer."
        problems.add((*path, "components"), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)


def _check_mentions(problems: Problems, path: Path, value: object) -> None:
    if value is None:
        return
    allowed = problems.mapping(path, value)
    parse = problems.items((*path, "parse"), allowed.get("parse"), 0, len(MENTION_TYPES))
    if any(kind not in MENTION_TYPES for kind in parse):
        message = f"Value must be one of {MENTION_TYPES}."
        problems.add((*path, "parse"), "BASE_TYPE_CHOICES", message)
    for key in ("users", "roles"):
        if problems.items((*path, key), allowed.get(key), 0, 100) and key in parse:
            message = f"parse:[{key!r}] and {key}: [ids...] are mutually exclusive."
            problems.add(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def _check_attachments(
    problems: Problems, path: Path, value: object, uploads: dict[str, Upload], before: MessageState | None
) -> None:
    known = {*uploads, *(str(attachment.id) for attachment in (before.attachments if before else ()))}
    for number, item in enumerate(problems.items(path, value, 0, 10)):
        entry = problems.mapping((*path, number), item)
        problems.text((*path, number, "description"), entry.get("description"), 0, 1024)
        if str(entry.get("id")) not in known:
            message = "Attachment data not found"
            problems.add((*path, number), "ATTACHMENT_NOT_FOUND", message)
    if len(uploads) > 10:  # noqa: PLR2004  # files of one message
        problems.add(path, "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
