"""A part of the rehearsal, which takes place in two rooms of a house."""

from dataclasses import dataclass

from home_assistant.house import House
from home_assistant.people import People
from home_assistant.report import Report
from home_assistant.satellite import ScriptedSatellite


@dataclass
class Part:
    """The house, and who is in it."""

    house: House
    """Home Assistant and the guide."""

    report: Report
    """The report of what happens."""

    people: People
    """The person in each room."""

    kitchen: ScriptedSatellite
    """The satellite in the kitchen."""

    bedroom: ScriptedSatellite
    """The satellite in the bedroom."""
