"""`forecast data`: the races, their files, and returns from elsewhere into a race folder."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from forecast.cli import completion
from forecast.cli.data_list import list_races
from forecast.cli.lazy_group import new_program
from forecast.cli.options import RaceArgument
from forecast.cli.reading_options import (
    AddUpOption,
    CandidateOption,
    CellOption,
    ColumnOption,
    ContestOption,
    DistrictOption,
    EncodingOption,
    FillDownOption,
    LeaveOutOption,
    NobodyOption,
    PartyOption,
    PrimaryOption,
    RoundOption,
    SheetOption,
    SomebodyOption,
    ThousandsOption,
    WhereOption,
    field_options,
    pairs,
    reading_options,
)
from forecast.defaults import DEFAULT_RACE
from forecast.errors import InputError
from forecast.importing.format_names import FormatName
from forecast.lazy_imports import lazy_imports
from forecast.output.terminal import screen_width
from forecast.race import faults
from forecast.race.plain_names import visible

with lazy_imports():
    from forecast.importing import (
        check,
        describe,
        import_options,
        import_part,
        poll_headings,
        race_yaml_writer,
        understood,
    )
    from forecast.output import known_result, rehearsal
    from forecast.race import folder as race_folder
    from forecast.record import find

data_app = new_program(help="Races and their files.\n\nExample: forecast data list")
DAY = ["%Y-%m-%d"]


class Part(StrEnum):
    """Which part of a race folder an import writes."""

    FIRST_ROUND = "first_round"
    RUNOFF = "runoff"
    BASELINE = "baseline"
    MAP = "map"
    POLLS = "polls"


FilesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="[FORMAT] FILES...",
        help="Files, for example one per county. The format is detected, or name it first: "
        f"{', '.join(FormatName)}.",
    ),
]
IntoOption = Annotated[Path, typer.Option("--into", "--out", help="Race folder to write into.")]
PartOption = Annotated[
    Part | None,
    typer.Option(
        "--as",
        help="Role of the files in the race folder; default: first_round, or map for a map file.",
    ),
]
CrsOption = Annotated[
    str, typer.Option("--crs", help="Coordinate system of a map that names none: EPSG:2240.")
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what was understood and write nothing.")
]
CrosswalkOption = Annotated[
    Path | None, typer.Option(help="CSV of names that differ: county,name,known_as.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite a table that exists.")]
ElectionOption = Annotated[str, typer.Option(help='The baseline in words: "2016 president".')]
DateOption = Annotated[datetime | None, typer.Option(formats=DAY, help="Day of the baseline.")]
IdOption = Annotated[
    str, typer.Option("--id", help="Id of a new race; default: the folder's name.")
]
TitleOption = Annotated[
    str,
    typer.Option(help="Title of a new race: the election in words, like 'Mayor of Lecce, 2024'."),
]
OfficeOption = Annotated[str, typer.Option(help="Office of a new race.")]
PlaceOption = Annotated[str, typer.Option(help="Place of a new race; default: its title.")]
CountyKindOption = Annotated[
    str,
    typer.Option(
        help="Name for a group of units, such as ward; default: from the column or place."
    ),
]
UnitKindOption = Annotated[
    str, typer.Option(help="Name for a unit of a new race; default: precinct.")
]
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
CountryOption = Annotated[
    str, typer.Option(help="Country of a new race: Poland, Polska or PL; US.")
]
StateOption = Annotated[str, typer.Option(help="State of a new race in the US, by postal code.")]
LevelOption = Annotated[
    str,
    typer.Option(
        help="Level of a new race's office, such as local; default: guessed from its name.",
        autocompletion=completion.levels,
    ),
]
KindOption = Annotated[
    str,
    typer.Option(
        help="Kind of a new race's election, such as top_two; default: guessed.",
        autocompletion=completion.kinds,
    ),
]
FinalistOption = Annotated[
    list[str] | None, typer.Option(help="Finalist of a new race; give it twice.")
]
ShortNameOption = Annotated[
    list[str] | None,
    typer.Option(
        "--short-name", help='"CANDIDATE=SHORT": what tables call a candidate; repeatable.'
    ),
]


data_app.command("list")(list_races)


@data_app.command("show")
def show_race(race: RaceArgument = DEFAULT_RACE) -> None:
    """Show what a race folder holds, its result, and what is missing.

    Example: forecast data show ga06-2017
    """
    folder = find.find_race(race)
    result = known_result.known_result(race_folder.load_race(folder), folder)
    votes = None if result is None else result.votes
    typer.echo(visible(describe.describe(folder, votes, screen_width())))


@data_app.command("check")
def check_race_folder(
    race: RaceArgument = DEFAULT_RACE,
    everything: Annotated[
        bool, typer.Option("--all", help="Print every line, not the first 50 errors and notes.")
    ] = False,
) -> None:
    """Check every file of a race folder; exits with code 2 if something is wrong.

    Example: forecast data check ./my-race
    """
    folder = find.find_race(race)
    report = check.check_race(folder)
    # A race whose files are sound is forecast with a made-up fit: what would fail fails here.
    failed = tuple(rehearsal.rehearse(report.race, folder)) if report.race and report.usable else ()
    wrong = report.faults + failed
    for kind, found in (("error", wrong), ("note", report.notes)):
        for line in map(str, found) if everything else faults.shown(found):
            typer.echo(visible(f"{kind}: {line}"))
    for reason in report.switched_off:
        typer.echo(f"off: {reason}")
    for line in report.assumed:
        typer.echo(visible(f"assumed: {line}"))
    errors, notes = _count(len(wrong), "error"), _count(len(report.notes), "note")
    typer.echo(f"{folder.name}: {errors}, {notes}")
    if wrong:
        raise typer.Exit(InputError.exit_code)


@data_app.command("import")
def import_files(
    files: FilesArgument,
    into: IntoOption,
    part: PartOption = None,
    contest: ContestOption = None,
    district: DistrictOption = "",
    party: PartyOption = None,
    candidate: CandidateOption = None,
    primary: PrimaryOption = "",
    not_a_candidate: NobodyOption = None,
    is_a_candidate: SomebodyOption = None,
    leave_out: LeaveOutOption = None,
    add_up: AddUpOption = False,
    cell: CellOption = None,
    column: ColumnOption = None,
    thousands: ThousandsOption = ",",
    encoding: EncodingOption = "",
    sheet: SheetOption = "",
    where: WhereOption = None,
    fill_down: FillDownOption = None,
    round_: RoundOption = "",
    crosswalk: CrosswalkOption = None,
    election: ElectionOption = "",
    date: DateOption = None,
    race_id: IdOption = "",
    title: TitleOption = "",
    office: OfficeOption = "",
    place: PlaceOption = "",
    unit_kind: UnitKindOption = "",
    county_kind: CountyKindOption = "",
    first_round: FirstRoundOption = None,
    runoff: RunoffOption = None,
    finalist: FinalistOption = None,
    short_name: ShortNameOption = None,
    bloc: BlocOption = None,
    country: CountryOption = "",
    state: StateOption = "",
    level: LevelOption = "",
    kind: KindOption = "",
    crs: CrsOption = "",
    dry_run: DryRunOption = False,
    force: ForceOption = False,
) -> None:
    """Import published returns into a race folder, the first round first.

    The files are recognized from their content, and the import shows what it found: contest,
    candidates, units, and what was skipped. The first round makes race.yaml from the options
    and the files; the runoff, the baselines, the map and the polls are matched to it.

    \b
    Example: forecast data import cobb.xml fulton.xml --into my-race \\
      --contest "U.S. Representative, District 6" --title "Georgia 6" \\
      --office "US House" --first-round 2017-04-18 --runoff 2017-06-20 \\
      --finalist "KAREN HANDEL" --finalist "JON OSSOFF"

    \b
    Example: forecast data import openelections cobb.csv --into my-race \\
      --as baseline --office-name "President of the United States" \\
      --election "2016 president" --date 2016-11-08 --crosswalk names.csv

    Example: forecast data import results.csv --into my-race --as runoff

    Example: forecast data import precincts.zip --into my-race --as map
    """  # noqa: D301  (Click keeps the lines of a paragraph after a real backspace)
    named, paths = _format_and_files(files)
    blocs = {name: tuple(labels.split(",")) for name, labels in pairs("--bloc", bloc).items()}
    new_race = race_yaml_writer.NewRace(
        id=race_id,
        title=title,
        office=office,
        place=place,
        unit_kind=unit_kind,
        county_kind=county_kind,
        first_round=first_round.date() if first_round else None,
        runoff=runoff.date() if runoff else None,
        finalists=tuple(finalist or ()),
        blocs=blocs,
        country=country,
        state=state,
        level=level,
        kind=kind,
        short_names=pairs("--short-name", short_name),
    )
    reading = reading_options(
        contest=contest,
        district=district,
        leave_out=leave_out,
        add_up=add_up,
        cell=cell,
        column=column,
        thousands=thousands,
        encoding=encoding,
        sheet=sheet,
        where=where,
        fill_down=fill_down,
        round_=round_,
        more_roles=poll_headings.POLL_ROLES,
    )
    standing = field_options(
        party=party,
        candidate=candidate,
        primary=primary,
        not_a_candidate=not_a_candidate,
        is_a_candidate=is_a_candidate,
    )
    options = import_options.ImportOptions(
        file_format=named,
        files=paths,
        folder=into,
        part=part.value if part else "",
        reading=reading,
        standing=standing,
        crosswalk=crosswalk,
        election=election,
        held=date.date() if date else None,
        new_race=new_race,
        crs=crs,
        dry_run=dry_run,
        force=force,
    )
    typer.echo(visible(understood.text_of(import_part.import_files(options))))


def _format_and_files(given: list[str]) -> tuple[str, tuple[Path, ...]]:
    """The format, where a person names it before the files, and the files."""
    named = given[0] in tuple(FormatName) and not Path(given[0]).is_file()
    if named and len(given) == 1:
        raise InputError(f"no file is named after the format {given[0]}")
    return (given[0] if named else ""), tuple(map(Path, given[named:]))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}" if number else f"no {noun}s"
