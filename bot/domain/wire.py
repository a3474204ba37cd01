"""How the CAD's JSON is read: tolerantly, and given back whole.

Models read what they know and tolerate the rest; what came in is kept as it was, so that a dump by alias gives
back every key and value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_serializer,
    model_validator,
)
from pydantic.alias_generators import to_camel
from typing_extensions import override

MAX_DEPTH = 64
"""How deep a value may be nested. The CAD's own records have six levels; the rest keeps recursion bounded."""


def readable(text: str) -> str:
    """Return text that can be encoded: JSON may hold half of a surrogate pair, which no wire takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        return readable(str(value))
    return ""


def read_texts(value: object) -> tuple[str, ...]:
    """Return a list as texts; a single text counts as a list of one, anything else as none."""
    if isinstance(value, str):
        return (_text(value),)
    return tuple(_text(item) for item in value) if isinstance(value, list | tuple) else ()


def _number(value: object) -> int | None:
    if isinstance(value, str):
        digits = value.strip()
        number = digits.removeprefix("-")
        return int(digits) if number.isascii() and number.isdigit() and len(number) <= 18 else None  # noqa: PLR2004 - 64 bits
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(value: object) -> bool:
    return value.strip().lower() in {"true", "1"} if isinstance(value, str) else value is True or value == 1


def read_objects(value: object) -> list[object]:
    """Return the objects of a list; anything else in it, or that is no list, is left out."""
    return [item for item in value if read_object(item) is not None] if isinstance(value, list | tuple) else []


def read_object(value: object) -> object:
    """Return an object as it is, anything else as None."""
    return value if isinstance(value, Mapping | BaseModel) else None


def _plain(value: object, depth: int = 0) -> Any:  # noqa: ANN401 - JSON
    """Copy JSON, models included. Raises ValueError below MAX_DEPTH."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, BaseModel):
        return value.model_dump(by_alias=True)
    if isinstance(value, Mapping):
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    return value


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(read_texts)]
Number = Annotated[int | None, BeforeValidator(_number)]
Flag = Annotated[bool, BeforeValidator(_flag)]


class Wire(BaseModel):
    """JSON of the CAD: read tolerantly, given back whole.

    Validation raises pydantic's ValidationError only for what is no object, or is nested below MAX_DEPTH.
    """

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)  # has the keys that `extra` ignores

    @model_validator(mode="wrap")
    @classmethod
    def _keep(cls, value: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        model = handler(value)
        if isinstance(value, Mapping):
            names = {name: info.alias or name for name, info in cls.model_fields.items()}
            raw = {names.get(key, key): item for key, item in value.items()}
            model._raw = _plain(raw)  # noqa: SLF001 - its own class, seen from a class method
        return model

    @model_serializer
    def _give_back(self) -> dict[str, Any]:
        return {key: _plain(value) for key, value in self._raw.items()}

    @override
    def __repr_args__(self) -> Iterator[tuple[str | None, object]]:
        """Keep what people wrote out of logs: only numbers are in the repr."""
        return ((name, value) for name, value in self if isinstance(value, int))
