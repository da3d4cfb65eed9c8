"""The kinds of figures by name, without the libraries that draw them."""

from enum import StrEnum

# Images and Vega-Lite.
SUFFIXES = (".png", ".svg", ".json")


class FigureKind(StrEnum):
    """The figures of the page in its order, then the map by another measure."""

    HUNDRED = "hundred"
    MARGIN = "margin"
    HISTORY = "history"
    MAP = "map"
    COUNTIES = "counties"
    FLOWS = "flows"
    TURNOUT = "turnout"
    POLLS = "polls"
    SCENARIOS = "scenarios"
    TORNADO = "tornado"
    RECORD = "record"
    MAP_LEAN = "map-lean"
    MAP_MARGIN = "map-margin"
    MAP_WINS = "map-wins"
    MAP_CHANGE = "map-change"
    MAP_WIDTH = "map-width"
    MAP_TURNOUT = "map-turnout"
