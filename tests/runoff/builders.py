"""Small races made by hand, for the tests of the core."""

from dataclasses import fields, replace
from datetime import date

import numpy as np

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.runoff_priors import RunoffPriors
from forecast.race.contest import Baseline, Contest, Race, Returns
from forecast.race.units import UnitData
from forecast.stats.distributions import Fixed, Points, PointsSize, ShareRange

CANDIDATES = ("ANN", "BOB", "CAL", "DOT")
PARTIES = ("REP", "DEM", "REP", "IND")
# Ann and Bob are the finalists, Cal is of Ann's bloc, Dot of neither.
SIDES = np.array([0, 1, 0, -1])


def make_units(votes, eligible, *, counties=None, baseline_share=0.5, sides=SIDES, lean=None):
    """Unit data with at most one lean covariate and without baseline turnout."""
    votes = np.asarray(votes, dtype=np.int64).reshape(-1, len(sides))
    n_units = len(votes)
    counties = ["one"] * n_units if counties is None else list(counties)
    names = tuple(dict.fromkeys(counties))
    covariates = np.zeros((n_units, 0)) if lean is None else np.asarray(lean, float)[:, None]
    return UnitData(
        candidate_votes=votes,
        sides=np.asarray(sides),
        finalists=(0, 1),
        eligible=np.asarray(eligible, dtype=np.float64),
        eligible_known=True,
        lean_covariates=covariates,
        lean_names=() if lean is None else ("a baseline",),
        baseline_share=np.broadcast_to(np.asarray(baseline_share, float), (n_units,)),
        baseline_turnout=np.full(n_units, np.nan),
        turnout_covariates=np.zeros((n_units, 0)),
        turnout_names=(),
        county_index=np.array([names.index(name) for name in counties], dtype=np.intp),
        county_names=names,
        affinity=np.zeros(len(sides)),
        lean=np.zeros(len(sides)),
    )


def make_posterior(units, *, lean=0.0, concentration=80.0, slope=1.0, n_samples=1):
    """A posterior whose samples all say the same: every county leans alike."""
    shape = (n_samples, len(units.county_names))
    full = np.full(n_samples, concentration, dtype=np.float32)
    return FirstRoundPosterior(
        lean_level=np.full(shape, lean, dtype=np.float32),
        lean_slopes=np.full((n_samples, len(units.lean_names)), slope, dtype=np.float32),
        lean_concentration=full,
        turnout_level=np.zeros((0, shape[1]), dtype=np.float32),
        turnout_slopes=np.zeros((0, 0), dtype=np.float32),
        turnout_concentration=np.zeros(0, dtype=np.float32),
    )


def typical_priors(**changes):
    """Priors that treat both finalists alike, wide as the defaults, with changes."""
    priors = RunoffPriors(
        retention_finalist=ShareRange(0.7, 0.97),
        retention_bloc=ShareRange(0.6, 0.95),
        retention_other=ShareRange(0.4, 0.92),
        loyalty=ShareRange(0.95, 0.995),
        transfer_bloc=ShareRange(0.75, 0.97),
        transfer_other=ShareRange(0.25, 0.75),
        transfer_affinity=Points(10, 3),
        transfer_lean=Points(6, 2),
        transfer_spread=PointsSize(12),
        arrivals_rate=ShareRange(0.02, 0.25),
        arrivals_habit=ShareRange(0.4, 0.95),
        arrivals_baseline_weight=ShareRange(0.15, 0.85),
        arrivals_shift=Points(0, 6),
        drift=Points(0, 0.5),
        reversion=Fixed(0),
        error_race_lean=Fixed(3.5),
        error_race_tail=Fixed(4),
        error_race_turnout=Fixed(3),
        error_race_correlation=Fixed(0),
        error_county_lean=PointsSize(2),
        error_county_turnout=PointsSize(3),
        error_county_correlation=Fixed(0),
        error_unit_lean=PointsSize(3),
        error_unit_turnout=PointsSize(3),
        error_unit_correlation=Fixed(0),
    )
    return replace(priors, **changes)


def certain_priors(**changes):
    """Priors that leave nothing open: shares known, errors next to nothing."""
    known = {
        "retention_finalist": 0.9,
        "retention_bloc": 0.8,
        "retention_other": 0.5,
        "loyalty": 0.95,
        "transfer_bloc": 0.9,
        "transfer_other": 0.5,
        "arrivals_rate": 0.1,
        "arrivals_habit": 0.5,
        "arrivals_baseline_weight": 0.5,
        "error_race_tail": 200.0,
    }
    fixed = {entry.name: Fixed(known.get(entry.name, 0.0)) for entry in fields(RunoffPriors)}
    return replace(RunoffPriors(**fixed), **changes)


def mixed_race(n_units=40, n_counties=3, seed=5):
    """A race of small and large units, one of them empty, with a lean covariate."""
    rng = np.random.default_rng(seed)
    votes = rng.integers(0, 600, size=(n_units, 4))
    votes[0] = 0
    votes[1] = (3, 2, 0, 1)
    lean = rng.standard_normal(n_units)
    return make_units(
        votes,
        votes.sum(axis=1) + rng.integers(0, 900, n_units) * (np.arange(n_units) > 0),
        counties=[f"county {index % n_counties}" for index in range(n_units)],
        baseline_share=1 / (1 + np.exp(-lean)),
        lean=lean,
    )


def mirrored(units):
    """The same race with the finalists' names and votes exchanged."""
    order = [1, 0, *range(2, len(units.sides))]
    sides = np.where(units.sides < 0, -1, 1 - units.sides)[order]
    return replace(
        units,
        candidate_votes=units.candidate_votes[:, order],
        sides=sides,
        baseline_share=1 - units.baseline_share,
        lean_covariates=-units.lean_covariates,
        affinity=-units.affinity[order],
        lean=-units.lean[order],
    )


def make_returns(votes, parties, *, candidates=None, registered=None, ballots=None, counties=None):
    """Returns of units u0, u1, ... without vote modes."""
    votes = np.asarray(votes, dtype=np.int64)
    n_units = len(votes)
    unknown = np.full(n_units, np.nan)
    return Returns(
        unit_ids=tuple(f"u{index}" for index in range(n_units)),
        counties=tuple(counties or ["one"] * n_units),
        unit_names=tuple(f"unit {index}" for index in range(n_units)),
        registered=unknown if registered is None else np.asarray(registered, float),
        ballots=unknown if ballots is None else np.asarray(ballots, float),
        candidates=tuple(candidates or (f"c{index}" for index in range(votes.shape[1]))),
        parties=tuple(parties),
        modes=("",),
        votes=votes[:, :, None],
    )


def make_race(votes, *, parties=PARTIES, baselines=(), registered=None, counties=None):
    """A race of Ann against Bob; baselines are returns of the same units, newest first."""
    first_round = make_returns(
        votes, parties, candidates=CANDIDATES, registered=registered, counties=counties
    )
    contest = Contest(
        id="made",
        title="made",
        office="none",
        place="nowhere",
        unit_kind="unit",
        first_round=date(2017, 4, 18),
        runoff=date(2017, 6, 20),
        finalists=("ANN", "BOB"),
        blocs={"R": ("REP",), "D": ("DEM",)},
    )
    present = np.ones(first_round.n_units, dtype=bool)
    return Race(
        contest,
        first_round,
        tuple(
            Baseline(f"baseline {index}", None, returns, present)
            for index, returns in enumerate(baselines)
        ),
    )
