"""The v1 calls that the tests look at, in their requests and in their answers."""

from __future__ import annotations

from bot.cad.protocol import NewCharacter
from bot.cad.v1 import V1
from bot.domain.models import Target
from bot.settings import CreateForm
from tests.cad.support import ACCOUNT, CREDENTIALS

SEED = V1(CREDENTIALS, CreateForm.CHARACTER)
DICTIONARY = V1(CREDENTIALS, CreateForm.DICTIONARY)
RECORD = V1(CREDENTIALS, CreateForm.RECORD)

STEAM = Target.of(api_id="STEAM:1234")
UUID = Target.of(account=ACCOUNT)
BRIAN = NewCharacter(values={"first": "Brian", "last": "Sosnowski"})
NOT_LINKED = "API ID NOT LINKED TO AN ACCOUNT IN THIS COMMUNITY"
TRAP = "Sonoran CAD: Backend Service Reached"

CREATE = DICTIONARY.create(STEAM, BRIAN)
EDIT = DICTIONARY.edit(STEAM, 123, {"first": "Brian"})
REMOVE = DICTIONARY.remove(123)
LINK = DICTIONARY.link(STEAM, "char1:abc")
UNLINK = DICTIONARY.unlink(STEAM, "char1:abc")
SELECT = DICTIONARY.select(STEAM, 123)
CHARACTERS = DICTIONARY.characters(STEAM)
SET_API_ID = DICTIONARY.set_api_id(UUID, ("1100",))

EXPORTED = (
    '{"recordTypeId":7,"id":%d,"syncUniqueId":null,"syncId":"","name":"Civilian","img":null,"type":7,"sections":'
    '[{"category":0,"label":"Civilian Information","fields":[{"type":"text","label":"First","value":"Taken",'
    '"size":2,"data":null,"options":null,"uid":"first","dependency":{"type":null,"fid":null,"acceptableValues":null}}]}]}'
)
