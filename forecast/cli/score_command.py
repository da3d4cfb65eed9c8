"""`forecast score`: one forecast beside what happened."""

import sys
from typing import Annotated

import typer

from forecast.cli.options import (
    AsOfOption,
    DesignOption,
    JsonOption,
    LearnedOption,
    PastOption,
    PollsOption,
    PriorsOption,
    QuietOption,
    RaceArgument,
    SeedOption,
    SetOption,
    UnhealthyOption,
    chosen_design,
    day_of,
)
from forecast.cli.printing import json_text
from forecast.cli.records import fit_options, prior_choice
from forecast.defaults import (
    DEFAULT_DRAWS,
    DEFAULT_RACE,
    DEFAULT_SCORE_DRAWS,
    DEFAULT_SEED,
    SimulationOptions,
)
from forecast.errors import InputError
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import workflow
    from forecast.output import score_text
    from forecast.record import find, finished_races, shipped_races
    from forecast.score import (
        backtest,
        forecaster,
        learned_forecaster,
        one_race,
        published,
        record_document,
    )


def score(
    race: RaceArgument = DEFAULT_RACE,
    design: DesignOption = None,
    past: PastOption = False,
    draws: Annotated[
        int | None,
        typer.Option(
            min=100,
            metavar="N",
            help=f"Runoffs to simulate: {DEFAULT_DRAWS:,}, or {DEFAULT_SCORE_DRAWS:,} with a "
            "hold-out design.",
        ),
    ] = None,
    seed: SeedOption = DEFAULT_SEED,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    as_of: AsOfOption = None,
    polls: PollsOption = True,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    allow_unhealthy: UnhealthyOption = False,
) -> None:
    """Compare a forecast of a finished race with its result.

    Uses the forecast of `forecast simulate`. With --design it uses the backtest's: learned from
    the shipped runoffs minus those the design holds out (including the race itself), with the
    first round fitted by an approximation.

    Example: forecast score la_gov_2015
    """
    if design is None and not past:
        options = SimulationOptions(
            draws or DEFAULT_DRAWS, seed=seed, polls=polls, allow_unhealthy=allow_unhealthy
        )
        fitting = fit_options(quiet)
        choice = prior_choice(priors, settings, learned)
        made = workflow.simulate_race(race, choice, fitting, options, as_of=day_of(as_of))
        found, how = published.score_published(made), score_text.published_words(made)
        facts = {"as_of": str(made.as_of), "held_out": None}
        contest_race = made.race
    else:
        if priors or settings or learned or as_of:
            raise InputError(
                "--design and --past learn priors of their own, of a day of their own: leave out "
                "--priors, --set, --learned and --as-of"
            )
        drawn = forecaster.Draws(draws or DEFAULT_SCORE_DRAWS, seed)
        held_out = backtest.Settings(chosen_design(design, past), drawn)
        if race not in (*shipped_races.record_ids(), *find.shipped_races()):
            find.find_race(race)  # a folder, or an error before the record is read
        record = finished_races.read_record()
        finished = finished_races.find_finished(race, record)
        contest_race = finished.race
        how = record_document.held_out_words(held_out)
        facts = {"as_of": None, "held_out": how}
        found = one_race.score_one(finished, record, learned_forecaster.LearnedPriors(), held_out)
    if as_json:
        sys.stdout.write(json_text({**found.document(), **facts}))
    else:
        sys.stdout.write(score_text.render_race(found, contest_race, how))
