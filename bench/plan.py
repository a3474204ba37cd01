"""How much is measured: enough for steady figures in minutes, or a quick look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """The counts of one run. Every comparison has `rounds` rounds, in each of which both sides take their turn.

    `samples` are commands one after the other, in each round and for each side; `throughput` commands with
    `in_flight` of them open at any time; `starts` and `calls` are for each side, `blocks` the rounds of calls, `turns`
    those of starts with many `guilds`. `rows` are those of a dry run, `paced` of a job that the budget holds back.
    """

    rounds: int
    samples: int
    throughput: int
    in_flight: int
    starts: int
    guilds: int
    turns: int
    calls: int
    blocks: int
    rows: int
    paced: int
    settle: float = 1.5
    """Seconds of rest before memory is read."""


FULL = Plan(
    rounds=5,
    samples=400,
    throughput=1000,
    in_flight=500,
    starts=5,
    guilds=1000,
    turns=2,
    calls=2000,
    blocks=5,
    rows=10_000,
    paced=20,
)
QUICK = Plan(
    rounds=3,
    samples=100,
    throughput=500,
    in_flight=500,
    starts=3,
    guilds=200,
    turns=1,
    calls=800,
    blocks=3,
    rows=10_000,
    paced=5,
    settle=0.4,
)
