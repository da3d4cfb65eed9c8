"""`forecast score`: one forecast beside what happened."""

import sys

from forecast.cli.options import (
    DesignOption,
    JsonOption,
    PastOption,
    RaceArgument,
    ScoreDrawsOption,
    SeedOption,
    chosen_design,
)
from forecast.cli.printing import json_text
from forecast.defaults import DEFAULT_RACE, DEFAULT_SCORE_DRAWS, DEFAULT_SEED
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast.output import score_text
    from forecast.record import finished_races
    from forecast.score import (
        backtest,
        forecaster,
        learned_forecaster,
        one_race,
        record_document,
    )


def score(
    race: RaceArgument = DEFAULT_RACE,
    design: DesignOption = None,
    past: PastOption = False,
    draws: ScoreDrawsOption = DEFAULT_SCORE_DRAWS,
    seed: SeedOption = DEFAULT_SEED,
    as_json: JsonOption = False,
) -> None:
    """Set a forecast of a finished race beside its result.

    The forecast has not seen it: it learns from the runoffs that ship with the program, without
    a twentieth of their days, the race's own among them. Race, turnout, counties, units, and
    flows where the counts bound them.

    Example: forecast score la_gov_2015 --past
    """
    settings = backtest.Settings(chosen_design(design, past), forecaster.Draws(draws, seed))
    record = finished_races.read_record()
    finished = finished_races.find_finished(race, record)
    found = one_race.score_one(finished, record, learned_forecaster.LearnedPriors(), settings)
    if as_json:
        document = {**found.document(), "held_out": record_document.held_out_words(settings)}
        sys.stdout.write(json_text(document))
    else:
        contest = finished.race.contest
        sys.stdout.write(
            score_text.render_race(found, contest, record_document.held_out_words(settings))
        )
