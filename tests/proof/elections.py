"""Small made-up elections, and first-round counts drawn without the model's code.

The three parts of the first-round model take the size of what they split as given: turnout
the registered, lean both sides' votes, field a bloc's votes. So do these elections. The sizes
stay the same from simulation to simulation, and each part is drawn given its own.
"""

from dataclasses import replace
from datetime import date

import numpy as np

from forecast.race.contest import Baseline, Contest, Race
from forecast.race.units import UnitData, unit_data
from forecast.stats.arrays import FloatArray
from forecast.stats.distributions import expit
from tests.proof.calibration import Values
from tests.runoff.builders import make_returns

# Name to party and share of the vote; Ann and Bea are the finalists.
CANDIDATES = {
    "ANN": ("REP", 0.3),
    "AL": ("REP", 0.12),
    "ART": ("REP", 0.08),
    "BEA": ("DEM", 0.28),
    "BOB": ("DEM", 0.14),
    "CYD": ("IND", 0.08),
}
WITHOUT_FIELD = ("ANN", "BEA", "CYD")
FIELDS = {"field_first": (0, 1, 2), "field_second": (3, 4)}
TURNOUT_IF_UNKNOWN = 0.5


def small_race(
    n_units: int = 36,
    n_counties: int = 3,
    *,
    typical_votes: int = 250,
    candidates: tuple[str, ...] = tuple(CANDIDATES),
    seed: int = 1,
) -> Race:
    """Units of all sizes in two blocs with two baselines; the first unit is empty."""
    rng = np.random.default_rng(seed)
    cast = rng.poisson(typical_votes * rng.lognormal(0, 0.6, n_units))
    cast[0] = 0
    registered = np.rint(cast * rng.uniform(1.5, 3, n_units)) + 40
    counties = [f"county {number % n_counties}" for number in range(n_units)]
    lean = rng.normal(0, 0.7, n_units)
    baselines = []
    for election, held in (("newest", date(2016, 11, 8)), ("older", date(2012, 11, 6))):
        shares = expit(lean + rng.normal(0, 0.3, n_units))
        ballots = rng.binomial(registered.astype(int), rng.uniform(0.5, 0.8, n_units))
        first = rng.binomial(ballots, shares)
        returns = make_returns(
            np.stack([first, ballots - first], axis=1),
            ("REP", "DEM"),
            registered=registered,
            ballots=ballots,
            counties=counties,
        )
        baselines.append(Baseline(election, held, returns, np.ones(n_units, dtype=bool)))
    contest = Contest(
        id="proof",
        title="An election whose truth is known",
        office="Mayor",
        place="Nowhere",
        unit_kind="precinct",
        first_round=date(2017, 4, 18),
        runoff=date(2017, 6, 20),
        finalists=("ANN", "BEA"),
        blocs={"R": ("REP",), "D": ("DEM",)},
    )
    parties, parts = zip(*(CANDIDATES[name] for name in candidates), strict=True)
    votes = np.stack([rng.multinomial(n, np.array(parts) / sum(parts)) for n in cast])
    returns = make_returns(
        votes, parties, candidates=candidates, registered=registered, counties=counties
    )
    return Race(contest, returns, tuple(baselines))


def without_registered(race: Race) -> Race:
    """The same race where nobody published the registered voters: turnout is not modelled."""
    unknown = np.full(race.first_round.n_units, np.nan)
    return replace(race, first_round=replace(race.first_round, registered=unknown))


def arrays(race: Race) -> UnitData:
    """The race as the models read it."""
    return unit_data(race, TURNOUT_IF_UNKNOWN)


