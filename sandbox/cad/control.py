"""The emulated CAD's own controls for other processes, under /_sandbox/: state, ledger, faults, reset.

For this machine only: the server is bound to loopback, and a Host header that names anything else is refused, so
that no web page can reach it by rebinding a name.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.cad.faults import Fault

if TYPE_CHECKING:
    from sandbox.cad.server import SandboxCad

HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Control:
    """Answers GET /_sandbox/state (`?community=<id>`, else the first one's) and ledger (`?since=<number>`).

    POST faults, faults/clear and reset.
    """

    def __init__(self, cad: SandboxCad) -> None:
        self._cad = cad

    async def handle(self, request: web.BaseRequest, path: str) -> web.Response:
        """Answer one control call: JSON, 404 for an unknown one, 400 for what can't be read."""
        if _host(request.host) not in HOSTS:
            return web.json_response({"error": "loopback only"}, status=403)
        try:
            return web.json_response(await self._answer(request, path))
        except LookupError:
            return web.json_response({"error": "no such control"}, status=404)
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)

    async def _answer(self, request: web.BaseRequest, path: str) -> object:
        cad = self._cad
        match request.method, path.removeprefix("/_sandbox/"):
            case "GET", "state":
                return cad.community(request.query.get("community", cad.state.community.id)).dump()
            case "GET", "ledger":
                return cad.ledger.dump(int(request.query.get("since", "0")))
            case "POST", "faults":
                cad.faults.queue(Fault.parse(_mapping(await request.read())))
                return {"waiting": len(cad.faults.waiting)}
            case "POST", "faults/clear":
                cad.faults.clear()
                return {"waiting": 0}
            case "POST", "reset":
                cad.reset()
                return {"reset": True}
            case _:
                raise LookupError(path)


def _mapping(body: bytes) -> dict[str, object]:
    decoded = json.loads(body)
    if not isinstance(decoded, dict):
        raise TypeError("the body is not an object")
    return decoded


def _host(header: str) -> str:
    return header if header.endswith("]") else header.rpartition(":")[0] or header
