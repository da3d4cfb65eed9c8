"""Small files imported as a first round, with what a new race takes beside them."""

from datetime import date

from forecast.importing.import_options import ImportOptions, ReadOptions
from forecast.importing.import_part import import_files
from forecast.importing.race_yaml_writer import NewRace
from forecast.importing.standing import FieldOptions
from forecast.race.folder import load_race


def table_text(head, rows, separator=","):
    """A table of a header and rows."""
    return "\n".join(separator.join(map(str, row)) for row in (head, *rows)) + "\n"


def small_table():
    """Six units, three candidates of three parties."""
    rows = [
        (f"C{place // 3}", f"P{place}", name, party, 90 - 20 * choice + place * (3 + choice))
        for place in range(6)
        for choice, (name, party) in enumerate(
            (("Anna Berg", "REP"), ("Carl Dahl", "DEM"), ("Eva Falk", "LIB"))
        )
    ]
    return table_text(("county", "precinct", "candidate", "party", "votes"), rows)


def imported(folder, content, reading=None, standing=None, name="results.csv", **new):
    """What the import says, and the race that it wrote into the folder's `town`."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    days = {"first_round": date(2025, 5, 20), "runoff": date(2025, 6, 17)}
    new_race = NewRace(**({"title": "Town", "office": "Mayor"} | days | new))
    options = ImportOptions(
        "",
        (path,),
        folder / "town",
        reading=reading or ReadOptions(),
        standing=standing or FieldOptions({}, {}),
        new_race=new_race,
    )
    return import_files(options), load_race(folder / "town")
