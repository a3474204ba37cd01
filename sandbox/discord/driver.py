"""The hands of the people: commands, autocomplete, buttons, selects and modals, as far as the client offers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .commands import CommandType
from .components import Button, Kind, Select, walk
from .composer import Composer
from .exchange import Exchange, NoAnswer, NotAllowed
from .interactions import Trigger
from .modals import Field
from .permissions import Permission, permissions_in
from .picking import pick
from .submission import Filled, fill, option_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .commands import Registry
    from .composer import Value
    from .gateway import Gateway
    from .interactions import Choice, Interaction, Interactions
    from .messages import Message
    from .modals import Modal
    from .people import Channel, Member
    from .wire import Json
    from .world import World

ATTACHMENT_LIMIT = 10 * 1024 * 1024
GUILD_CONTEXT, DM_CONTEXT = 0, 1


class Driver:
    """Acts as members. Every act raises NotAllowed when the Discord client would not offer it."""

    def __init__(self, world: World, registry: Registry, interactions: Interactions, gateway: Gateway) -> None:
        self._world = world
        self._registry = registry
        self._interactions = interactions
        self._gateway = gateway

    async def command(
        self,
        who: Member,
        name: str,
        options: Mapping[str, Value | None] | None = None,
        *,
        channel: Channel | None = None,
        locale: str | None = None,
    ) -> Exchange:
        """Send a slash command, e.g. "chars list". Options with the value None are left out."""
        place = self._place(who, channel)
        top, *path = name.split()
        command = self._registry.offered(top, CommandType.SLASH, who, place)
        data = Composer(self._world, who, place).slash(command, path, options or {})
        return await self._act(Trigger.COMMAND, who, place, data, locale=locale)

    async def user_command(
        self, who: Member, name: str, target: Member, *, channel: Channel | None = None, locale: str | None = None
    ) -> Exchange:
        """Use a command of the menu that opens by a right click on a member."""
        place = self._place(who, channel)
        command = self._registry.offered(name, CommandType.USER, who, place)
        data = Composer(self._world, who, place).on_user(command, target)
        return await self._act(Trigger.COMMAND, who, place, data, locale=locale)

    async def autocomplete(
        self,
        who: Member,
        name: str,
        *,
        focused: str,
        typed: str = "",
        options: Mapping[str, Value] | None = None,
        channel: Channel | None = None,
        locale: str | None = None,
        timeout: float = 3.0,  # noqa: ASYNC109  # Discord's own limit, stated by the caller
    ) -> list[Choice]:
        """Return what is offered while an option is typed. NoAnswer: "Loading options failed"."""
        place = self._place(who, channel)
        top, *path = name.split()
        command = self._registry.offered(top, CommandType.SLASH, who, place)
        data = Composer(self._world, who, place).autocomplete(command, path, focused, typed, options or {})
        exchange = await self._act(Trigger.AUTOCOMPLETE, who, place, data, locale=locale)
        try:
            await exchange.first(timeout)
        except NoAnswer as error:
            raise NoAnswer("Loading options failed") from error
        return exchange.interaction.choices

    async def press(
        self, who: Member, message: Message, label: str, *, force: bool = False, locale: str | None = None
    ) -> Exchange:
        """Press the button whose label starts with the text. `force` forges a press that the client refuses."""
        found = [button for button in message.buttons if button.label.startswith(label)]
        exact = [button for button in found if button.label == label]
        if len(exact or found) != 1:
            raise NotAllowed(f"{len(found)} buttons start with {label!r}; there are {_labels(message.buttons)}")
        button = (exact or found)[0]
        if not button.custom_id:
            raise NotAllowed(f"{button.label!r} is a link to {button.url}")
        if button.disabled and not force:
            raise NotAllowed(f"{button.label!r} is disabled")
        return await self.press_id(who, message, button.custom_id, force=force, locale=locale)

    async def press_id(
        self, who: Member, message: Message, custom_id: str, *, force: bool = True, locale: str | None = None
    ) -> Exchange:
        """Press by custom id; by default forged, as a changed client can send any id for any message."""
        if not force:
            self._check_sight(who, message)
        data: Json = {
            "component_type": int(Kind.BUTTON),
            "custom_id": custom_id,
            "id": _component_id(message, custom_id),
        }
        return await self._act(Trigger.COMPONENT, who, message.channel, data, locale=locale, source=message)

    async def choose(
        self,
        who: Member,
        message: Message,
        which: str | int,
        values: Sequence[Value] | Value,
        *,
        force: bool = False,
        locale: str | None = None,
    ) -> Exchange:
        """Choose in the select whose placeholder starts with `which`, or the one at that index.

        `values` are the beginnings of options' labels, or members, roles or channels; one of them may stand alone.
        `force` forges a choice in a select that the client would not let this person use.
        """
        select = _select(message, which)
        if not force:
            self._check_sight(who, message)
            if select.disabled:
                raise NotAllowed(f"{select.placeholder or which!r} is disabled")
        composer = Composer(self._world, who, message.channel)
        listed = list(values) if isinstance(values, list | tuple) else [values]
        strings = select.kind is Kind.STRING_SELECT
        sent = option_values(_as_field(select), listed) if strings else pick(_as_field(select), listed, composer)
        if not select.min_values <= len(sent) <= select.max_values:
            raise NotAllowed(f"{select.min_values} to {select.max_values} choices, not {len(sent)}")
        data: Json = {
            "component_type": int(select.kind),
            "custom_id": select.custom_id,
            "id": _component_id(message, select.custom_id),
            "values": sent,
        }
        if composer.resolved:
            data["resolved"] = composer.resolved
        return await self._act(Trigger.COMPONENT, who, message.channel, data, locale=locale, source=message)

    async def submit(
        self,
        who: Member,
        modal: Modal | None,
        values: Mapping[str, Filled | Value | None] | None = None,
        *,
        locale: str | None = None,
    ) -> Exchange:
        """Fill in a modal by the beginnings of its labels and submit it."""
        if modal is None:
            raise NotAllowed("no modal is open")
        origin = modal.interaction
        if origin.person is not who.person:
            raise NotAllowed(f"the modal is on {origin.person.name}'s screen")
        data = fill(modal, values or {}, Composer(self._world, who, origin.channel))
        return await self._act(Trigger.MODAL_SUBMIT, who, origin.channel, data, locale=locale, source=origin.source)

    def look(self, who: Member, channel: Channel) -> list[Message]:
        """Return the messages that a person sees in a channel, oldest first; NotAllowed where he does not see it."""
        _check_view(who, channel)
        return self._world.messages.listed(channel, who.person)

    def delete(self, who: Member, message: Message) -> None:
        """Delete a message of the bot as somebody who may manage messages."""
        self._check_sight(who, message)
        if message.channel.guild is None or not permissions_in(who, message.channel) & Permission.MANAGE_MESSAGES:
            raise NotAllowed(f"{who.name} may not delete messages here")
        self._world.messages.delete(message)

    async def _act(
        self,
        trigger: Trigger,
        who: Member,
        channel: Channel,
        data: Json,
        *,
        locale: str | None,
        source: Message | None = None,
    ) -> Exchange:
        if channel.guild not in (None, who.guild):
            raise NotAllowed(f"{who.name} acts as a member of {who.guild.name} only")
        member = who if channel.guild else None
        interaction = self._interactions.open(trigger, who.person, channel, member=member, source=source)
        payload = self._payload(interaction, data, locale or who.person.locale)
        interaction.dispatched_at = await self._gateway.dispatch("INTERACTION_CREATE", payload, channel)
        return Exchange(interaction)

    def _payload(self, interaction: Interaction, data: Json, locale: str) -> Json:
        channel, guild, member = interaction.channel, interaction.guild, interaction.member
        payload: Json = {
            "id": str(interaction.id),
            "application_id": str(self._world.app_id),
            "type": int(interaction.trigger),
            "token": interaction.token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": channel.payload(),
            "locale": locale,
            "app_permissions": str(self._world.bot_permissions(channel)),
            "entitlements": [],
            "entitlement_sku_ids": [],
            "attachment_size_limit": ATTACHMENT_LIMIT,
            "context": GUILD_CONTEXT if guild else DM_CONTEXT,
            "authorizing_integration_owners": {"0": str(channel.guild_id)},
        }
        if guild is not None and member is not None:
            payload["guild_id"] = str(guild.id)
            payload["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
            payload["guild_locale"] = guild.locale
            payload["member"] = member.payload(channel)
            payload["channel"]["permissions"] = str(permissions_in(member, channel))
        else:
            payload["user"] = interaction.person.payload()
        if interaction.source is not None:
            payload["message"] = interaction.source.payload()
        return payload

    def _place(self, who: Member, channel: Channel | None) -> Channel:
        """Return where a command is sent: the guild's first channel unless another one is given."""
        _check_presence(who)
        place = channel or next(iter(who.guild.channels.values()))
        needed = Permission.VIEW_CHANNEL | Permission.USE_APPLICATION_COMMANDS
        if place.guild is who.guild and permissions_in(who, place) & needed != needed:
            raise NotAllowed(f"{who.name} may not use commands in #{place.name}")
        return place

    def _check_sight(self, who: Member, message: Message) -> None:
        if message.deleted:
            raise NotAllowed("the message is deleted")
        if message.viewer not in (None, who.person):
            raise NotAllowed(f"{who.name} does not see this message, which is ephemeral")
        _check_view(who, message.channel)


