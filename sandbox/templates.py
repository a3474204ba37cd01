"""Templates as the CAD exports them (cad-api.md 4.1-4.3): for characters the default (4.4) and a hard one, a vehicle's.

Data only. Every call returns a fresh object, so a caller may change it.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

CHARACTER_TYPE = 7
VEHICLE_TYPE = 5
NEW_RECORD = -1
PHOTO = "statics/images/blank_user.jpg"


def dependency(kind: str | None = None, parent: str | None = None, *values: str) -> Json:
    """Return when a field or section shows: all three keys are null where it always does."""
    return {"type": kind, "fid": parent, "acceptableValues": list(values) if parent else None}


def field(uid: str, kind: str, label: str, size: int = 4, **more: object) -> Json:
    """Return a field with every key of a real export; `more` overrides keys by name."""
    return {
        "type": kind,
        "label": label,
        "value": "",
        "size": size,
        "data": {},
        "options": [],
        "isPreviewed": False,
        "isSupervisor": False,
        "isRequired": False,
        "unique": False,
        "readOnly": False,
        "mask": "",
        "maskReverse": False,
        "dbMap": True,
        "isFromSync": False,
        "uid": uid,
        "dependency": dependency(),
        **more,
    }


def section(label: str, *fields: Json, category: int = 0, **more: object) -> Json:
    """Return a section with every key of a real export; `more` overrides keys by name."""
    return {
        "category": category,
        "label": label,
        "fields": list(fields),
        "searchCiv": False,
        "searchVeh": False,
        "enableDuplicate": False,
        "isDuplicate": False,
        "dependency": dependency(),
        **more,
    }


def template(*sections: Json, name: str = "Civilian", type_id: int = CHARACTER_TYPE, **more: object) -> Json:
    """Return a template: a record whose id says "new"."""
    return {
        "recordTypeId": type_id,
        "id": NEW_RECORD,
        "syncUniqueId": None,
        "syncId": "",
        "name": name,
        "img": None,
        "type": type_id,
        "sections": list(sections),
        **more,
    }


def default_template() -> Json:
    """Return the character template a new community starts with (cad-api.md 4.4)."""
    return template(
        section("Image", field("img", "image", "Civilian Photo", 12, value=PHOTO)),
        section(
            "Civilian Information",
            field("first", "text", "First", 2, isPreviewed=True),
            field("last", "text", "Last", 2, isPreviewed=True),
            field("mi", "text", "M.I.", 1, mask="X"),
            field("dob", "date", "DOB", 3, mask="MM/DD/YYYY"),
            field("age", "text", "Age", 2, mask="##", isPreviewed=True),
            field("sex", "select", "Sex", 2, options=["M", "F"]),
            field("aka", "text", "A.K.A. (Former/Known Alias)", 12),
            field("residence", "address", "Residence"),
            field("zip", "text", "ZIP Code"),
            field("occupation", "text", "Occupation"),
            field("height", "text", "Height", 2),
            field("weight", "text", "Weight", 2),
            field("skin", "text", "Skin Tone", 2),
            field("hair", "select", "Hair Color", 3, options=["BLACK", "BLONDE", "BROWN", "RED", "GREY"]),
            field("eyes", "select", "Eye Color", 3, options=["BLACK", "BLUE", "BROWN", "GREEN", "HAZEL"]),
            field("emergencyContact", "text", "Emergency Contact"),
            field("emergencyRelationship", "text", "Relationship"),
            field("emergencyContactNumber", "text", "Contact Number", mask="(###) ### - ####"),
        ),
    )


def hard_template() -> Json:
    """Return a role-play community's template that holds every kind of field and every trap seen or documented."""
    return template(
        _identity(),
        _appearance(),
        _life(),
        _licences(),
        _health(),
        _office(),
        *_reports(),
        name="San Andreas Citizen",
        communityTheme="dark",  # an unknown key
    )


