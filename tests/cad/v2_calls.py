"""The v2 calls that the tests look at, in their requests and in their answers."""

from __future__ import annotations

from bot.cad.protocol import NewCharacter
from bot.cad.v2 import V2
from bot.domain.models import Target
from tests.cad.support import ACCOUNT, CREDENTIALS, SECRET

V = V2(CREDENTIALS)
DISCORD = Target.of(discord=123456789012345678)
USER = Target.of(api_id="license:abc")
UUID = Target.of(account=ACCOUNT)

CHARACTERS = V.characters(DISCORD)
LINKS = V.links(DISCORD)
LINK = V.link(DISCORD, "char1:abc")
UNLINK = V.unlink(DISCORD, "char1:abc")
SELECT = V.select(DISCORD, 1042)
CREATE = V.create(DISCORD, NewCharacter(values={"first": "John", "last": "Doe", "dob": "01/01/1995"}))
EDIT = V.edit(DISCORD, 2451, {"first": "J"})
REMOVE = V.remove(2451)
TEMPLATE = V.template()
CHECK = V.check_api_id("player_12345")
SET_LINK = V.set_link(ACCOUNT, SECRET, "player_12345")
VERIFY = V.verify_secret(SECRET)
CODE = V.link_code("player_12345")

BEARER = {"Authorization": "Bearer made-up-key", "Accept": "application/json"}
WITH_BODY = {**BEARER, "Content-Type": "application/json"}