def draw_first_round(
    units: UnitData, parameters: Values, rng: np.random.Generator
) -> tuple[Values, Values]:
    """Counts of a first round in units with a hidden share of their own.

    Returns
    -------
    tuple of dict
        The observed counts, named as in the model and without units that have nothing to
        split; and what stays hidden: "turnout unit" and "lean unit", the share of one unit
        each, the same in all simulations.
    """
    data, hidden = {}, {}
    for part, covariates, sizes in two_way_parts(units):
        mean, weight = expected_share(part, covariates, units, parameters)
        share = rng.beta(mean * weight, (1 - mean) * weight)
        data[f"{part}_votes"] = rng.binomial(sizes, share)[sizes > 0]
        hidden[f"{part} unit"] = share[watched_unit(sizes)]
    for field, members in FIELDS.items():
        if f"{field}_level" in parameters:
            sizes = units.candidate_votes[:, list(members)].sum(axis=1)
            data[f"{field}_votes"] = _field_counts(field, sizes, units, parameters, rng)
    return data, hidden


def predict_units(units: UnitData, draws: Values, data: Values, rng: np.random.Generator) -> Values:
    """Draws of the hidden shares given parameters and the unit's own count.

    A beta distribution that has seen its binomial count is a beta distribution again: what
    the core takes for the lean of a unit is its mean.
    """
    predicted = {}
    for part, covariates, sizes in two_way_parts(units):
        unit = watched_unit(sizes)
        counted = data[f"{part}_votes"][(sizes[:unit] > 0).sum()]
        n_draws = len(draws[f"{part}_level"])
        each = [
            expected_share(part, covariates, units, {k: v[i] for k, v in draws.items()})
            for i in range(n_draws)
        ]
        mean, weight = np.array([m[unit] for m, _ in each]), np.array([w for _, w in each])
        predicted[f"{part} unit"] = rng.beta(
            mean * weight + counted, (1 - mean) * weight + sizes[unit] - counted
        )
    return predicted


def two_way_parts(units: UnitData) -> list[tuple[str, FloatArray, FloatArray]]:
    """Name, covariates and sizes of the parts that split a count in two."""
    lean = ("lean", units.lean_covariates, units.side_votes.sum(axis=1))
    turnout = ("turnout", units.turnout_covariates, np.rint(units.eligible).astype(int))
    return [turnout, lean] if units.eligible_known else [lean]


def watched_unit(sizes: FloatArray) -> int:
    """The smallest unit with something to split: there the parameters matter most."""
    return int(np.argmin(np.where(sizes > 0, sizes, np.inf)))


def expected_share(
    part: str, covariates: FloatArray, units: UnitData, parameters: Values
) -> tuple[FloatArray, float]:
    """Mean share of every unit, and the concentration of units around it."""
    log_odds = parameters[f"{part}_level"] + covariates @ parameters[f"{part}_slopes"]
    if f"{part}_county" in parameters:
        log_odds = log_odds + parameters[f"{part}_county"][units.county_index]
    return expit(log_odds), _concentration(parameters[f"{part}_unit_spread"])


def _field_counts(
    field: str, sizes: FloatArray, units: UnitData, parameters: Values, rng: np.random.Generator
) -> FloatArray:
    log_odds = parameters[f"{field}_level"] + units.lean_covariates @ parameters[f"{field}_slopes"]
    if f"{field}_county" in parameters:
        log_odds = log_odds + parameters[f"{field}_county"][units.county_index]
    shares = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    weights = [_concentration(spread) for spread in parameters[f"{field}_unit_spread"]]
    counts = [
        rng.multinomial(size, _unit_field(share, weights, rng))
        for size, share in zip(sizes, shares, strict=True)
        if size
    ]
    return np.stack(counts)


def _unit_field(share: FloatArray, weights: list[float], rng: np.random.Generator) -> FloatArray:
    """A unit's own shares: from the last candidate up, each takes a part of what is left."""
    own, left = np.zeros(len(share)), 1.0
    for k in range(len(share) - 1, 0, -1):
        weight = weights[k - 1]
        part = rng.beta(weight * share[k], weight * share[:k].sum())
        own[k] = left * part
        left -= own[k]
    own[0] = left
    return own


def _concentration(spread: float) -> float:
    """Of a beta distribution whose standard deviation at a mean of 1/2 is this many points."""
    return float(1 / (4 * (spread / 100) ** 2) - 1)
