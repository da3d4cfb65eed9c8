"""`forecast priors`: read, check, compare and write priors."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.lazy_group import new_program
from forecast.cli.options import (
    AsOfOption,
    LearnedOption,
    PollsOption,
    PriorsOption,
    RaceArgument,
    SetOption,
    day_of,
)
from forecast.defaults import DEFAULT_RACE, PriorChoice
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast.diagnose import prior_predictive
    from forecast.evidence import race_evidence
    from forecast.evidence.protocol import Evidence
    from forecast.learn import race_priors
    from forecast.output import prior_table, race_words
    from forecast.priors import documents, prior_set
    from forecast.race import folder as race_folder
    from forecast.record import find

priors_app = new_program(help="Read and tune the priors.\n\nExample: forecast priors show")


@priors_app.command()
def show(
    race: RaceArgument = DEFAULT_RACE,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    as_of: AsOfOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also show meaning, reason and source.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """Show every prior with its 90% range, in points or shares, and who set it.

    Example: forecast priors show ga06-2017 --set runoff.loyalty.low=0.9
    """
    resolved = _resolved(race, priors, settings, learned, day_of(as_of)).priors
    if as_json:
        sys.stdout.write(json.dumps(resolved.document(), indent=2) + "\n")
    else:
        table = prior_table.explained_priors if explain else prior_table.prior_table
        sys.stdout.write(table(resolved))


@priors_app.command()
def check(
    race: RaceArgument = DEFAULT_RACE,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    as_of: AsOfOption = None,
    polls: PollsOption = True,
) -> None:
    """List every fault of the priors at once, and show what they imply before a fit.

    Example: forecast priors check --priors my_priors.yaml
    """
    resolved = _resolved(race, priors, settings, learned, day_of(as_of))
    origins = [entry.origin for entry in resolved.priors.entries]
    changed = len(origins) - origins.count("default")
    sys.stdout.write(f"OK: {len(origins)} priors, {changed} of them not the default\n\n")
    implied = prior_predictive.prior_predictive(
        resolved.prepared, resolved.priors, _polls(resolved, polls)
    )
    sys.stdout.write(prior_table.predictive_table([("these priors", implied)], _labels(resolved)))


@priors_app.command()
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A prior file, or the word default.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another, or the word default.")],
    race: Annotated[
        str, typer.Option("--race", metavar="RACE", help="Race to read both files for.")
    ] = DEFAULT_RACE,
) -> None:
    """Show where two prior files differ, and what each implies before a fit.

    Example: forecast priors diff default my_priors.yaml
    """
    names = (first, second)
    sets = [_resolved(race, None if name == "default" else Path(name), None) for name in names]
    implied = [
        (
            Path(n).stem,
            prior_predictive.prior_predictive(s.prepared, s.priors, _polls(s, use=True)),
        )
        for n, s in zip(names, sets, strict=True)
    ]
    sys.stdout.write(
        prior_table.difference_table(sets[0].priors, sets[1].priors, (implied[0][0], implied[1][0]))
        + "\n"
    )
    sys.stdout.write(prior_table.predictive_table(implied, _labels(sets[0])))


@priors_app.command()
def template(
    race: RaceArgument = DEFAULT_RACE, priors: PriorsOption = None, settings: SetOption = None
) -> None:
    """Print a commented prior file to edit.

    Example: forecast priors template > my_priors.yaml
    """
    sys.stdout.write(documents.template(_priors(race, priors, settings)))


def _priors(race: str, priors: Path | None, settings: list[str] | None) -> "prior_set.PriorSet":
    return _resolved(race, priors, settings).priors


def _resolved(
    race: str,
    priors: Path | None,
    settings: list[str] | None,
    learned: str | None = None,
    as_of: date | None = None,
) -> "race_priors.ResolvedRace":
    """A race, prepared, with its priors."""
    folder = find.find_race(race)
    choice = PriorChoice(priors, tuple(settings or ()), learned)
    return race_priors.resolve_race(race_folder.load_race(folder), folder, choice, as_of)


def _labels(resolved: "race_priors.ResolvedRace") -> tuple[str, str]:
    return race_words.finalist_labels(resolved.prepared.race.contest)


def _polls(resolved: "race_priors.ResolvedRace", use: bool) -> "tuple[Evidence, ...]":
    """The polls of a race folder by the day of the forecast."""
    if not use:
        return ()
    race = resolved.prepared.race
    return race_evidence.race_evidence(race, resolved.folder, as_of=resolved.as_of)
