"""REST endpoints that only read: the gateway's address, the application, guilds, channels, members, files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from .rest import API_PREFIX
from .wire import ApiError, answer

if TYPE_CHECKING:
    from .gateway import Gateway
    from .wire import Json
    from .world import World


class Directory:
    """Answers who and what there is."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of this part of the API."""
        at = API_PREFIX
        return [
            web.get(f"{at}/gateway", self._gateway_url),
            web.get(f"{at}/gateway/bot", self._gateway_bot),
            web.get(f"{at}/users/@me", self._me),
            web.get(f"{at}/users/@me/guilds", self._my_guilds),
            web.get(f"{at}/users/{{user_id:\\d+}}", self._user),
            web.get(f"{at}/applications/@me", self._application),
            web.get(f"{at}/oauth2/applications/@me", self._application),
            web.get(f"{at}/guilds/{{guild_id:\\d+}}", self._guild),
            web.get(f"{at}/guilds/{{guild_id:\\d+}}/roles", self._roles),
            web.get(f"{at}/guilds/{{guild_id:\\d+}}/channels", self._channels),
            web.get(f"{at}/guilds/{{guild_id:\\d+}}/members/{{user_id:\\d+}}", self._member),
            web.get(f"{at}/channels/{{channel_id:\\d+}}", self._channel),
            web.get("/attachments/{place}/{file_id:\\d+}/{name}", self._file),
            web.get("/ephemeral-attachments/{place}/{file_id:\\d+}/{name}", self._file),
        ]

    async def _gateway_url(self, _: web.Request) -> web.Response:
        return answer({"url": self._gateway.url})

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 86_400_000, "max_concurrency": 1}
        return answer({"url": self._gateway.url, "shards": 1, "session_start_limit": limit})

    async def _me(self, _: web.Request) -> web.Response:
        return answer({**self._world.bot.payload(), "verified": True, "mfa_enabled": True, "email": None, "flags": 0})

    async def _my_guilds(self, _: web.Request) -> web.Response:
        guilds: list[Json] = [
            {"id": str(guild.id), "name": guild.name, "icon": None, "owner": False, "permissions": "0", "features": []}
            for guild in self._world.guilds.values()
        ]
        return answer(guilds)

    async def _user(self, request: web.Request) -> web.Response:
        return answer(self._world.person(_id(request, "user_id")).payload())

    async def _application(self, _: web.Request) -> web.Response:
        return answer(self._world.application())

    async def _guild(self, request: web.Request) -> web.Response:
        return answer(self._world.guild(_id(request, "guild_id")).payload())

    async def _roles(self, request: web.Request) -> web.Response:
        guild = self._world.guild(_id(request, "guild_id"))
        return answer([role.payload() for role in guild.roles.values()])

    async def _channels(self, request: web.Request) -> web.Response:
        guild = self._world.guild(_id(request, "guild_id"))
        return answer([channel.payload() for channel in guild.channels.values()])

    async def _member(self, request: web.Request) -> web.Response:
        guild = self._world.guild(_id(request, "guild_id"))
        member = guild.members.get(_id(request, "user_id"))
        if member is None:
            raise ApiError(404, 10007, "Unknown Member")
        return answer(member.payload())

    async def _channel(self, request: web.Request) -> web.Response:
        return answer(self._world.channel(_id(request, "channel_id")).payload())

    async def _file(self, request: web.Request) -> web.Response:
        attachment = self._world.messages.files.get(_id(request, "file_id"))
        if attachment is None:
            raise web.HTTPNotFound
        headers = {"Content-Type": attachment.upload.content_type}
        return web.Response(body=attachment.upload.content, headers=headers)


def _id(request: web.Request, name: str) -> int:
    return int(request.match_info[name])
