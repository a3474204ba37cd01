"""The communities that one server serves, and whose call a request is: that of the key, on v1 that of the id."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.cad.v1 import V1
from sandbox.cad.v2 import BEARER, V2

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.cad.limits import Limits
    from sandbox.cad.state import CadState
    from sandbox.cad.wire import Generation, Received

    Populate = Callable[[CadState], None]


def nothing(_: CadState) -> None:
    """Leave a community empty."""


@dataclass(slots=True)
class Served:
    """A community with its own rate limits, and the two generations of the API to it."""

    state: CadState
    limits: Limits
    populate: Populate
    v1: V1 = field(init=False)
    v2: V2 = field(init=False)

    def __post_init__(self) -> None:
        self.v1, self.v2 = V1(self.state), V2(self.state)

    def generation(self, received: Received) -> Generation:
        """Return the generation that the request is of."""
        return self.v2 if received.v2 else self.v1

    def reset(self) -> None:
        """Return to what it was when it was added."""
        self.state.clear()
        self.populate(self.state)
        self.limits.clear()


def serving(communities: Sequence[Served], received: Received) -> Served:
    """Return the community that a request is for; the first one where it is nobody's, which then refuses it."""
    if len(communities) > 1:
        named = _key(received) if received.v2 else _id(received)
        for each in communities:
            about = each.state.community
            if named == (about.key if received.v2 else about.id):
                return each
    return communities[0]


def _key(received: Received) -> str:
    return received.headers.get("authorization", "").removeprefix(BEARER)


def _id(received: Received) -> object:
    """Return the id in v1's envelope. What can't be read is nobody's; the checks say later what is wrong with it."""
    try:
        envelope = json.loads(received.body)
    except (ValueError, RecursionError):
        return None
    return envelope.get("id") if isinstance(envelope, dict) else None
