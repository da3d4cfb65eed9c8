"""What the columns of a table say of its units: which one groups them, and what a unit is."""

from collections.abc import Sequence

from forecast.importing.columns import GROUPS, Layout, column_key

# Name of the column of units or counties to what one of them is called; else a precinct.
_KINDS = {
    "commune": ("libelle de la commune", "libelle commune", "commune"),
    "municipality": (
        *("municipality", "municipio", "nm municipio", "comuna", "gmina", "obec", "gemeinde"),
        *("localitate", "grad opcina"),
    ),
    "town": ("town", "city town", "township"),
    "city": ("city",),
    "borough": ("borough",),
    "ward": ("ward", "bezirk"),
    "neighborhood": ("bairro",),
    "division": ("division",),
    "polling district": ("polling district",),
    "polling place": (
        *("polling place", "nr secao", "biracko mjesto", "apylinke", "wahlbezirk", "mesa"),
        *("bureau de vote", "code du b vote", "code bv"),
    ),
    "parish": ("parish",),
    "département": (
        *("libelle du departement", "libelle departement", "departement"),
        *("code du departement", "code departement"),
    ),
    "district": ("district", "distrito", "okres", "distrito electoral"),
    "province": ("provincia",),
    "department": ("departamento",),
}
_KIND_OF = {key: kind for kind, keys in _KINDS.items() for key in keys}


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
    otherwise = "county" if roles == ["county"] else "precinct"
    return next((_KIND_OF[key] for key in keys if key in _KIND_OF), otherwise)


def group_note(header: Sequence[str], layout: Layout) -> str:
    """What to say of a column that stands for the county and is called otherwise; "" of none."""
    place = layout.places.get("county")
    if place is None or not layout.has("unit_name") or column_key(header[place]) not in GROUPS:
        return ""
    return (
        f"{header[place]!r} groups the units, as counties do elsewhere; --column "
        '"county=NAME" names another column'
    )
