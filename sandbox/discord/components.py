"""What a person sees and can press in a message: embeds, buttons and selects, parsed from what the bot sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .wire import Json


class Kind(IntEnum):
    """Component types (components/reference: Component Types)."""

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


SELECTS = (
    Kind.STRING_SELECT,
    Kind.USER_SELECT,
    Kind.ROLE_SELECT,
    Kind.MENTIONABLE_SELECT,
    Kind.CHANNEL_SELECT,
)


class Flag(IntFlag):
    """Message flags that the sandbox knows (resources/message: Message Flags)."""

    NONE = 0
    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


class ButtonStyle(IntEnum):
    """Button styles (components/reference: Button Styles)."""

    PRIMARY = 1
    SECONDARY = 2
    SUCCESS = 3
    DANGER = 4
    LINK = 5
    PREMIUM = 6


@dataclass(frozen=True)
class Option:
    """One entry of a select, a radio group or a checkbox group."""

    label: str
    value: str
    description: str = ""
    default: bool = False

    @classmethod
    def parse(cls, option: Json) -> Option:
        """Return the option of a component's JSON."""
        return cls(
            option["label"],
            option["value"],
            option.get("description") or "",
            bool(option.get("default")),
        )


@dataclass(frozen=True)
class Button:
    """A button as shown. A link has a `url` and no `custom_id`."""

    label: str
    style: ButtonStyle
    custom_id: str
    disabled: bool
    emoji: str
    url: str

    @classmethod
    def parse(cls, component: Json) -> Button:
        """Return the button of a component's JSON."""
        return cls(
            label=component.get("label") or "",
            style=ButtonStyle(component["style"]),
            custom_id=component.get("custom_id") or "",
            disabled=bool(component.get("disabled")),
            emoji=(component.get("emoji") or {}).get("name") or "",
            url=component.get("url") or "",
        )


@dataclass(frozen=True)
class Default:
    """What a select of people, roles or channels shows as chosen: an id, and whose (`user`, `role`, `channel`)."""

    id: int
    type: str

    @classmethod
    def parse(cls, component: Json) -> tuple[Default, ...]:
        """Return the default values of a component's JSON."""
        return tuple(cls(int(each["id"]), each["type"]) for each in component.get("default_values") or ())


@dataclass(frozen=True)
class Select:
    """A select menu as shown. Only one of kind STRING_SELECT has options, and only the others have `defaults`."""

    kind: Kind
    custom_id: str
    placeholder: str
    options: tuple[Option, ...]
    min_values: int
    max_values: int
    disabled: bool
    defaults: tuple[Default, ...] = ()
    channel_types: tuple[int, ...] = ()

    @classmethod
    def parse(cls, component: Json) -> Select:
        """Return the select of a component's JSON."""
        least, most = component.get("min_values"), component.get("max_values")
        return cls(
            kind=Kind(component["type"]),
            custom_id=component["custom_id"],
            placeholder=component.get("placeholder") or "",
            options=tuple(Option.parse(option) for option in component.get("options") or ()),
            min_values=1 if least is None else least,
            max_values=1 if most is None else most,
            disabled=bool(component.get("disabled")),
            defaults=Default.parse(component),
            channel_types=tuple(component.get("channel_types") or ()),
        )


@dataclass(frozen=True)
class EmbedField:
    """One name and value of an embed."""

    name: str
    value: str
    inline: bool = False


@dataclass(frozen=True)
class Embed:
    """An embed as shown."""

    title: str
    description: str
    fields: tuple[EmbedField, ...]
    footer: str
    author: str
    color: int | None
    url: str
    image: str
    thumbnail: str

    @classmethod
    def parse(cls, embed: Json) -> Embed:
        """Return the embed of a message's JSON."""
        fields = (
            EmbedField(field["name"], field["value"], bool(field.get("inline"))) for field in embed.get("fields") or ()
        )
        return cls(
            title=embed.get("title") or "",
            description=embed.get("description") or "",
            fields=tuple(fields),
            footer=(embed.get("footer") or {}).get("text") or "",
            author=(embed.get("author") or {}).get("name") or "",
            color=embed.get("color"),
            url=embed.get("url") or "",
            image=(embed.get("image") or {}).get("url") or "",
            thumbnail=(embed.get("thumbnail") or {}).get("url") or "",
        )

    @property
    def text(self) -> str:
        """All of its words, one part per line, in the order a reader meets them."""
        parts = [self.author, self.title, self.description]
        for field in self.fields:
            parts += [field.name, field.value]
        return "\n".join(part for part in [*parts, self.footer] if part)


def walk(components: list[Json]) -> Iterator[Json]:
    """Yield every component of a message or modal, parents before children."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for key in ("accessory", "component"):
            if isinstance(component.get(key), dict):
                yield from walk([component[key]])
