"""An emulated Discord, written from its public pages: it shares no code with the bot that connects to it."""

from .clock import Clock
from .components import Button, ButtonStyle, Embed, EmbedField, Flag, Kind, Option, Select
from .composer import Value
from .exchange import Exchange, NoAnswer, NotAllowed
from .interactions import Callback, Choice
from .messages import Attachment, Message, MessageState, Upload
from .modals import Field, Modal
from .people import Channel, Guild, Member, Person, Role
from .permissions import Permission
from .rest import Fault
from .server import SandboxDiscord
from .wire import ApiError, Call, Refusal

__all__ = [
    "ApiError",
    "Attachment",
    "Button",
    "ButtonStyle",
    "Call",
    "Callback",
    "Channel",
    "Choice",
    "Clock",
    "Embed",
    "EmbedField",
    "Exchange",
    "Fault",
    "Field",
    "Flag",
    "Guild",
    "Kind",
    "Member",
    "Message",
    "MessageState",
    "Modal",
    "NoAnswer",
    "NotAllowed",
    "Option",
    "Permission",
    "Person",
    "Refusal",
    "Role",
    "SandboxDiscord",
    "Select",
    "Upload",
    "Value",
]
