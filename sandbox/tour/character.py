"""The character of the tour: what is to be typed into each field, by the beginning of its label, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .screen import Screen

Sheet = dict[str, str | list[str]]

SHEET: Sheet = {
    "First": "Marisol",
    "Last": "Vega",
    "Date of Birth": "04/17/1994",
    "Social Security": "123-45-6789",
    "Employed": "Yes",
    "Employer": "Los Santos Customs",
    "Photo": "https://images.example.org/marisol.png",
    "Middle": "R",
    "Date of Arrival": "02/11/2021",
    "Time of Birth": "06:45",
    "Passport": "AB C12D34",
    "Sex": "Female",
    "Height": "5'07",
    "Weight": "142",
    "Nationality": "Mexican",
    "Tattoos": ["Neck", "Left Hand"],
    "Describe the tattoos": "A swallow on the neck, a compass on the hand",
    "Residence": "12 Grove Street",
    "Phone": "+1 555 - 014 - 2233",
    "Declared Cash": "12,500.00",
    "Rank": "Manager",
    "Manager Badge": "K-204",
    "Backstory": "Served two tours",
    "Married": "Yes",
    "Spouse": "Diego Vega",
    "Spouse's Phone": "555-0143",
    "Licences Held": ["Driver", "Firearm"],
    "Registered Firearm": "LS-4F7Q-21",
    "Blood Type": "O+",
    "Allergies": "Penicillin",
    "Organ Donor": "Yes",
}

SLIPS: Sheet = {
    "Date of Birth": "31/02/1994",
    "Social Security": "123-456",
    "Photo": "https://cdn.discordapp.com/attachments/1/2/marisol.png",
    "Nationality": "Mexicano",
}
"""What is typed at the first try: no such day, a short number, a link that expires, none of the 40 options."""


def page_of(sheet: Sheet, screen: Screen) -> Sheet:
    """Return what the sheet has for the fields of the open form, by their whole labels."""
    page = {}
    for one in screen.fields:
        fitting = [label for label in sheet if one.label.startswith(label)]
        if fitting:
            page[one.label] = sheet[max(fitting, key=len)]
    return page
