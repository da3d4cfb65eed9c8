"""`forecast data`: the races, their files, and returns from elsewhere into a race folder."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.errors import InputError

if TYPE_CHECKING:
    from forecast.race.importing import Imported, NewRace
    from forecast.race.rows import ReturnRow

# Without rich, which would cost more than the whole help.
data_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Races and their files.")
import_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Write returns from elsewhere into a race folder.",
)
data_app.add_typer(import_app, name="import")

DAY = ["%Y-%m-%d"]


class Part(StrEnum):
    """Which part of a race folder an import writes."""

    FIRST_ROUND = "first_round"
    RUNOFF = "runoff"
    BASELINE = "baseline"


RaceArgument = Annotated[str, typer.Argument(help="Id of a shipped race, or a race folder.")]
FilesArgument = Annotated[list[Path], typer.Argument(help="Files, one a county for instance.")]
OutOption = Annotated[Path, typer.Option("--out", help="The race folder to write into.")]
PartOption = Annotated[Part, typer.Option("--as", help="What the files are in that folder.")]
ContestOption = Annotated[str, typer.Option(help="Contest or office, as named in the files.")]
DistrictOption = Annotated[str, typer.Option(help="District, as named in the files.")]
PartyOption = Annotated[
    list[str] | None, typer.Option(help='"CANDIDATE=PARTY", where the files do not say.')
]
CrosswalkOption = Annotated[
    Path | None, typer.Option(help="CSV of names that differ: county,name,known_as.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite a table that exists.")]
ElectionOption = Annotated[str, typer.Option(help='The baseline in words: "2016 president".')]
DateOption = Annotated[datetime | None, typer.Option(formats=DAY, help="Day of the baseline.")]
TitleOption = Annotated[str, typer.Option(help="Title of a new race.")]
OfficeOption = Annotated[str, typer.Option(help="Office of a new race.")]
PlaceOption = Annotated[str, typer.Option(help="Place of a new race.")]
UnitKindOption = Annotated[str, typer.Option(help="What a unit of a new race is.")]
FirstRoundOption = Annotated[
    datetime | None, typer.Option(formats=DAY, help="First-round day of a new race.")
]
RunoffOption = Annotated[
    datetime | None, typer.Option(formats=DAY, help="Runoff day of a new race.")
]
FinalistOption = Annotated[
    list[str] | None, typer.Option(help="Finalist of a new race; give it twice.")
]


@data_app.command("list")
def list_races(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of race folders; the shipped races without.")
    ] = None,
) -> None:
    """List races.

    Example: forecast data list
    """
    from forecast.race.describe import describe_list
    from forecast.race.folder import races_in
    from forecast.shipped import shipped_folder

    typer.echo(describe_list(races_in(shipped_folder("data") if folder is None else folder)))


@data_app.command("show")
def show_race(race: RaceArgument = "ga06-2017") -> None:
    """Show what a race folder holds, and what is missing in it.

    Example: forecast data show ga06-2017
    """
    from forecast.race.describe import describe
    from forecast.race.folder import find_race

    typer.echo(describe(find_race(race)))


@data_app.command("check")
def check_race_folder(race: RaceArgument = "ga06-2017") -> None:
    """Check every file of a race folder; ends with exit code 2 when something is wrong.

    Example: forecast data check ./my-race
    """
    from forecast.race.check import check_race
    from forecast.race.faults import raise_errors, shown
    from forecast.race.folder import find_race

    folder = find_race(race)
    report = check_race(folder)
    for line in shown(report.notes):
        typer.echo(f"note: {line}")
    raise_errors(f"race folder {folder}", report.faults)
    n_notes = len(report.notes)
    typer.echo(f"{folder.name}: no errors, {n_notes:,} note{'' if n_notes == 1 else 's'}")


@import_app.command("clarity")
def import_clarity(
    files: FilesArgument,
    out: OutOption,
    contest: ContestOption,
    part: PartOption = Part.FIRST_ROUND,
    party: PartyOption = None,
    crosswalk: CrosswalkOption = None,
    election: ElectionOption = "",
    date: DateOption = None,
    title: TitleOption = "",
    office: OfficeOption = "",
    place: PlaceOption = "",
    unit_kind: UnitKindOption = "precinct",
    first_round: FirstRoundOption = None,
    runoff: RunoffOption = None,
    finalist: FinalistOption = None,
    force: ForceOption = False,
) -> None:
    """Import Clarity detail.xml files.

    Example: forecast data import clarity cobb.xml fulton.xml --out my-race
    --contest "U.S. Representative, District 6" --title "Georgia 6" --office "US House"
    --first-round 2017-04-18 --runoff 2017-06-20
    --finalist "KAREN HANDEL" --finalist "JON OSSOFF"
    """
    from forecast.race.clarity import read_clarity

    rows = [row for path in files for row in read_clarity(path, contest)]
    new = _new_race(title, office, place, unit_kind, first_round, runoff, finalist, files)
    _report(_write(rows, part, out, party, crosswalk, election, date, new, force))


@import_app.command("openelections")
def import_openelections(
    files: FilesArgument,
    out: OutOption,
    contest: ContestOption,
    district: DistrictOption = "",
    part: PartOption = Part.FIRST_ROUND,
    party: PartyOption = None,
    crosswalk: CrosswalkOption = None,
    election: ElectionOption = "",
    date: DateOption = None,
    title: TitleOption = "",
    office: OfficeOption = "",
    place: PlaceOption = "",
    unit_kind: UnitKindOption = "precinct",
    first_round: FirstRoundOption = None,
    runoff: RunoffOption = None,
    finalist: FinalistOption = None,
    force: ForceOption = False,
) -> None:
    """Import OpenElections precinct files.

    Example: forecast data import openelections cobb.csv --out my-race --as baseline
    --contest "President of the United States" --election "2016 president"
    --date 2016-11-08 --crosswalk names.csv
    """
    from forecast.race.openelections import read_openelections

    rows = [row for path in files for row in read_openelections(path, contest, district)]
    new = _new_race(title, office, place, unit_kind, first_round, runoff, finalist, files)
    _report(_write(rows, part, out, party, crosswalk, election, date, new, force))


@import_app.command("csv")
def import_csv(
    files: FilesArgument,
    out: OutOption,
    part: PartOption = Part.FIRST_ROUND,
    party: PartyOption = None,
    crosswalk: CrosswalkOption = None,
    election: ElectionOption = "",
    date: DateOption = None,
    title: TitleOption = "",
    office: OfficeOption = "",
    place: PlaceOption = "",
    unit_kind: UnitKindOption = "precinct",
    first_round: FirstRoundOption = None,
    runoff: RunoffOption = None,
    finalist: FinalistOption = None,
    force: ForceOption = False,
) -> None:
    """Import long tables: county, unit_name, candidate, votes, and what else is known.

    Example: forecast data import csv results.csv --out my-race --as runoff
    """
    from forecast.race.long_csv import read_long_csv

    rows = [row for path in files for row in read_long_csv(path)]
    new = _new_race(title, office, place, unit_kind, first_round, runoff, finalist, files)
    _report(_write(rows, part, out, party, crosswalk, election, date, new, force))


def _new_race(
    title: str,
    office: str,
    place: str,
    unit_kind: str,
    first_round: datetime | None,
    runoff: datetime | None,
    finalist: list[str] | None,
    files: list[Path],
) -> "NewRace | None":
    """What a new race.yaml needs, None where an option is missing."""
    from forecast.race.importing import NewRace

    if not (title and office and first_round and runoff and finalist):
        return None
    if len(finalist) != 2:
        raise InputError(f"give --finalist twice, not {len(finalist)} times")
    return NewRace(
        title=title,
        office=office,
        place=place or title,
        unit_kind=unit_kind,
        first_round=first_round.date(),
        runoff=runoff.date(),
        finalists=(finalist[0], finalist[1]),
        source=f"first round imported from {', '.join(path.name for path in files)}",
    )


def _write(
    rows: "list[ReturnRow]",
    part: Part,
    out: Path,
    party: list[str] | None,
    crosswalk: Path | None,
    election: str,
    held: datetime | None,
    new_race: "NewRace | None",
    force: bool,
) -> "Imported":
    from forecast.race.importing import import_baseline, import_first_round, import_runoff
    from forecast.race.rows import with_parties

    rows = with_parties(rows, _parties(party or []))
    if part is Part.FIRST_ROUND:
        return import_first_round(rows, out, new_race, force=force)
    if part is Part.RUNOFF:
        return import_runoff(rows, out, crosswalk, force=force)
    if not election:
        raise InputError('a baseline needs --election, in words: --election "2016 president"')
    day = held.date() if held else None
    return import_baseline(rows, out, election, day, crosswalk, force=force)


def _parties(pairs: list[str]) -> dict[str, str]:
    parties = {}
    for pair in pairs:
        name, sign, party = pair.rpartition("=")
        if not (name and sign and party):
            raise InputError(f'--party must be "CANDIDATE=PARTY", not {pair!r}')
        parties[name] = party
    return parties


def _report(imported: "Imported") -> None:
    typer.echo(f"{imported.path}: {imported.n_units:,} units, {imported.votes:,} votes")
    for title, units in (
        ("not in the files", imported.missing),
        ("not in the first round", imported.extra),
    ):
        if units:
            named = ", ".join(f"{unit.county} {unit.name}" for unit in units[:5])
            more = ", ..." if len(units) > 5 else ""
            typer.echo(f"  {title}: {len(units):,} units ({named}{more})")
