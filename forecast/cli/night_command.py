"""`forecast night`: the forecast as the count comes in."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.options import (
    JsonOption,
    LearnedOption,
    PollsOption,
    PriorsOption,
    QuietOption,
    RaceArgument,
    SeedOption,
    SetOption,
    UnhealthyOption,
)
from forecast.cli.printing import say
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
    reading_options,
)
from forecast.cli.records import fit_options, prior_choice
from forecast.defaults import DEFAULT_DRAWS, DEFAULT_RACE, DEFAULT_SEED, SimulationOptions
from forecast.errors import ForecastError, InputError
from forecast.lazy_imports import lazy_imports
from forecast.output.terminal import wants_colour

with lazy_imports():
    from forecast import files, fitted_race
    from forecast.night import (
        fetching,
        guards,
        last_snapshot,
        night_forecast,
        night_headings,
        repeated_night,
        session,
        state,
        told,
        turns,
    )
    from forecast.output import night_document, night_text
    from forecast.output.page import night_page, outlines
    from forecast.score import replay_files

# The last file was kept out as a whole: what is shown is the forecast from before it.
KEPT_OUT_EXIT = 3


def night(
    race: RaceArgument = DEFAULT_RACE,
    returns: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE|FOLDER",
            help="Returns so far; several files (of counties) are one snapshot, a folder holds"
            " snapshots, ordered by the time in them or by name.",
        ),
    ] = None,
    watch: Annotated[
        float | None,
        typer.Option(min=0.1, metavar="S", help="Check for new returns every S seconds."),
    ] = None,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write an HTML page that refreshes itself.")
    ] = None,
    as_json: JsonOption = False,
    replay: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FOLDER|ORDER",
            help="Replay a finished night: a folder of snapshots, or an order (random, county,"
            " small, early, first, second) of the race's own result, or of --returns.",
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="UNIT",
            help='Accept a unit as the file has it; "all" accepts the whole file in this call.',
        ),
    ] = None,
    hold: Annotated[
        list[str] | None,
        typer.Option(metavar="UNIT", help="Keep a unit at its last accepted count."),
    ] = None,
    release: Annotated[
        list[str] | None,
        typer.Option(metavar="UNIT", help="Undo an earlier --accept or --hold."),
    ] = None,
    back_to: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Return to the count after snapshot N; 0 is before the first."
        ),
    ] = None,
    stop_model: Annotated[
        bool, typer.Option("--stop-model", help="Show the count without odds.")
    ] = False,
    returns_command: Annotated[
        str | None,
        typer.Option(metavar="CMD", help="Your command that prints the returns file."),
    ] = None,
    state_folder: Annotated[
        Path | None,
        typer.Option(
            "--state", metavar="DIR", help="Folder for the night's state; ./RACE-night by default."
        ),
    ] = None,
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
    late_mail: Annotated[
        float,
        typer.Option(
            min=0,
            max=80,
            metavar="PERCENT",
            help="Part of a unit's votes that is mail counted after all of its precincts have"
            " reported.",
        ),
    ] = 0.0,
    draws: Annotated[
        int, typer.Option(min=256, metavar="N", help="Runoffs to simulate.")
    ] = DEFAULT_DRAWS,
    seed: SeedOption = DEFAULT_SEED,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    polls: PollsOption = True,
    quiet: QuietOption = False,
    allow_unhealthy: UnhealthyOption = False,
) -> None:
    """Forecast a runoff while it is being counted.

    Shows what the returns say so far, what is still uncounted, and what was kept out and why.

    Example: forecast night ga06-2017 --returns returns.csv --watch 60 --page night.html

    Published files are read as by `forecast data import`, with the same options.

    Example: forecast night ./my-race --returns results.csv --column "votes=Counted"
    """
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
        more_roles=night_headings.NIGHT_COLUMNS,
    )
    standing = field_options(
        party=party,
        candidate=candidate,
        primary=primary,
        not_a_candidate=not_a_candidate,
        is_a_candidate=is_a_candidate,
    )
    overruled = {
        **dict.fromkeys(accept or (), "accept"),
        **dict.fromkeys(hold or (), "hold"),
        **dict.fromkeys(release or (), ""),
    }
    has_source = bool(returns or replay or returns_command)
    # Units that are overruled are judged again by the last snapshot, which the night has kept.
    again = bool(overruled) and "all" not in overruled and not has_source and watch is None
    if back_to is None and not again:
        _require_one_source(returns, replay, returns_command)
    options = SimulationOptions(draws, seed=seed, polls=polls, allow_unhealthy=allow_unhealthy)
    fitting = fit_options(quiet)
    fitted = fitted_race.fit_race(race, prior_choice(priors, settings, learned), fitting)
    race_id = fitted.race.contest.id
    with files.temporary_folder() as scratch:
        own = scratch / "night" if replay else Path(f"{race_id}-night")
        folder = state_folder or own
        running = session.NightSession(
            fitted,
            options,
            state.NightState.read(folder, race_id),
            told=told.ToldOfFiles(reading, standing, late_mail),
            stopped=stop_model,
            notify=fitting.notify,
        )
        shapes = outlines.read_outlines(fitted.folder, fitted.race.first_round) if page else None

        def show(forecast: "night_forecast.NightForecast") -> None:
            if page is not None:
                refresh = max(int(watch or night_page.REFRESH_SECONDS), 1)
                night_page.write_night_page(forecast, page, shapes, refresh)
            if as_json:
                sys.stdout.write(night_document.night_document_text(forecast))
            else:
                colour = wants_colour(sys.stdout)
                sys.stdout.write(night_text.render_night(forecast, colour=colour))
            sys.stdout.flush()

        taking = turns.Turns(running)
        with taking.turn():
            running.overrule(overruled)
            if back_to is not None:
                gone_back = running.go_back(back_to)
                if not has_source:
                    show(gone_back)
                    return
            if again:
                last = last_snapshot.copy_of_last(running.state, scratch / "last")
                steps = [partial(running.update, last)] if last else []
                _run(running, steps, fitting.notify, show)
                return
            if replay:
                _run(running, _replayed(replay, returns, running, scratch), fitting.notify, show)
                return
            source = _source(returns, returns_command, scratch)
            look = partial(_look, running, source, fitting.notify, show, watching=watch is not None)
            look(first=True)
        while watch is not None:
            time.sleep(watch)
            with taking.turn() as changed:
                look(changed=changed)


def _require_one_source(
    returns: Sequence[Path] | None, replay: Sequence[str] | None, command: str | None
) -> None:
    if command is not None and (returns or replay):
        raise InputError("give --returns-command or --returns, not both")
    if not (returns or replay or command):
        raise InputError(
            "no returns: give --returns FILE, --returns-command CMD, or --replay ORDER to replay a "
            "finished race"
        )


def _source(
    returns: Sequence[Path] | None, command: str | None, scratch: Path
) -> Callable[[], list[tuple[Path, ...]]]:
    """What gives the snapshots that are there now."""
    if command is not None:
        return lambda: [(fetching.fetch(command, scratch),)]
    given = tuple(returns or ())
    if len(given) == 1 and given[0].is_dir():
        return lambda: fetching.snapshot_files(given[0])
    return lambda: [given]


def _look(
    running: "session.NightSession",
    source: Callable[[], list[tuple[Path, ...]]],
    notify: Callable[[str], None],
    show: Callable[["night_forecast.NightForecast"], None],
    *,
    watching: bool,
    first: bool = False,
    changed: bool = False,
) -> None:
    """Take the snapshots that are new, and show what another process has changed."""
    try:
        new = running.new_snapshots(source())
    except InputError as error:
        if not watching:
            raise
        # The source may be back at the next look.
        say(f"nothing new: {error}")
        new = []
    if not new and first:
        running.disarm()
    if new or first or changed:
        steps = [partial(running.update, paths) for paths in new]
        _run(running, steps, notify, show, watching=watching)


def _run(
    running: "session.NightSession",
    steps: Iterable["repeated_night.Step"],
    notify: Callable[[str], None],
    show: Callable[["night_forecast.NightForecast"], None],
    *,
    watching: bool = False,
) -> None:
    """Take snapshots in order, a step each, and show the last.

    Raises
    ------
    ForecastError
        When nobody waits for better ones and no snapshot could be read.
    typer.Exit
        When nobody waits for better ones and the last was kept out as a whole.
    """
    forecast, wrong, read = None, "", False
    for step in steps:
        forecast = step()
        unread = [guard.message for guard in forecast.guards if guard.rule == guards.UNREADABLE]
        read |= not unread
        wrong = unread[0] if unread else wrong
        for guard in forecast.guards:
            # An error says it last.
            if watching or guard.rule != guards.UNREADABLE or read:
                notify(f"kept out: {guard.message}")
    failed = wrong and not (read or watching)
    shown = forecast if forecast is not None else running.now()
    for note in shown.notes:
        running.say_once(note)
    if not failed or running.state.count is not None:
        show(shown)
    if failed:
        raise ForecastError(wrong)
    if not watching and any(guard.whole for guard in shown.guards):
        raise typer.Exit(KEPT_OUT_EXIT)


def _replayed(
    replay: Sequence[str],
    returns: Sequence[Path] | None,
    running: "session.NightSession",
    scratch: Path,
) -> "Iterator[repeated_night.Step]":
    """Snapshots of a replay: of a night, of folders, or of the race's own result in an order."""
    for number, what in enumerate(replay):
        if (Path(what) / state.STATE_FILE).is_file() and (night := _night_of(what, running)):
            yield from repeated_night.steps_of(night, running)
            continue
        if Path(what).is_dir():
            snapshots = iter(fetching.snapshot_files(Path(what)))
        else:
            folder = scratch / f"replay-{number}"
            given = tuple(returns or ())
            snapshots = replay_files.write_replay(what, running.fitted, given, folder, running.told)
        for paths in snapshots:
            yield partial(running.update, paths)


def _night_of(folder: str, running: "session.NightSession") -> "state.NightState | None":
    """The night that a folder holds, None where it cannot be read."""
    try:
        return state.NightState.read(Path(folder), running.state.race)
    except InputError as error:
        running.notify(
            f"{error}. Its snapshots are read again without what was overruled or taken back"
        )
        return None
