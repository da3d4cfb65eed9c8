"""Simulated first rounds with known parameters, as races."""

from datetime import date

import numpy as np

from forecast.race.contest import Baseline, Contest, Race, Returns


def simulated_race(
    seed: int = 7,
    n_units: int = 60,
    n_counties: int = 3,
    lean_slope: float = 0.5,
    unit_spread: float = 0.06,
    county_spread: float = 0.0,
) -> Race:
    """A first round of six candidates in two blocs, drawn from the first-round model.

    `lean_slope` is on the log-odds scale per standard deviation of the baseline's lean;
    `unit_spread` is the standard deviation of a unit's lean share around it; `county_spread`
    that of the log-odds of lean and of turnout between counties.
    """
    rng = np.random.default_rng(seed)
    baseline_lean = rng.normal(0, 0.8, n_units)
    registered = rng.integers(800, 3000, n_units)
    # From a stream of their own, so that races without them stay what they were.
    county = county_spread * np.random.default_rng([seed, 1]).normal(size=(2, n_counties))
    county = county[:, np.arange(n_units) % n_counties]
    turnout = 1 / (1 + 1.5 * np.exp(-county[0]))
    cast = rng.binomial(registered, rng.beta(100 * turnout, 100 * (1 - turnout)))
    standard = (baseline_lean - baseline_lean.mean()) / baseline_lean.std()
    mean = 1 / (1 + np.exp(-lean_slope * standard - county[1]))
    weight = 1 / (4 * unit_spread**2) - 1
    first_side = rng.binomial(cast, rng.beta(mean * weight, (1 - mean) * weight))
    first = rng.multinomial(first_side, [0.4, 0.35, 0.25])
    second = rng.multinomial(cast - first_side, [0.9, 0.08, 0.02])
    votes = np.concatenate([first, second], axis=1)
    big = 10 * registered
    baseline_first = rng.binomial(big, 1 / (1 + np.exp(-baseline_lean)))
    baseline_votes = np.stack([baseline_first, big - baseline_first], axis=1)
    return Race(
        Contest(
            id="simulated",
            title="A simulated election",
            office="Mayor",
            place="Nowhere",
            unit_kind="precinct",
            first_round=date(2020, 1, 1),
            runoff=date(2020, 2, 1),
            finalists=("ANN", "BEA"),
            blocs={"R": ("REP",), "D": ("DEM",)},
        ),
        _returns(
            votes, registered, n_counties, ("ANN", "AL", "ART", "BEA", "BOB", "BEN"), "RRRDDD"
        ),
        (
            Baseline(
                "2016 president",
                date(2016, 11, 8),
                _returns(baseline_votes, big, n_counties, ("T", "C"), "RD"),
                np.ones(n_units, dtype=bool),
            ),
        ),
    )


def _returns(
    votes: np.ndarray,
    registered: np.ndarray,
    n_counties: int,
    candidates: tuple[str, ...],
    parties: str,
) -> Returns:
    n_units = len(votes)
    return Returns(
        unit_ids=tuple(f"unit {number}" for number in range(n_units)),
        counties=tuple(f"county {number % n_counties}" for number in range(n_units)),
        unit_names=tuple(f"unit {number}" for number in range(n_units)),
        registered=registered.astype(float),
        ballots=votes.sum(axis=1).astype(float),
        candidates=candidates,
        parties=tuple({"R": "REP", "D": "DEM"}[letter] for letter in parties),
        modes=("",),
        votes=votes[:, :, None],
    )