def _identity() -> Json:
    return section(
        "Citizen Identity",
        field("_x1q9notes", "label", "Write names as on the passport. No celebrities, no joke names.", 12, value=None),
        field("img", "Image", "Photo", 12, value=PHOTO),
        field("first", "TEXT", "First Name", isRequired=True, isPreviewed=True),
        field("last", "text", "Last Name", isRequired=True, isPreviewed=True),
        field("mi", "input", "Middle Initial", 1, mask="S"),
        field("dob", "date", "Date of Birth", 3, mask="MM/DD/YYYY", isRequired=True, isPreviewed=True),
        field("_qkz7j5fxy", "date", "Date of Arrival in Los Santos", 3, mask="DD/MM/YYYY"),
        field("_born0time", "Time", "Time of Birth", 3, mask="HH:mm"),
        field("ssn", "text", "Social Security Number", mask="###-##-####", unique=True, isRequired=True),
        field("_5f1c9ab27de04c316", "text", "Passport Number", mask="SS XXXXXX", unique=True),
        field("recno", "id", "Citizen File Number", 3, readOnly=True),
        field("_pin8wq2c", "random", "Mailbox Code", 3, mask="SX##", readOnly=True),
        field("filestatus", "status", "File Status", 3, value="0", options=None),
        searchCiv=True,
    )


def _appearance() -> Json:
    tattoos = ["Head", "Neck", "Chest", "Back", "Left Arm", "Right Arm", "Left Hand", "Right Hand", "Torso"]
    return section(
        "Appearance",
        field("sex", "select", "Sex", 2, options=["Male", "Female", "Non-Binary"], mask="MM/DD/YYYY"),
        field("height", "text", "Height (feet and inches, for example 5'11)", 2, mask="#'##"),
        field("weight", "text", "Weight in lbs", 2, mask=None),
        field("nationality", "SELECT", "Nationality", options=list(_NATIONALITIES)),
        field("_9f31tattoo", "checkboxes", "Tattoos", 12, options=[*tattoos, "Left Leg", "Right Leg", "Feet"]),
        field(
            "_tatdesc77",
            "textarea",
            "Describe the tattoos that officers or witnesses would notice first",
            12,
            data=None,
            dependency=dependency("CONTAINS", "_9f31tattoo", "Head", "Neck", "Hand"),
        ),
    )


def _life() -> Json:
    return section(
        "Home and Work",
        field("residence", "address", "Residence", 6),
        field("phone_number", "text", "Phone Number", mask="+1 ### - ### - ####", unique=True),
        field("cash", "text", "Declared Cash", mask="###,###,###.##", maskReverse=True),
        field("employed", "select", "Employed", 2, options=["Yes", "No"], isRequired=True),
        field(
            "employer",
            "text",
            "Employer",
            isRequired=True,  # hidden and required at once
            dependency=dependency("EQUAL", "employed", "Yes"),
        ),
        field(
            "_jobrank3",
            "select",
            "Rank",
            options=["Trainee", "Regular", "Manager"],
            dependency=dependency("NOTEQUAL", "employer", ""),
        ),
        field(
            "_staffno42",
            "text",
            "Manager Badge Number",
            mask="X-###",
            dependency=dependency("EQUAL", "_jobrank3", "Manager"),
        ),
        field(
            "_storyarc1",
            "select",
            "Backstory",
            12,
            options=list(_BACKSTORIES),
        ),
        field("married", "select", "Married", 2, options=["", "Yes", "No", "No"]),
        # A harmless cycle: each of the two hides only when the other says so.
        field("spouse", "text", "Spouse", dependency=dependency("NOTEQUAL", "_spousepho", "NONE")),
        field("_spousepho", "text", "Spouse's Phone", dependency=dependency("NOTEQUAL", "spouse", "NONE")),
    )


