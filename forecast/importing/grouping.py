"""What the columns of a table say of its units: which one groups them, and what a unit is."""

from collections.abc import Sequence

from forecast.importing.columns import GROUPS, SMALLEST_COUNTY, Layout, column_key
from forecast.race.level_words import COUNTY, KIND_OF
from forecast.race.vocabulary import SIZE_OF


def unit_kind(header: Sequence[str], layout: Layout, *, by_county: bool = False) -> str:
    """What a unit of a table is called, by the name of its column: "commune", "ward".

    Parameters
    ----------
    header, layout
        The table's.
    by_county
        Whether the county is the unit, though there is a column of smaller ones.
    """
    smaller = [role for role in ("unit_part", "unit_name") if layout.has(role) and not by_county]
    roles = smaller or [role for role in ("county",) if layout.has(role)]
    keys = [column_key(header[layout.places[role]]) for role in roles]
    otherwise = COUNTY if roles == ["county"] else "precinct"
    return next((KIND_OF[key] for key in keys if key in KIND_OF), otherwise)


def county_kind(header: Sequence[str], layout: Layout) -> str:
    """What the column of counties calls one: "ward"; "" where there is none, or it is "County".

    "Powiat" and "Județ" are counties whatever the country; "County" may be a state's own word.
    """
    if not (layout.has("county") and layout.has("unit_name")):
        return ""
    key = column_key(header[layout.places["county"]])
    return "" if key == COUNTY else KIND_OF.get(key, "")


def group_note(header: Sequence[str], layout: Layout) -> str:
    """What to say of a column that stands for the county and is called otherwise; "" of none."""
    place = layout.places.get("county")
    if place is None or not layout.has("unit_name"):
        return ""
    key = column_key(header[place])
    if key not in GROUPS or SIZE_OF.get(key, SMALLEST_COUNTY) < SMALLEST_COUNTY or key == "parish":
        return ""
    return (
        f"{header[place]!r} groups the units, as counties do elsewhere; --column "
        '"county=NAME" names another column'
    )
