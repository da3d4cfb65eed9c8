"""Parties of France in the blocs that its finished races have.

The labels are the ministry's nuances since 1988 and what presidential files use; blocs are those
of the record ("other" is none: who is of it shares nothing with the others of it).
"""

from collections.abc import Iterable

from forecast.race.labels import without_accents

FRANCE = "France"
FAR_LEFT, LEFT, CENTRE, RIGHT, FAR_RIGHT = "far_left", "left", "centre", "right", "far_right"

_LABELS = {
    FAR_LEFT: "EXG DXG EXO LO LCR NPA",
    LEFT: (
        "SOC PS COM PCF FI LFI NUP NUPES UG FG PG VEC ECO EELV LVE GEC DVG RDG PRG MRG SDC UGE SGE "
        "PSE UC GE"
    ),
    CENTRE: "ENS ENSEMBLE REM LREM LAREM RE MDM MODEM MODM UDFD CEN ALLI DVC HOR UCE",
    RIGHT: (
        "LR UMP RPR UDF UDI UDR DVD NCE NC PRV CPNT MPF RPF DL DLF DLR DSV UD UCD UDIR UDCEN MAJD"
    ),
    FAR_RIGHT: "RN FN FRN MNR EXD DXD REC UXD R!",
}
_BLOC_OF = {label: bloc for bloc, labels in _LABELS.items() for label in labels.split()}
_NAMES = {
    **dict.fromkeys(("lutte ouvriere", "nouveau parti anticapitaliste"), FAR_LEFT),
    **dict.fromkeys(
        ("parti socialiste", "parti communiste francais", "la france insoumise", "les ecologistes"),
        LEFT,
    ),
    **dict.fromkeys(("la republique en marche", "renaissance", "horizons"), CENTRE),
    **dict.fromkeys(("les republicains", "debout la france"), RIGHT),
    **dict.fromkeys(("rassemblement national", "front national", "reconquete"), FAR_RIGHT),
}
# Marks before a nuance: pairs of candidates in départements, and lists of towns.
_MARKS = ("BC-", "BC", "L")


def bloc_in_france(party: str) -> str:
    """Bloc of a French party by its label or name, "" where it is of none that is known."""
    label = party.strip().upper()
    for mark in ("", *_MARKS):
        if label.startswith(mark) and (bloc := _BLOC_OF.get(label.removeprefix(mark))):
            return bloc
    return _NAMES.get(without_accents(party), "")


def french_blocs(parties: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The blocs that some French parties are of, from left to right, without empty ones."""
    of = {party: bloc for party in dict.fromkeys(parties) if (bloc := bloc_in_france(party))}
    blocs = {bloc: tuple(party for party, home in of.items() if home == bloc) for bloc in _LABELS}
    return {bloc: labels for bloc, labels in blocs.items() if labels}
