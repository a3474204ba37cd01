"""Percentiles, ratios and bars: what the bench's verdicts are made of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from bench.bulk import dictated_seconds
from bench.calls import NOT_INSTALLED, figures
from bench.figures import Bar, Figure, percentile
from bench.report import table, write

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = {"type": "array", "items": {"type": "number"}}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["format", "at", "quick", "seconds", "machine", "figures"],
    "properties": {
        "format": {"const": 1},
        "at": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T"},
        "quick": {"type": "boolean"},
        "seconds": {"type": "number"},
        "machine": {"type": "object", "required": ["cores", "system", "processor", "python", "discord.py", "aiohttp"]},
        "figures": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "unit", "bot", "against", "other", "ratios", "judged", "bar", "met", "note"],
                "properties": {
                    **{name: {"type": "string"} for name in ("name", "unit", "against", "note")},
                    **{name: NUMBERS for name in ("bot", "other", "ratios")},  # noqa: C420 - as the line above
                    "judged": {"type": "number"},
                    "bar": {"type": ["object", "null"], "required": ["limit", "least"]},
                    "met": {"type": ["boolean", "null"]},
                },
            },
        },
    },
}
FIGURES = [
    Figure("first response, p50", "ms", (1.0, 1.2, 9.0), "floor", (1.0, 1.0, 6.0), Bar(1.3)),
    Figure("throughput", "/s", (100.0,), "floor", (400.0,), Bar(0.5, least=True), "every one answered"),
    Figure("CAD calls", "", (1.0,), bar=Bar(1)),
    Figure("whole, p99", "ms", (1234.5, 1234.5), "floor", (1000.0, 1000.0)),
]


@pytest.mark.parametrize(
    ("share", "expected"), [(0.001, 1.0), (0.5, 50.0), (0.501, 51.0), (0.99, 99.0), (0.991, 100.0), (1.0, 100.0)]
)
def test_a_percentile_is_a_sample_that_was_measured(share: float, expected: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], share) == expected


def test_there_is_no_percentile_of_nothing() -> None:
    for samples, share in (((), 0.5), ((1.0,), 0), ((1.0,), 1.1)):
        with pytest.raises(ValueError, match="no percentile"):
            percentile(samples, share)


def test_a_figure_is_judged_by_the_median_of_its_rounds_ratios() -> None:
    first = FIGURES[0]
    assert first.ratios == (1.0, 1.2, 1.5)  # not 1.2 over 1.0, the ratio of the medians, by chance
    assert first.judged == 1.2
    assert Figure("", "ms", (1.0, 10.0, 4.0), "floor", (1.0, 5.0, 1.0)).judged == 2.0
    assert [figure.met for figure in FIGURES] == [True, False, True, None]


def test_rounds_that_do_not_fit_are_not_compared() -> None:
    with pytest.raises(ValueError, match="zip"):
        _ = Figure("", "ms", (1.0, 2.0), "floor", (1.0,)).ratios


@pytest.mark.parametrize(
    ("bar", "value", "met"),
    [
        (Bar(2), 2.0, True),
        (Bar(2), 2.01, False),
        (Bar(0.5, least=True), 0.5, True),
        (Bar(0.5, least=True), 0.49, False),
        (Bar(0), 0.0, True),
    ],
)
def test_a_bar_is_met_on_its_line(bar: Bar, value: float, *, met: bool) -> None:
    assert bar.met(value) is met


def test_the_table_shows_every_figure_with_its_spread_and_verdict() -> None:
    console = Console(width=160, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as shown:
        console.print(table(FIGURES))
    lines = shown.get().splitlines()
    (first,) = [line for line in lines if line.startswith("│ first response")]
    assert "1.2 (1 to 9) ms" in first
    assert "floor 1 (1 to 6) ms" in first
    assert "1.2 (1 to 1.5)" in first
    assert "≤ 1.3" in first
    assert "met" in first
    (throughput,) = [line for line in lines if line.startswith("│ throughput")]
    assert "≥ 0.5 │ missed" in throughput
    (late,) = [line for line in lines if line.startswith("│ whole")]
    assert "1,234 ms" in late
    assert any("throughput: every one answered" in line for line in lines)


def test_what_is_written_has_the_form_that_it_says(tmp_path: Path) -> None:
    file = tmp_path / "new" / "run.json"
    write(file, FIGURES, quick=True, seconds=12.34)
    written = json.loads(file.read_text("utf-8"))
    Draft202012Validator(SCHEMA).validate(written)
    assert [figure["met"] for figure in written["figures"]] == [True, False, True, None]
    assert written["figures"][0]["ratios"] == [1.0, 1.2, 1.5]
    assert written["seconds"] == 12.3


@pytest.mark.parametrize(("calls", "seconds"), [(1, 0.0), (5, 0.0), (6, 5.0), (10, 5.0), (11, 10.0), (60, 55.0)])
def test_what_the_budget_dictates(calls: int, seconds: float) -> None:
    assert dictated_seconds(calls) == seconds


def test_without_the_official_package_that_is_said() -> None:
    rates = {"raw": (10.0,), "client": (9.0,), "raw one": (10.0,), "client one": (7.0,), "official": ()}
    quick, slow, official = figures(rates)
    assert (quick.met, slow.met, official.met) == (True, False, None)
    assert official.note == NOT_INSTALLED
    assert official.ratios == ()
