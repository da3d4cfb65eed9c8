"""`forecast report`: the forecast as one HTML page."""

import html
import re
import shlex
import webbrowser
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.options import (
    AsOfOption,
    DrawsOption,
    HistoryOption,
    LearnedOption,
    PollsOption,
    PriorsOption,
    QuietOption,
    RaceArgument,
    ScenariosOption,
    SeedOption,
    SetOption,
    UnhealthyOption,
    VerboseOption,
    day_of,
)
from forecast.cli.records import forecast_for_page, prior_choice
from forecast.defaults import (
    DEFAULT_DRAWS,
    DEFAULT_RACE,
    DEFAULT_SEED,
    PriorChoice,
    SimulationOptions,
)
from forecast.errors import ForecastError
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import files, fitted_race
    from forecast.output.page import report as page
    from forecast.record.find import find_race


def report(
    race: RaceArgument = DEFAULT_RACE,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The HTML file; ./RACE.html by default."),
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    url: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Where the page will be: adds a social-media preview with a picture.",
        ),
    ] = "",
    draws: DrawsOption = DEFAULT_DRAWS,
    seed: SeedOption = DEFAULT_SEED,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    as_of: AsOfOption = None,
    polls: PollsOption = True,
    scenarios_file: ScenariosOption = None,
    history: HistoryOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    allow_unhealthy: UnhealthyOption = False,
) -> None:
    """Write the forecast as one HTML page: odds, map, flows, what would change it.

    The page is self-contained: email it or put it on any server.

    Example: forecast report ga06-2017 --open
    """
    choice = prior_choice(priors, settings, learned)
    options = SimulationOptions(draws, seed=seed, polls=polls, allow_unhealthy=allow_unhealthy)
    if out is not None:
        files.require_writable(out)
    else:
        _require_own_page(race)
    inputs = forecast_for_page(
        race, choice, options, scenarios_file, quiet, day_of(as_of), verbose, history or ()
    )
    path = out or Path(f"{inputs.simulation.race.contest.id}.html")
    again = command_again(race, choice, options, scenarios_file, day_of(as_of), history or ())
    page.write_page(inputs, path, again, url)
    inputs.notify(f"wrote {path} ({path.stat().st_size / 1e6:.1f} MB)")
    if show and not webbrowser.open(path.resolve().as_uri()):
        raise ForecastError(f"no browser could be started; open {path} by hand")


def _require_own_page(race: str) -> None:
    """Refuse to write over a page of another race folder, whose race has the same id.

    Raises
    ------
    ForecastError
        When ./RACE.html is there, and is of another folder or does not tell of which.
    """
    path = Path(f"{fitted_race.load_race(race).contest.id}.html")
    if not path.exists():
        return
    text = html.unescape(path.read_text(encoding="utf-8", errors="replace"))
    made = re.search(r"<code>forecast report (.+?)</code>", text)
    of = shlex.split(made[1])[0] if made else ""
    folder = find_race(race).resolve()
    try:
        same = bool(of) and find_race(of).resolve() == folder
    except ForecastError:  # of a folder elsewhere a page has the name alone
        same = of == folder.name
    if not same:
        raise ForecastError(
            f"{path} is there and is {f'the page of {of}' if of else 'no page that tells its race'}"
            f", not of {race}: give another file with --out, or move it away"
        )


def command_again(
    race: str,
    choice: PriorChoice,
    options: SimulationOptions,
    scenarios_file: Path | None,
    as_of: date | None = None,
    history: Sequence[Path] = (),
) -> str:
    """The command that makes the same page again, as a line for a shell."""
    given: list[tuple[str, Sequence[object]]] = [
        ("--draws", [options.draws]),
        ("--seed", [options.seed]),
        ("--priors", [choice.file] if choice.file else []),
        ("--set", choice.settings),
        ("--learned", [choice.learned] if choice.learned else []),
        ("--as-of", [as_of] if as_of else []),
        ("--scenarios", [scenarios_file] if scenarios_file else []),
        ("--history", history),
    ]
    words = ["forecast", "report", shown_path(race)]
    words += [] if options.polls else ["--no-polls"]
    words += [
        word
        for name, values in given
        for value in values
        for word in (name, shown_path(value) if isinstance(value, Path) else str(value))
    ]
    return shlex.join(words)


def shown_path(path: str | Path) -> str:
    """A path as a page shows it: from the current folder, else its last part.

    Where a page is public, the folders of who made it are not.
    """
    if not Path(path).is_absolute():
        return str(path)
    try:
        return str(Path(path).resolve().relative_to(Path.cwd().resolve()))
    except ValueError:
        return Path(path).name
