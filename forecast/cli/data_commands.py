"""`forecast data`: the races, their files, and returns from elsewhere into a race folder."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.lazy_group import new_program
from forecast.cli.options import RaceArgument
from forecast.defaults import DEFAULT_RACE
from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.lazy_imports import lazy_imports
from forecast.race import faults

with lazy_imports():
    from forecast.importing import check, describe, import_race, race_yaml_writer
    from forecast.race import folder as race_folder
    from forecast.record import find, listing

data_app = new_program(help="Races and their files.\n\nExample: forecast data list")
DAY = ["%Y-%m-%d"]


class Format(StrEnum):
    """The formats that can be imported."""

    CLARITY = "clarity"
    OPENELECTIONS = "openelections"
    CSV = "csv"


class Part(StrEnum):
    """Which part of a race folder an import writes."""

    FIRST_ROUND = "first_round"
    RUNOFF = "runoff"
    BASELINE = "baseline"


FilesArgument = Annotated[list[Path], typer.Argument(help="Files, one a county for instance.")]
FormatArgument = Annotated[Format, typer.Argument(help="What the files are.")]
IntoOption = Annotated[Path, typer.Option("--into", "--out", help="Race folder to write into.")]
PartOption = Annotated[Part, typer.Option("--as", help="What the files are in that folder.")]
ContestOption = Annotated[
    str,
    typer.Option("--contest", "--office-name", help="Contest or office, as named in the files."),
]
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
IdOption = Annotated[str, typer.Option("--id", help="Id of a new race; else the folder's name.")]
TitleOption = Annotated[str, typer.Option(help="Title of a new race.")]
OfficeOption = Annotated[str, typer.Option(help="Office of a new race.")]
PlaceOption = Annotated[str, typer.Option(help="Place of a new race; else its title.")]
UnitKindOption = Annotated[str, typer.Option(help="What a unit of a new race is; else precinct.")]
FirstRoundOption = Annotated[
    datetime | None, typer.Option(formats=DAY, help="First-round day of a new race.")
]
RunoffOption = Annotated[
    datetime | None, typer.Option(formats=DAY, help="Runoff day of a new race.")
]
BlocOption = Annotated[
    list[str] | None,
    typer.Option(help='"R=REP,CON": a bloc of a new race and its parties; repeatable.'),
]
FinalistOption = Annotated[
    list[str] | None, typer.Option(help="Finalist of a new race; give it twice.")
]


@data_app.command("list")
def list_races(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of race folders; the shipped races without.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every race of the record, not its groups.")
    ] = False,
) -> None:
    """List races: those to forecast, and the record of finished ones.

    Example: forecast data list
    """
    races = race_folder.races_in(shipped_folder("data") if folder is None else folder)
    typer.echo(describe.describe_list(races))
    if folder is None:
        typer.echo("\n" + listing.describe_record(everything))


@data_app.command("show")
def show_race(race: RaceArgument = DEFAULT_RACE) -> None:
    """Show what a race folder holds, and what is missing in it.

    Example: forecast data show ga06-2017
    """
    typer.echo(describe.describe(find.find_race(race)))


@data_app.command("check")
def check_race_folder(
    race: RaceArgument = DEFAULT_RACE,
    everything: Annotated[
        bool, typer.Option("--all", help="Print every line, not the first 50 errors and notes.")
    ] = False,
) -> None:
    """Check every file of a race folder; ends with exit code 2 when something is wrong.

    Example: forecast data check ./my-race
    """
    folder = find.find_race(race)
    report = check.check_race(folder)
    for kind, found in (("error", report.faults), ("note", report.notes)):
        for line in faults.shown(found, len(found) if everything else faults.SHOWN_FAULTS):
            typer.echo(f"{kind}: {line}")
    for reason in report.switched_off:
        typer.echo(f"off: {reason}")
    errors, notes = _count(len(report.faults), "error"), _count(len(report.notes), "note")
    typer.echo(f"{folder.name}: {errors}, {notes}")
    if not report.usable:
        raise typer.Exit(InputError.exit_code)


@data_app.command("import")
def import_files(
    file_format: FormatArgument,
    files: FilesArgument,
    into: IntoOption,
    part: PartOption = Part.FIRST_ROUND,
    contest: ContestOption = "",
    district: DistrictOption = "",
    party: PartyOption = None,
    crosswalk: CrosswalkOption = None,
    election: ElectionOption = "",
    date: DateOption = None,
    race_id: IdOption = "",
    title: TitleOption = "",
    office: OfficeOption = "",
    place: PlaceOption = "",
    unit_kind: UnitKindOption = "",
    first_round: FirstRoundOption = None,
    runoff: RunoffOption = None,
    finalist: FinalistOption = None,
    bloc: BlocOption = None,
    force: ForceOption = False,
) -> None:
    """Import published returns into a race folder, the first round first.

    It makes race.yaml from the options; the runoff and the baselines are matched to its
    units. A csv file has the columns county, unit_name, candidate and votes, and may have
    unit_id, party, mode, registered and ballots.

    \b
    Example: forecast data import clarity cobb.xml fulton.xml --into my-race \\
      --contest "U.S. Representative, District 6" --title "Georgia 6" \\
      --office "US House" --first-round 2017-04-18 --runoff 2017-06-20 \\
      --finalist "KAREN HANDEL" --finalist "JON OSSOFF"

    \b
    Example: forecast data import openelections cobb.csv --into my-race \\
      --as baseline --office-name "President of the United States" \\
      --election "2016 president" --date 2016-11-08 --crosswalk names.csv

    Example: forecast data import csv results.csv --into my-race --as runoff
    """  # noqa: D301  (Click keeps the lines of a paragraph after a real backspace)
    blocs = {name: tuple(labels.split(",")) for name, labels in _pairs("--bloc", bloc).items()}
    new_race = race_yaml_writer.NewRace(
        id=race_id,
        title=title,
        office=office,
        place=place,
        unit_kind=unit_kind,
        first_round=first_round.date() if first_round else None,
        runoff=runoff.date() if runoff else None,
        finalists=tuple(finalist or ()),
        blocs=blocs,
    )
    job = import_race.Import(
        file_format=file_format,
        files=tuple(files),
        folder=into,
        part=part,
        contest=contest,
        district=district,
        parties=_pairs("--party", party),
        crosswalk=crosswalk,
        election=election,
        held=date.date() if date else None,
        new_race=new_race,
        force=force,
    )
    _report(import_race.import_returns(job))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}" if number else f"no {noun}s"


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    pairs = {}
    for text in given or []:
        name, sign, value = text.rpartition("=")
        if not (name and sign and value):
            form = "CANDIDATE=PARTY" if option == "--party" else "BLOC=PARTY,PARTY"
            raise InputError(f'{option} must be "{form}", not {text!r}')
        pairs[name] = value
    return pairs


def _report(imported: "import_race.Imported") -> None:
    typer.echo(f"{imported.path}: {imported.n_units:,} units, {imported.votes:,} votes")
    for title, units in (
        ("not in the files", imported.missing),
        ("not in the first round", imported.extra),
    ):
        if units:
            named = ", ".join(f"{unit.county} {unit.name}" for unit in units[:5])
            more = ", ..." if len(units) > 5 else ""
            typer.echo(f"  {title}: {len(units):,} units ({named}{more})")
