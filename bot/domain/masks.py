"""The CAD's text masks (cad-api.md 4.3): `#` a digit, `S` a letter A-Z, `X` either, everything else literal.

Whoever types may write the whole thing or only what fills the slots; separators may differ, characters may not.
"""

from __future__ import annotations

SLOTS = frozenset("#SX")


def has_slots(mask: str) -> bool:
    """Say whether `mask` asks for anything; real templates carry stray ones (a date's on a text) that do not."""
    return not SLOTS.isdisjoint(mask)


def fit(mask: str, text: str, *, reverse: bool = False) -> str | None:
    """Return `text` formatted by `mask`, or None when it does not fill it.

    `reverse` fills from the right and may leave slots on the left empty, as for money. Letters keep their case.
    A mask without slots formats nothing.
    """
    if not has_slots(mask):
        return text
    walk = _from_right if reverse else _from_left
    formatted = walk(mask, text, literals=True)
    return walk(mask, text, literals=False) if formatted is None else formatted


def _fills(slot: str, character: str) -> bool:
    if not character.isascii():
        return False
    return {"#": character.isdigit(), "S": character.isalpha(), "X": character.isalnum()}[slot]


def _same(literal: str, character: str) -> bool:
    return literal.casefold() == character.casefold()


def _from_left(mask: str, text: str, *, literals: bool) -> str | None:
    """Fill every slot. `literals`: the mask's own letters and digits are in `text` too, else none of them is."""
    typed = list(reversed(text))
    out = []
    for token in mask:
        if token in SLOTS:
            if not typed or not _fills(token, typed[-1]):
                return None
            token = typed.pop()  # noqa: PLW2901 - a slot stands for what fills it
        elif not token.isalnum():
            while typed and not typed[-1].isalnum():
                typed.pop()
        elif literals and not (typed and _same(token, typed.pop())):
            return None
        out.append(token)
    return None if typed else "".join(out)


def _from_right(mask: str, text: str, *, literals: bool) -> str | None:
    """Fill slots until `text` is used up. `literals`: every literal passed is in `text` too, else none is."""
    first = min(mask.index(slot) for slot in SLOTS if slot in mask)
    prefix, body = mask[:first], mask[first:]
    typed = list(text.removeprefix(prefix) if literals else text)
    out = []
    while body and typed:
        body, token = body[:-1], body[-1]
        if token in SLOTS:
            if not _fills(token, typed[-1]):
                return None
            token = typed.pop()
        elif literals and not _same(token, typed.pop()):
            return None
        out.append(token)
    filled = bool(out) and mask[len(prefix) + len(body)] in SLOTS
    return prefix + "".join(reversed(out)) if filled and not typed else None