def vehicle_template() -> Json:
    """Return a small vehicle registration, whose plates are unique: records that are no characters (cad-api.md 4.1)."""
    vehicle = section(
        "Registration",
        field("plate", "text", "Plate", isPreviewed=True, unique=True),
        field("model", "text", "Model"),
        field("status", "status", "Status", value="1"),
    )
    return template(vehicle, name="Vehicle Registration", type_id=VEHICLE_TYPE)


def _licences() -> Json:
    return section(
        "Licences",
        field("_lic4boxes", "CheckBoxes", "Licences Held", 12, options=["Driver", "Boat", "Pilot", "Firearm"]),
        field(
            "_gunserial",
            "text",
            "Registered Firearm Serial Number (as engraved on the frame)",
            6,
            mask="SS-XXXX-##",
            dependency=dependency("CONTAINS", "_lic4boxes", "Firearm"),
            unique=True,
        ),
        field("_licissued", "date", "Issued On", 3, mask="MM/DD/YYYY", readOnly=True),
    )


def _health() -> Json:
    return section(
        "Medical Card",
        field("bloodtype", "select", "Blood Type", 2, options=["A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"]),
        field("allergies", "textarea", "Allergies and Conditions", 12),
        field("_donor0yes", "select", "Organ Donor", 2, options=["Yes", "No"], organBank="Pillbox"),  # an unknown key
        enableDuplicate=True,
        dependency=dependency("NOTEQUAL", "nationality", "Diplomatic (No Medical Record)"),
    )


def _office() -> Json:
    return section(
        "Office Use",
        field("_supnote99", "textarea", "Supervisor Notes", 12, isSupervisor=True),
        field("UNIT_NAME", "UNIT_NAME", "Filed By"),
        field("UNIT_DEPARTMENT", "UNIT_DEPARTMENT", "Department", mask="MM/DD/YYYY"),
        field("_finger5d0", "fingerprint", "Fingerprint Scan"),  # an unknown type
        field("_synced0cid", "text", "Citizen ID from the Server", isFromSync=True, readOnly=True),
    )


def _reports() -> tuple[Json, ...]:
    """Return the sections whose one field carries an object in `data` (cad-api.md 4.2)."""
    flags = ["Armed", "Violent", "Gang Affiliation", "Mental Health", "Officer Safety"]
    return (
        section("Flags", field("_flags0001", "text", "Flags", 12, options=flags, data={"flags": []}), category=1),
        section("Speed", field("_speed0001", "text", "Speed", 12, data=_speed()), category=5),
        section("Charges", field("_charge001", "text", "Charges", 12, data={"charges": []}), category=6),
        section("Linked Records", field("_linked001", "text", "Links", 12, data={"records": []}), category=9),
    )


def _speed() -> Json:
    return dict.fromkeys(("date", "fine", "time", "paceType", "speedLimit", "vehicleSpeed"), "")


_NATIONALITIES = (
    *("American", "Argentine", "Australian", "Austrian", "Belgian", "Brazilian", "British", "Canadian"),
    *("Chilean", "Chinese", "Colombian", "Cuban", "Czech", "Danish", "Dutch", "Egyptian"),
    *("Finnish", "French", "German", "Greek", "Haitian", "Indian", "Irish", "Italian"),
    *("Jamaican", "Japanese", "Kenyan", "Korean", "Mexican", "Moroccan", "Nigerian", "Norwegian"),
    *("Polish", "Portuguese", "Romanian", "Spanish", "Swedish", "Turkish", "Ukrainian"),
    "Diplomatic (No Medical Record)",
)

_BACKSTORIES = (
    "Grew up in Sandy Shores, left school early and learned to repair engines in an uncle's yard beside the highway",
    "Grew up in Sandy Shores, left school early and learned to repair engines in an uncle's yard beside the airfield",
    "Came to Los Santos for college, dropped out in the second year and has driven a taxi at night ever since then",
    "Served two tours abroad with the coast guard, retired with honours and now runs a small bait shop in Paleto Bay",
    "Prefer to tell it in play",
    "Prefer to tell it in play",
    "",
)
