"""An emulated Sonoran CAD that a real bot process talks to, v1 and v2, with faults on request.

Written from the public pages alone and sharing no code with the bot, so that one misreading can't sit on both sides.
"""

from sandbox.cad.faults import Fault, FaultKind, Faults
from sandbox.cad.ledger import Entry, Ledger
from sandbox.cad.server import SandboxCad
from sandbox.cad.state import Account, CadState, Community

__all__ = [
    "Account",
    "CadState",
    "Community",
    "Entry",
    "Fault",
    "FaultKind",
    "Faults",
    "Ledger",
    "SandboxCad",
]
