from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import date_mask, parse_birth, read_date, read_time, time_mask, write_date, write_time

if TYPE_CHECKING:
    from datetime import time


@pytest.mark.parametrize(
    ("mask", "used"),
    [
        ("", "MM/DD/YYYY"),
        ("##/##/####", "MM/DD/YYYY"),
        ("MM/YYYY", "MM/DD/YYYY"),
        ("MM/DD/MM/YYYY", "MM/DD/YYYY"),
        ("dd.mm.yyyy", "DD.MM.YYYY"),
        ("YY-DD-MM", "YY-DD-MM"),
    ],
)
def test_the_mask_of_a_date(mask: str, used: str) -> None:
    assert date_mask(mask) == used


@pytest.mark.parametrize(
    ("mask", "typed", "written"),
    [
        ("MM/DD/YYYY", "02/29/2000", "02/29/2000"),
        ("MM/DD/YYYY", "2/9/1990", "02/09/1990"),
        ("MM/DD/YYYY", "2. 9. 1990", "02/09/1990"),
        ("MM/DD/YYYY", "02091990", "02/09/1990"),
        ("MM/DD/YYYY", "1990-02-09", "02/09/1990"),
        ("DD/MM/YYYY", "1990-02-09", "09/02/1990"),
        ("DD/MM/YYYY", "31/12/1999", "31/12/1999"),
        ("YYYY-DD-MM", "1990-31-12", "1990-31-12"),
        ("YYYY-DD-MM", "1990-12-31", "1990-31-12"),
        ("DD.MM.YY", "29.2.00", "29.02.00"),
        ("DD.MM.YY", "29.2.1996", "29.02.96"),
        ("MMDD/YYYY", "0209/1990", "0209/1990"),
        ("DD de MM de YYYY", "9 de 2 de 1990", "09 DE 02 DE 1990"),
        ("MM/DD/YYYY", "02/30/2000", None),
        ("MM/DD/YYYY", "02/29/1900", None),
        ("MM/DD/YYYY", "13/01/1990", None),
        ("MM/DD/YYYY", "1/1/90", None),
        ("MM/DD/YYYY", "1/1/00000", None),
        ("MM/DD/YYYY", "01/01/0000", None),
        ("MM/DD/YYYY", "1/1", None),
        ("MM/DD/YYYY", "May 5 1990", None),
        ("MM/DD/YYYY", "1/1/199O", None),
        ("MM/DD/YYYY", "\u0661/\u0661/\u0661\u0669\u0669\u0660", None),
        ("MM/DD/YYYY", "", None),
        ("DD.MM.YY", "29.2.196", None),
    ],
)
def test_dates(mask: str, typed: str, written: str | None) -> None:
    assert read_date(mask, typed) == written


DATE_MASKS = st.builds(
    lambda parts, marks: parts[0] + marks[0] + parts[1] + marks[1] + parts[2],
    st.permutations(["MM", "DD", "YYYY"]) | st.permutations(["MM", "DD", "YY"]),
    st.tuples(*[st.sampled_from(["/", "-", ". ", ""])] * 2),
)


@given(DATE_MASKS, st.dates())
def test_a_date_written_by_a_mask_is_read_back(mask: str, day: date) -> None:
    written = write_date(mask, day)
    assert read_date(mask, written) == written


@given(st.sampled_from(["MM/DD/YYYY", "DD.MM.YYYY", "YYYY/MM/DD"]), st.dates())
def test_iso_is_always_understood(mask: str, day: date) -> None:
    assert read_date(mask, day.isoformat()) == write_date(mask, day)


@pytest.mark.parametrize(
    ("mask", "used"),
    [
        ("HH:mm", "HH:mm"),
        ("hh:mm A", "hh:mm A"),
        ("H:mm:ss", "H:mm:ss"),
        ("", ""),
        ("##:##", ""),
        ("HH", ""),
        ("mm:ss", ""),
        ("MM/DD/YYYY", ""),
    ],
)
def test_the_mask_of_a_time(mask: str, used: str) -> None:
    assert time_mask(mask) == used


@pytest.mark.parametrize(
    ("mask", "typed", "written"),
    [
        ("HH:mm", "22:05", "22:05"),
        ("HH:mm", "10:05 PM", "22:05"),
        ("HH:mm", "10pm", "22:00"),
        ("HH:mm", "12:30 a.m.", "00:30"),
        ("HH:mm", "12 pm", "12:00"),
        ("HH:mm", "7.30", "07:30"),
        ("HH:mm", "930", "09:30"),
        ("hh:mm A", "22:05", "10:05 PM"),
        ("hh:mm A", "00:05", "12:05 AM"),
        ("h:mm a", "13:05", "1:05 pm"),
        ("hh:mm", "22:05", "22:05"),
        ("HH:mm:ss", "22:05", "22:05:00"),
        ("HH:mm:ss", "22:05:09", "22:05:09"),
        ("", "3:30", "03:30"),
        ("", "10:00 pm", "10:00 PM"),
        ("##:##", "10:00 pm", "10:00 PM"),
        ("HH:mm", "10", None),
        ("HH:mm", "24:00", None),
        ("HH:mm", "12:60", None),
        ("HH:mm", "13:00 PM", None),
        ("HH:mm", "0:30 AM", None),
        ("HH:mm", "noon", None),
        ("HH:mm", "", None),
    ],
)
def test_times(mask: str, typed: str, written: str | None) -> None:
    assert read_time(mask, typed) == written


@given(st.sampled_from(["HH:mm", "H:mm", "hh:mm A", "h:mm a", "HH:mm:ss", "hh:mm:ss A", "HHmm"]), st.times())
def test_a_time_written_by_a_mask_is_read_back(mask: str, moment: time) -> None:
    written = write_time(mask, moment)
    assert read_time(mask, written) == written


@given(st.text(max_size=12), st.text("0123456789:/. aApPmMé", max_size=12))
def test_any_mask_and_text_give_an_answer(mask: str, typed: str) -> None:
    day, moment = read_date(mask, typed), read_time(mask, typed)
    assert day is None or read_date(mask, day) == day
    assert moment is None or read_time(mask, moment) == moment


@pytest.mark.parametrize(
    ("mask", "text", "born"),
    [
        ("MM/DD/YYYY", "04/12/2001", date(2001, 4, 12)),
        ("DD/MM/YYYY", "04/12/2001", date(2001, 12, 4)),
        ("", "2001-12-04", date(2001, 12, 4)),
        ("DD.MM.YY", "17.04.94", date(1994, 4, 17)),
        ("DD.MM.YY", "17.04.20", date(2020, 4, 17)),
        ("DD/MM/YYYY", "17/04/2094", date(2094, 4, 17)),
        ("DD/MM/YYYY", "long ago", None),
        ("DD/MM/YYYY", "", None),
    ],
)
def test_a_day_of_birth_is_read_by_its_mask(mask: str, text: str, born: date | None) -> None:
    assert parse_birth(mask, text, year=2026) == born