def _check_view(who: Member, channel: Channel) -> None:
    if channel.recipient not in (None, who.person):
        raise NotAllowed(f"{who.name} does not see the direct messages of others")
    if channel.guild is None:
        return
    _check_presence(who)
    if channel.guild is who.guild and not permissions_in(who, channel) & Permission.VIEW_CHANNEL:
        raise NotAllowed(f"{who.name} does not see #{channel.name}")


def _check_presence(who: Member) -> None:
    if not who.present:
        raise NotAllowed(f"{who.name} has left {who.guild.name}")


def _labels(buttons: Sequence[Button]) -> str:
    return ", ".join(repr(button.label) for button in buttons) or "none"


def _component_id(message: Message, custom_id: str) -> int:
    found = (c["id"] for c in walk(list(message.state.components)) if c.get("custom_id") == custom_id)
    return next(found, 0)


def _select(message: Message, which: str | int) -> Select:
    if isinstance(which, int):
        if which < len(message.selects):
            return message.selects[which]
        raise NotAllowed(f"there are {len(message.selects)} selects")
    found = [select for select in message.selects if select.placeholder.startswith(which)]
    if len(found) != 1:
        raise NotAllowed(
            f"{len(found)} selects start with {which!r}; there are {[s.placeholder for s in message.selects]}"
        )
    return found[0]


def _as_field(select: Select) -> Field:
    component: Json = {"type": int(select.kind), "custom_id": select.custom_id}
    options = [{"label": option.label, "value": option.value} for option in select.options]
    more: Json = {"options": options, "channel_types": list(select.channel_types)}
    return Field.parse({**component, **more}, select.placeholder, "")
