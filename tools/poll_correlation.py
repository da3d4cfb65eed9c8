"""Write the races of models/poll_correlation.yaml: python -m tools.poll_correlation.

Every finished race with polls is forecast without them by a fit to all other days, and the
result is looked for in both distributions of the share.
"""

from statistics import NormalDist

import numpy as np
import yaml

from forecast.defaults import HoldOutDesign
from forecast.evidence.polls import Polls
from forecast.evidence.shared_error import SHARED_ERROR_DOCUMENT
from forecast.files import shipped_folder
from forecast.learn.training_table import shipped_table
from forecast.record.finished_races import RecordRace, read_record
from forecast.score.backtest import evidence_of, fold_of
from forecast.score.forecaster import Draws
from forecast.score.learned_forecaster import LearnedPriors
from forecast.score.row import oriented
from forecast.stats.distributions import logit
from forecast.stats.scale_mixture import StudentTable

N_DRAWS = 4000


def errors_of(finished: RecordRace, polls: Polls) -> dict[str, object]:
    """Normal scores of the result in the polls and in the forecast without them."""
    table, forecaster = shipped_table(), LearnedPriors()
    _, left_out = fold_of(finished, table, HoldOutDesign.DAYS)
    learned = forecaster.learn(table, left_out)
    _, runoffs = forecaster.forecast(finished.race, learned, Draws(n_draws=N_DRAWS))
    votes = runoffs.county_votes.sum(axis=1)
    shares, actual = votes[:, 0] / votes.sum(axis=1), finished.share()
    rank = (np.sum(shares < actual) + 0.5) / (N_DRAWS + 1)
    likelihood = polls.likelihood
    z = (float(logit(np.array(actual))) - likelihood.location) / likelihood.scale
    below = float(StudentTable(likelihood.df).cdf(z))
    score = NormalDist().inv_cdf
    return {
        "runoff": finished.race.contest.runoff,
        "polls": round(score(below), 3),
        "forecast": round(score(float(rank)), 3),
    }


def main() -> None:
    """Forecast the races, and write the document again below its prior."""
    found = {}
    for finished in map(oriented, read_record()):
        polls = [one for one in evidence_of(finished) if isinstance(one, Polls)]
        if polls:
            found[finished.id] = errors_of(finished, polls[0])
    path = shipped_folder("models") / SHARED_ERROR_DOCUMENT
    head = path.read_text(encoding="utf-8").partition("races:")[0]
    path.write_text(head + yaml.safe_dump({"races": found}, sort_keys=True), encoding="utf-8")


if __name__ == "__main__":
    main()
