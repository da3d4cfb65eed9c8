"""Where the forecast of Georgia's 6th district comes from: python -m tools.ga06_parts.

Prints the margin step by step at the posterior mean of each part, and the forecast of the model
over races with each collection left out of the learning. Only runoffs before the race's own teach.
"""

import sys
from collections.abc import Iterator

import numpy as np

from forecast.learn.coefficient_draws import PosteriorDraws
from forecast.learn.design import LOYALTY
from forecast.learn.learned_priors import candidate_groups
from forecast.learn.posterior_file import read_posterior, shipped_for
from forecast.learn.race_draws import log_odds_draws, race_draws
from forecast.learn.race_row import RaceRow, race_row
from forecast.learn.training_table import shipped_table
from forecast.learn.workshop import LAPLACE, Workshop
from forecast.race.folder import load_race
from forecast.race.prepared import prepare
from forecast.race.situation import situation_of
from forecast.record.find import find_race
from forecast.stats.arrays import FloatArray

RACE = "ga06-2017"
N_REPEATS, SEED = 20, 1
TURNOUT = 0.5  # does not matter here


def margin(log_odds: float | FloatArray) -> float:
    """Mean margin of the first finalist in points."""
    return float(100.0 * np.tanh(np.asarray(log_odds) / 2.0).mean())


def steps(posterior: PosteriorDraws, row: RaceRow) -> Iterator[tuple[str, float]]:
    """Name and margin after each step, every part at its posterior mean."""
    draws = race_draws(posterior, row, np.random.default_rng(SEED))
    share = np.array([group.share for group in row.groups])
    side = np.array([float(group.side) for group in row.groups])
    half = np.where(side > 0, 1.0, np.where(side < 0, 0.0, 0.5))

    def streams(loyalty: float, returning: FloatArray, first: FloatArray) -> float:
        stay = loyalty * row.shares + (1.0 - loyalty) * row.shares[::-1]
        gained = share * returning
        votes = stay + np.array([gained @ first, gained @ (1.0 - first)])
        return float(np.log(votes[0] / votes[1]))

    everybody = np.ones(len(share))
    returning = draws.returning.mean(axis=0)
    mean = draws.transfer.mean(axis=0)
    slopes = [draws.affinity.mean(), draws.lean.mean()]
    apart = [np.array([g.affinity for g in row.groups]), np.array([g.lean for g in row.groups])]
    own = mean - slopes[0] * apart[0] - slopes[1] * apart[1]
    binding = np.where(side > 0, draws.bind[:, 0].mean(), -draws.bind[:, 1].mean())
    bound = np.where(side != 0, binding, own)

    def chosen(odds: FloatArray) -> FloatArray:
        return np.asarray(1.0 / (1.0 + np.exp(-odds)))

    yield "adding up the blocs", margin(streams(1.0, everybody, half))
    yield "how often eliminated voters return", margin(streams(1.0, returning, half))
    yield "loyalty", margin(streams(LOYALTY, returning, half))
    yield "binding of the blocs", margin(streams(LOYALTY, returning, chosen(bound)))
    yield "triples of blocs", margin(streams(LOYALTY, returning, chosen(own)))
    yield "affinity", margin(streams(LOYALTY, returning, chosen(own + slopes[0] * apart[0])))
    at_mean = streams(LOYALTY, returning, chosen(mean))
    yield "lean", margin(at_mean)
    slope, shift = float(draws.slope.mean()), float(draws.shift.mean())
    consolidation = posterior.number("location.consolidation").mean() * row.consolidation
    yield "reversion, and the weight that earlier elections take", margin(slope * at_mean)
    yield "consolidation", margin(slope * at_mean + consolidation)
    yield "what earlier elections say, and drift", margin(slope * at_mean + shift)
    yield "uncertainty of all of it", margin(spread(posterior, row))


def spread(posterior: PosteriorDraws, row: RaceRow) -> FloatArray:
    """Draws of the runoff's log-odds by the model over races."""
    rng = np.random.default_rng(SEED)
    return np.concatenate(
        [log_odds_draws(race_draws(posterior, row, rng), row, rng) for _ in range(N_REPEATS)]
    )


def said(name: str, odds: FloatArray) -> str:
    """A row of the table: odds, mean margin, central 90%."""
    low, high = (100.0 * np.tanh(np.quantile(odds, q) / 2.0) for q in (0.05, 0.95))
    won = float((odds > 0).mean())
    return f"| {name} | {won:.2f} | {margin(odds):+.1f} | {low:+.1f} to {high:+.1f} |\n"


def main() -> None:
    """Print both tables."""
    race = load_race(find_race(RACE))
    groups, _ = candidate_groups(prepare(race, TURNOUT))
    row = race_row(race, situation_of(race), groups)
    runoff = race.contest.runoff
    file = shipped_for(runoff)
    assert file is not None
    posterior = read_posterior(file).draws
    out, before = sys.stdout, 0.0
    out.write(f"{race.contest.finalists[0]} first\n\n| step | margin | change |\n|---|---|---|\n")
    for name, now in steps(posterior, row):
        out.write(f"| {name} | {now:+.1f} | {now - before:+.1f} |\n")
        before = now
    out.write("\n| learned from | odds | margin | 90% |\n|---|---|---|---|\n")
    out.write(said("all", spread(posterior, row)))
    table = shipped_table()
    for left_out in sorted({finished.collection for finished in table}):
        some = tuple(one for one in table if one.collection != left_out)
        learned = Workshop.of(some).learn(before=runoff, method=LAPLACE)
        out.write(said(f"all but {left_out}", spread(learned.draws, row)))
        out.flush()


if __name__ == "__main__":
    main()
