"""`forecast priors`: read, check, compare and write priors."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.options import PriorsOption, RaceArgument, SetOption
from forecast.defaults import DEFAULT_RACE

if TYPE_CHECKING:
    from forecast.priors.prior_set import PriorSet

priors_app = typer.Typer(
    help="Read and tune the priors.\n\nExample: forecast priors show",
    no_args_is_help=True,
    rich_markup_mode=None,  # importing rich costs more than the whole help
)


@priors_app.command()
def show(
    race: RaceArgument = DEFAULT_RACE,
    priors: PriorsOption = None,
    settings: SetOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also what each means, why, and its source.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """Every prior with its 90% range, in points or shares, and who set it.

    Example: forecast priors show ga06-2017 --set runoff.loyalty.low=0.9
    """
    from forecast.output.prior_table import explained_priors, prior_table

    resolved = _priors(race, priors, settings)
    if as_json:
        import json

        sys.stdout.write(json.dumps(resolved.document(), indent=2) + "\n")
    else:
        sys.stdout.write(explained_priors(resolved) if explain else prior_table(resolved))


@priors_app.command()
def check(
    race: RaceArgument = DEFAULT_RACE, priors: PriorsOption = None, settings: SetOption = None
) -> None:
    """Name every fault of the priors at once, and show what they imply before a fit.

    Example: forecast priors check --priors my_priors.yaml
    """
    from forecast.diagnose.prior_predictive import prior_predictive
    from forecast.output.prior_table import predictive_table
    from forecast.race.folder import load_race
    from forecast.record.find import find_race

    resolved = _priors(race, priors, settings)
    origins = [entry.origin for entry in resolved.entries]
    changed = len(origins) - origins.count("default")
    sys.stdout.write(f"OK: {len(origins)} priors, {changed} of them not the default\n\n")
    implied = prior_predictive(load_race(find_race(race)), resolved)
    sys.stdout.write(predictive_table([("these priors", implied)]))


@priors_app.command()
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A prior file, or the word default.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another, or the word default.")],
    race: Annotated[
        str, typer.Option("--race", metavar="RACE", help="Race that both are read for.")
    ] = DEFAULT_RACE,
) -> None:
    """Where two prior files differ, and what each implies before a fit.

    Example: forecast priors diff default my_priors.yaml
    """
    from forecast.diagnose.prior_predictive import prior_predictive
    from forecast.output.prior_table import difference_table, predictive_table
    from forecast.race.folder import load_race
    from forecast.record.find import find_race

    names = (first, second)
    sets = [_priors(race, None if name == "default" else Path(name), None) for name in names]
    loaded = load_race(find_race(race))
    implied = [
        (Path(n).stem, prior_predictive(loaded, s)) for n, s in zip(names, sets, strict=True)
    ]
    sys.stdout.write(difference_table(sets[0], sets[1], (implied[0][0], implied[1][0])) + "\n")
    sys.stdout.write(predictive_table(implied))


@priors_app.command()
def template(
    race: RaceArgument = DEFAULT_RACE, priors: PriorsOption = None, settings: SetOption = None
) -> None:
    """A commented prior file to edit.

    Example: forecast priors template > my_priors.yaml
    """
    from forecast.priors.documents import template as write_template

    sys.stdout.write(write_template(_priors(race, priors, settings)))


def _priors(race: str, priors: Path | None, settings: list[str] | None) -> "PriorSet":
    from forecast.learn.race_priors import race_priors
    from forecast.race.folder import load_race
    from forecast.record.find import find_race

    folder = find_race(race)
    return race_priors(load_race(folder), folder, priors, settings or ())
