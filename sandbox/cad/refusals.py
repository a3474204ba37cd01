"""Why the emulated CAD says no. Each generation has its own words for these."""

from __future__ import annotations


class CadRefusal(Exception):
    """A rule of the CAD says no; nothing changed."""


class Malformed(CadRefusal):
    """The request itself breaks the documented form. `reason` is for the ledger and names no secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PathUnknown(Malformed):
    """No endpoint has that path, or not with that method."""


class HeaderMissing(Malformed):
    """v2: no Authorization header of the Bearer scheme."""


class KeyWrong(CadRefusal):
    """The API key is not the community's."""


class CommunityWrong(CadRefusal):
    """v1: the community id is not known."""


class ApiOff(CadRefusal):
    """The community's API is switched off."""


class PlanTooLow(CadRefusal):
    """The community's plan does not include the call."""


class AccountUnknown(CadRefusal):
    """No account of the community answers to the identifier."""


class RecordUnknown(CadRefusal):
    """No such record, character or template."""


class SecretWrong(CadRefusal):
    """The secret and the account do not belong together."""


class SyncIdTaken(CadRefusal):
    """Another account has linked the sync ID, and the community wants links to be exclusive."""


class ValueTaken(CadRefusal):
    """A unique field's value is another record's."""

    def __init__(self, record_id: int) -> None:
        super().__init__(record_id)
        self.record_id = record_id
