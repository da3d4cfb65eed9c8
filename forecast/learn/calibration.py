"""Calibration by simulation: records drawn from the model, and whether fits to them are honest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from forecast.learn.mode import Compiled, Races, fit_laplace
from forecast.learn.nuts import CHAINS, sample
from forecast.learn.race_row import TWO_BLOCS, Group, RaceRow
from forecast.learn.training_table import FinishedRow
from forecast.learn.workshop import LAPLACE, Workshop
from forecast.race.place_words import US
from forecast.race.situation import GENERAL_RUNOFF, OWN, Situation
from forecast.stats.arrays import FloatArray

# Every so many draws of NUTS one is ranked: they are nearly independent then.
THINNING = 4


@dataclass(frozen=True, eq=False)
class Ranks:
    """Where the truth lay among the draws of fits to simulated records.

    Attributes
    ----------
    names
        Block of each variable, shape (n_variables,).
    ranks
        Part of the draws below the truth, shape (n_records, n_variables): uniform where fits
        are honest.
    """

    names: tuple[str, ...]
    ranks: FloatArray

    def coverage(self, level: float) -> float:
        """How often the central interval held the truth, over all variables and records."""
        return float((np.abs(self.ranks - 0.5) <= level / 2).mean())


def synthetic_table(rng: np.random.Generator, n_races: int) -> tuple[FinishedRow, ...]:
    """Races of two parties in three states over ten days, without a result yet."""
    table = []
    for at in range(n_races):
        day = date(2010, 11, 2) + timedelta(days=400 * int(rng.integers(10)))
        finalists = rng.dirichlet([6.0, 6.0, 4.0])
        own = rng.uniform(0.5, 1.0, 2)
        groups = _groups(rng, float(finalists[2]))
        place = Situation(
            US, str(rng.choice(["GA", "TX", "LA"])), "state legislature", "x", GENERAL_RUNOFF
        )
        row = RaceRow(
            id=f"race {at}",
            situation=place,
            first_round=day - timedelta(days=35),
            runoff=day,
            pairing=OWN,
            parties=TWO_BLOCS,
            blocs=("D", "R") if rng.random() < 0.5 else ("R", "D"),
            shares=finalists[:2],
            own=own,
            groups=groups,
            past=(),
            agreement=float("nan"),
            electorate=float(np.exp(rng.normal(10.0, 1.0))),
            n_units=1,
        )
        table.append(FinishedRow(_with_blocs(row), "synthetic", 0.5, 0.0))
    return tuple(table)


def simulate_results(
    compiled: Compiled, races: Races, truth: FloatArray, rng: np.random.Generator
) -> Races:
    """The races with results drawn from the model at given variables."""
    said = compiled.predict(truth, races)
    n = races.design.n_races
    odds = said.location + np.sqrt(said.variance) * rng.standard_t(said.tail, n)
    turnout = said.turnout + np.sqrt(said.turnout_variance) * rng.standard_t(said.turnout_tail, n)
    return replace(races, log_odds=np.asarray(odds), log_turnout=np.asarray(turnout))


def calibrate(
    workshop: Workshop,
    rng: np.random.Generator,
    n_records: int,
    n_draws: int = 200,
    method: str = LAPLACE,
) -> Ranks:
    """Draw the truth from the priors, results from the truth, and fit.

    Parameters
    ----------
    workshop
        Of a small table; its results are replaced.
    rng
        Source of randomness.
    n_records, n_draws
        How many simulated records, and draws of the fit to each.
    method
        "nuts", or "laplace" for a normal around the mode.
    """
    compiled = workshop.compiled
    ranks = []
    for _ in range(n_records):
        truth = rng.standard_normal(len(compiled.names))
        races = simulate_results(compiled, workshop.races, truth, rng)
        fitted = fit_laplace(compiled, races, workshop.priors)
        if method == LAPLACE:
            draws = fitted.draws(rng, n_draws)
        else:
            seed = int(rng.integers(2**31))
            sampled = sample(compiled, races, fitted, seed, n_draws * THINNING // CHAINS)
            draws = sampled.vectors[::THINNING]
        ranks.append((draws < truth).mean(axis=0))
    return Ranks(compiled.names, np.stack(ranks))


def informed(ranks: Ranks, blocks: Sequence[str]) -> Ranks:
    """The ranks of some blocks."""
    keep: npt.NDArray[np.bool_] = np.isin(ranks.names, blocks)
    names = tuple(np.array(ranks.names)[keep].tolist())
    return Ranks(names, ranks.ranks[:, keep])


def _groups(rng: np.random.Generator, eliminated: float) -> tuple[Group, ...]:
    """Eliminated candidates of both blocs and of none."""
    parts = rng.dirichlet([2.0, 2.0, 1.0]) * eliminated
    affinity, lean = rng.normal(0, 0.3, 3), rng.normal(0, 0.3, 3)
    return tuple(
        Group(bloc, side, float(parts[k]), 1.0, float(affinity[k]), float(lean[k]))
        for k, (bloc, side) in enumerate((("first", 1), ("second", -1), ("", 0)))
    )


def _with_blocs(row: RaceRow) -> RaceRow:
    """Name the blocs of the groups after the finalists'."""
    names = {1: row.blocs[0], -1: row.blocs[1], 0: ""}
    return replace(row, groups=tuple(replace(g, bloc=names[g.side]) for g in row.groups))
