"""REST endpoints by which the bot registers its commands, globally or in one guild."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from .command_rules import check_command, check_commands
from .rest import API_PREFIX, read_body, read_list
from .wire import ApiError, answer

if TYPE_CHECKING:
    from .commands import Registry
    from .schema import BodySchema
    from .world import World

GLOBAL = "/applications/{application_id}/commands"
IN_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


class Registration:
    """Validates and stores commands."""

    def __init__(self, world: World, registry: Registry, schema: BodySchema | None) -> None:
        self._world = world
        self._registry = registry
        self._schema = schema

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of this part of the API."""
        routes = []
        for route in (GLOBAL, IN_GUILD):
            path = API_PREFIX + route
            one = f"{path}/{{command_id:\\d+}}"
            routes += [
                web.get(path, self._list),
                web.put(path, self._overwrite),
                web.post(path, self._add),
                web.get(one, self._get),
                web.patch(one, self._edit),
                web.delete(one, self._delete),
            ]
        return routes

    async def _list(self, request: web.Request) -> web.Response:
        return answer(self._registry.listed(self._scope(request)))

    async def _overwrite(self, request: web.Request) -> web.Response:
        scope = self._scope(request)
        bodies = await read_list(request)
        check_commands(bodies)
        if self._schema is not None:
            self._schema.check("put", IN_GUILD if scope else GLOBAL, bodies)
        stored = self._registry.overwrite(scope, bodies)
        self._world.changes.notify()
        return answer(stored)

    async def _add(self, request: web.Request) -> web.Response:
        scope = self._scope(request)
        body, _ = await read_body(request)
        check_command(body)
        known = {(command["name"], command["type"]) for command in self._registry.listed(scope)}
        command = self._registry.upsert(scope, body)
        self._world.changes.notify()
        return answer(command, 200 if (command["name"], command["type"]) in known else 201)

    async def _get(self, request: web.Request) -> web.Response:
        return answer(self._registry.find(self._scope(request), int(request.match_info["command_id"])))

    async def _edit(self, request: web.Request) -> web.Response:
        scope = self._scope(request)
        command = self._registry.find(scope, int(request.match_info["command_id"]))
        body, _ = await read_body(request)
        merged = {**command, **body}
        check_command(merged)
        return answer(self._registry.replace(scope, merged))

    async def _delete(self, request: web.Request) -> web.Response:
        self._registry.delete(self._scope(request), int(request.match_info["command_id"]))
        return web.Response(status=204)

    def _scope(self, request: web.Request) -> int:
        """Return the scope of the request: a guild that the bot is in, or 0 (403, codes 20012 and 50001)."""
        if request.match_info["application_id"] != str(self._world.app_id):
            raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
        guild_id = int(request.match_info.get("guild_id", 0))
        if guild_id and guild_id not in self._world.guilds:
            raise ApiError(403, 50001, "Missing Access")
        return guild_id
