"""REST endpoints by which the bot speaks: interaction callbacks, their webhooks, channel and direct messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from .callback_rules import check_callback
from .components import Flag
from .interactions import Callback
from .message_rules import check_message
from .permissions import Permission
from .rest import API_PREFIX, ARRIVED, read_body
from .wire import ApiError, Problems, answer

if TYPE_CHECKING:
    from .interactions import Interaction, Interactions
    from .messages import Message, Upload
    from .people import Channel
    from .schema import BodySchema
    from .wire import Json
    from .world import World

WEBHOOK = f"{API_PREFIX}/webhooks/{{app_id:\\d+}}/{{token}}"
NONCE_SECONDS = 5 * 60.0  # "the past few minutes"
CHANNEL = f"{API_PREFIX}/channels/{{channel_id:\\d+}}/messages"


class Replies:
    """Validates and applies what the bot sends to people."""

    def __init__(self, world: World, interactions: Interactions, schema: BodySchema | None) -> None:
        self._world = world
        self._interactions = interactions
        self._schema = schema
        self._by_nonce: dict[tuple[int, str], tuple[float, Message]] = {}

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of this part of the API."""
        return [
            web.post(f"{API_PREFIX}/interactions/{{interaction_id:\\d+}}/{{token}}/callback", self._callback),
            web.post(WEBHOOK, self._follow_up),
            web.get(f"{WEBHOOK}/messages/{{message_id}}", self._webhook_message),
            web.patch(f"{WEBHOOK}/messages/{{message_id}}", self._edit_webhook_message),
            web.delete(f"{WEBHOOK}/messages/{{message_id}}", self._delete_webhook_message),
            web.get(CHANNEL, self._history),
            web.post(CHANNEL, self._post),
            web.get(f"{CHANNEL}/{{message_id:\\d+}}", self._message),
            web.patch(f"{CHANNEL}/{{message_id:\\d+}}", self._edit),
            web.delete(f"{CHANNEL}/{{message_id:\\d+}}", self._delete),
            web.post(f"{API_PREFIX}/users/@me/channels", self._open_direct),
        ]

    async def _callback(self, request: web.Request) -> web.Response:
        body, uploads = await read_body(request)
        token = request.match_info["token"]
        interaction = self._interactions.to_answer(int(request.match_info["interaction_id"]), token)
        kind = self._interactions.check_type(interaction, body)
        check_callback(kind, body, uploads, interaction)
        if self._schema is not None:
            self._schema.check("post", "/interactions/{interaction_id}/{interaction_token}/callback", body)
        self._interactions.respond(interaction, body, uploads)
        interaction.arrivals.append(request[ARRIVED])
        if request.query.get("with_response") not in ("1", "true"):
            return web.Response(status=204)
        return answer(_callback_response(interaction, kind))

    async def _follow_up(self, request: web.Request) -> web.Response:
        interaction = self._by_webhook(request)
        body, uploads = await read_body(request)
        self._check("post", "/webhooks/{webhook_id}/{webhook_token}", body, uploads)
        message = self._interactions.follow_up(interaction, body, uploads)
        interaction.arrivals.append(request[ARRIVED])
        if request.query.get("wait") not in ("1", "true"):
            return web.Response(status=204)
        return answer(message.payload())

    async def _webhook_message(self, request: web.Request) -> web.Response:
        return answer(self._own_message(request).payload())

    async def _edit_webhook_message(self, request: web.Request) -> web.Response:
        interaction = self._by_webhook(request)
        message = self._interactions.message_of(interaction, request.match_info["message_id"])
        body, uploads = await read_body(request)
        self._check(
            "patch", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", body, uploads, before=message
        )
        self._interactions.edit(message, body, uploads)
        interaction.arrivals.append(request[ARRIVED])
        return answer(message.payload())

    async def _delete_webhook_message(self, request: web.Request) -> web.Response:
        self._world.messages.delete(self._own_message(request))
        return web.Response(status=204)

    async def _history(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        self._world.require(channel, Permission.READ_MESSAGE_HISTORY)
        listed = self._world.messages.listed(channel)[::-1][: int(request.query.get("limit", 50))]
        return answer([message.payload() for message in listed])

    async def _post(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        self._world.require(channel, Permission.SEND_MESSAGES)
        body, uploads = await read_body(request)
        if body.get("embeds"):
            self._world.require(channel, Permission.EMBED_LINKS)
        if uploads:
            self._world.require(channel, Permission.ATTACH_FILES)
        self._check("post", "/channels/{channel_id}/messages", body, uploads)
        return answer(self._once(channel, body, uploads).payload())

    def _once(self, channel: Channel, body: Json, uploads: dict[str, Upload]) -> Message:
        """Post a message; with `enforce_nonce` the one that was posted under the nonce within some minutes instead."""
        now, nonce = self._world.clock.now(), str(body.get("nonce") or "")
        at, earlier = self._by_nonce.get((channel.id, nonce), (0.0, None))
        if earlier is not None and body.get("enforce_nonce") and now - at < NONCE_SECONDS:
            return earlier
        state = self._world.messages.next_state({**body, "flags": _public(body)}, uploads, channel)
        extra: Json = {"nonce": body["nonce"]} if nonce else {}
        message = self._world.messages.create(channel, self._world.bot, state, extra=extra)
        if nonce:
            self._by_nonce[channel.id, nonce] = (now, message)
        return message

    async def _message(self, request: web.Request) -> web.Response:
        return answer(self._public_message(request).payload())

    async def _edit(self, request: web.Request) -> web.Response:
        message = self._public_message(request)
        if message.author is not self._world.bot:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        body, uploads = await read_body(request)
        self._check("patch", "/channels/{channel_id}/messages/{message_id}", body, uploads, before=message)
        self._interactions.edit(message, body, uploads)
        return answer(message.payload())

    async def _delete(self, request: web.Request) -> web.Response:
        message = self._public_message(request)
        if message.author is not self._world.bot:
            self._world.require(message.channel, Permission.MANAGE_MESSAGES)
        self._world.messages.delete(message)
        return web.Response(status=204)

    async def _open_direct(self, request: web.Request) -> web.Response:
        body, _ = await read_body(request)
        named = str(body.get("recipient_id"))
        if not named.isdigit():
            raise ApiError(400, 50033, "Invalid Recipient(s)")
        recipient = self._world.person(int(named))
        if recipient.bot:
            raise ApiError(400, 50033, "Invalid Recipient(s)")
        return answer(self._world.direct_channel(recipient).payload())

    def _check(
        self, method: str, route: str, body: Json, uploads: dict[str, Upload], before: Message | None = None
    ) -> None:
        problems = Problems()
        check_message(problems, (), body, uploads, before.state if before else None)
        problems.raise_any()
        if self._schema is not None:
            self._schema.check(method, route, body)

    def _by_webhook(self, request: web.Request) -> Interaction:
        return self._interactions.by_webhook(int(request.match_info["app_id"]), request.match_info["token"])

    def _own_message(self, request: web.Request) -> Message:
        return self._interactions.message_of(self._by_webhook(request), request.match_info["message_id"])

    def _channel(self, request: web.Request) -> Channel:
        return self._world.channel(int(request.match_info["channel_id"]))

    def _public_message(self, request: web.Request) -> Message:
        channel = self._channel(request)
        message = self._world.messages.find(int(request.match_info["message_id"]))
        if message.channel is not channel or message.ephemeral:
            raise ApiError(404, 10008, "Unknown Message")
        return message


def _public(body: Json) -> int:
    """Return the flags of a channel message, which cannot be ephemeral."""
    return int(body.get("flags") or 0) & ~Flag.EPHEMERAL


def _callback_response(interaction: Interaction, kind: Callback) -> Json:
    about: Json = {"id": str(interaction.id), "type": int(interaction.trigger)}
    message = interaction.original
    if message is None:
        return {"interaction": about}
    about["response_message_id"] = str(message.id)
    about["response_message_loading"] = message.state.thinking
    about["response_message_ephemeral"] = message.ephemeral
    resource: Json = {"type": int(kind)}
    if kind in (Callback.MESSAGE, Callback.UPDATE, Callback.DEFERRED_MESSAGE):
        resource["message"] = message.payload()
    return {"interaction": about, "resource": resource}
