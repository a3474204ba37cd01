"""Dates and times as the CAD's masks write them (cad-api.md 4.3): another alphabet than text masks.

What is typed may lack padding, use other separators, or be an ISO date; what is sent follows the mask.
"""

from __future__ import annotations

import itertools
import re
from datetime import date, time

DEFAULT_DATE_MASK = "MM/DD/YYYY"

_DATE_PART = re.compile("YYYY|YY|MM|DD")
_ISO = ("YYYY", "MM", "DD")
_TIME_PART = re.compile("HH?|hh?|[mM]{2}|[sS]{2}|[Aa]")
_TIME = re.compile(
    r"(?P<h>[0-9]{1,2})(?:[:.h ]?(?P<m>[0-9]{2}))?(?:[:. ]?(?P<s>[0-9]{2}))?\s*(?:(?P<half>[ap])\.?\s?m?\.?)?",
    re.IGNORECASE,
)
_NOON = 12


def date_mask(mask: str) -> str:
    """Return the mask that a date field follows: its own when it names day, month and year once, else the default."""
    parts = sorted(part[0] for part in _DATE_PART.findall(mask.upper()))
    return mask.upper() if parts == ["D", "M", "Y"] else DEFAULT_DATE_MASK


def read_date(mask: str, text: str) -> str | None:
    """Return the date typed as `text`, written by `mask`; None when it is no date of the calendar."""
    day = parse_date(mask, text)
    return write_date(date_mask(mask), day) if day else None


def parse_date(mask: str, text: str) -> date | None:
    """Return the day that `text` names by the mask, or as an ISO date; None when it is no date of the calendar."""
    mask = date_mask(mask)
    order = tuple(_DATE_PART.findall(mask))
    numbers = _date_groups(order, mask, text)
    return (_calendar(order, numbers) or _calendar(_ISO, numbers)) if numbers else None


def parse_birth(mask: str, text: str, *, year: int) -> date | None:
    """Return what `parse_date` does, of the last century where two digits of a year would lie after `year`."""
    day = parse_date(mask, text)
    if day is None or day.year <= year or "YYYY" in date_mask(mask):
        return day
    try:
        return day.replace(year=day.year - 100)
    except ValueError:  # 29 February
        return None


def write_date(mask: str, day: date) -> str:
    """Write `day` by `mask`, which is one that `date_mask` returns."""
    parts = {"YYYY": f"{day.year:04}", "YY": f"{day.year % 100:02}", "MM": f"{day.month:02}", "DD": f"{day.day:02}"}
    return _DATE_PART.sub(lambda part: parts[part[0]], mask)


def _date_groups(order: tuple[str, ...], mask: str, text: str) -> tuple[str, ...]:
    """Split what was typed into three numbers: by what stands between them, else by the mask's widths."""
    if any(character.isalpha() and character not in mask for character in text.upper()):
        return ()
    numbers = re.findall("[0-9]+", text)
    digits = "".join(numbers)
    if len(numbers) != len(order) and len(digits) == sum(map(len, order)):
        ends = itertools.accumulate(map(len, order))
        numbers = [digits[end - len(part) : end] for part, end in zip(order, ends, strict=True)]
    return tuple(numbers) if len(numbers) == len(order) else ()


def _calendar(order: tuple[str, ...], numbers: tuple[str, ...]) -> date | None:
    """Return the day that `numbers` name in `order`. A year has four digits, or two where the mask has two."""
    named = dict(zip((part[0] for part in order), numbers, strict=True))
    short = "YY" in order and len(named["Y"]) == len("YY")
    if not short and len(named["Y"]) != len("YYYY"):
        return None
    year = int(named["Y"]) + (2000 if short else 0)  # of the two leap years that end in 00, 2000 is one
    try:
        return date(year, int(named["M"]), int(named["D"]))
    except ValueError:
        return None


def time_mask(mask: str) -> str:
    """Return the mask that a time field follows, or blank where it names no hour and minute."""
    parts = sorted(part[0].upper() for part in _TIME_PART.findall(mask))
    return mask if [part for part in parts if part in "HM"] == ["H", "M"] else ""


def read_time(mask: str, text: str) -> str | None:
    """Return the time typed as `text`, written by `mask`; None when it is no time of day.

    Without a usable mask the style typed is kept: `22:00`, or `10:00 PM` (the CAD's pages show both).
    """
    found = _TIME.fullmatch(text)
    if not found or not (found["m"] or found["half"]):
        return None
    hour, half = int(found["h"]), (found["half"] or "").lower()
    if half and not 1 <= hour <= _NOON:
        return None
    if half:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    try:
        moment = time(hour, int(found["m"] or 0), int(found["s"] or 0))
    except ValueError:
        return None
    return write_time(time_mask(mask) or ("hh:mm A" if half else "HH:mm"), moment)


def write_time(mask: str, moment: time) -> str:
    """Write `moment` by `mask`. Hours run to 12 only where the mask also has a place for AM or PM."""
    pieces = _TIME_PART.findall(mask)
    twelve = any(piece in "Aa" for piece in pieces)
    hour = (moment.hour % _NOON or _NOON) if twelve else moment.hour
    half = "AM" if moment.hour < _NOON else "PM"

    def part(found: re.Match[str]) -> str:
        piece = found[0]
        if piece in "Aa":
            return half if piece == "A" else half.lower()
        number = {"H": hour, "M": moment.minute, "S": moment.second}[piece[0].upper()]
        return f"{number:0{len(piece)}}"

    return _TIME_PART.sub(part, mask)
