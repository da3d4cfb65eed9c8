"""Elections with little in them go through the whole forecast, or it says why not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import forecast
from forecast.files import CACHE_VARIABLE
from forecast.output.forecast_text import render
from forecast.race.contest import Race, Returns
from tests.proof.elections import WITHOUT_FIELD, small_race
from tests.proof.folders import write_folder

# Short chains: what is asked is whether it runs, not whether every check is passed.
QUICK = ("settings.sampler.chains=2", "settings.sampler.tune=300", "settings.sampler.draws=300")
NOBODY_RETURNS = (
    "runoff.retention.finalist.low=0.000001",
    "runoff.retention.finalist.high=0.00001",
    "runoff.arrivals.rate.low=0.0000001",
    "runoff.arrivals.rate.high=0.000001",
)
N_DRAWS = 400
SMALL = small_race(n_units=8, n_counties=2)
PLAIN = small_race(n_units=8, n_counties=2, candidates=WITHOUT_FIELD)


def only(race: Race, units: slice) -> Race:
    def cut(returns: Returns) -> Returns:
        names = ("unit_ids", "counties", "unit_names", "registered", "ballots", "votes")
        return replace(returns, **{name: getattr(returns, name)[units] for name in names})

    baselines = tuple(
        replace(one, returns=cut(one.returns), present=one.present[units]) for one in race.baselines
    )
    return replace(race, first_round=cut(race.first_round), baselines=baselines)


def unit_without_baseline(race: Race) -> Race:
    def absent(present: np.ndarray) -> np.ndarray:
        return present & (np.arange(len(present)) != 3)

    baselines = tuple(replace(one, present=absent(one.present)) for one in race.baselines)
    return replace(race, baselines=baselines)


def finalists(race: Race, *names: str) -> Race:
    return replace(race, contest=replace(race.contest, finalists=names))


def nobody_absent(race: Race) -> Race:
    cast = race.first_round.votes_cast.astype(float)
    return replace(race, first_round=replace(race.first_round, registered=cast))


# The first unit of a small race is empty; the third has votes. In `PLAIN` each bloc has one
# candidate, in `SMALL` several.
RACES: dict[str, Callable[[], Race]] = {
    "one precinct": lambda: only(SMALL, slice(2, 3)),
    "a unit with no baseline": lambda: unit_without_baseline(SMALL),
    "no baselines at all": lambda: replace(SMALL, baselines=()),
    "two candidates": lambda: small_race(n_units=8, candidates=("ANN", "BEA")),
    "finalists of one party": lambda: finalists(SMALL, "ANN", "AL"),
    "a bloc with one candidate": lambda: small_race(
        n_units=8, n_counties=2, candidates=("ANN", "AL", "BEA")
    ),
    "nobody was absent": lambda: nobody_absent(PLAIN),
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all: races that differ in the runoff's priors alone share a fit."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def shared_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))


def forecast_of(race: Race, folder: Path, *settings: str) -> forecast.Simulation:
    """The forecast from a folder on disk, with all that a user may ask of it written."""
    simulation = forecast.simulate(
        write_folder(race, folder / "race"),
        settings=[*QUICK, *settings],
        draws=N_DRAWS,
        allow_unhealthy=True,
    )
    files = forecast.write_outputs(simulation, folder / "out")
    assert {path.name for path in files} == {
        "draws.parquet",
        "units.csv",
        "summary.json",
        "posterior.nc",
    }
    assert all(finalist.title() in render(simulation) for finalist in race.contest.finalists)
    return simulation


def assert_sound(simulation: forecast.Simulation) -> None:
    """Whole votes of people who exist, and odds that add up."""
    votes = simulation.draws.county_votes
    assert votes.shape == (N_DRAWS, len(simulation.units.county_names), 2)
    assert (votes >= 0).all()
    assert (votes == np.rint(votes)).all()
    county = simulation.units.county_index
    eligible = np.bincount(county, simulation.units.eligible, minlength=votes.shape[1])
    assert (votes.sum(axis=2) <= eligible).all()
    odds = [finalist.win_probability for finalist in simulation.forecast.finalists]
    assert all(0 <= one <= 1 for one in odds)
    assert sum(odds) <= 1 + 1e-12
    assert np.isfinite(simulation.fit.diagnosis.min_ess_bulk)


def test_an_empty_precinct_and_a_bloc_of_one(tmp_path: Path) -> None:
    simulation = forecast_of(PLAIN, tmp_path)
    assert PLAIN.first_round.votes_cast[0] == 0
    assert_sound(simulation)
    assert simulation.draws.votes.sum(axis=1).min() > 0


def test_nobody_returns(tmp_path: Path) -> None:
    simulation = forecast_of(PLAIN, tmp_path, *NOBODY_RETURNS)
    assert simulation.fit.from_cache, "the fit does not depend on the runoff's priors"
    assert_sound(simulation)
    votes = simulation.draws.votes
    assert votes.sum(axis=1).mean() < 0.01 * PLAIN.first_round.votes_cast.sum()
    assert (votes.sum(axis=1) == 0).any()


@pytest.mark.slow
@pytest.mark.parametrize("name", RACES)
def test_degenerate_elections_are_forecast(name: str, tmp_path: Path) -> None:
    assert_sound(forecast_of(RACES[name](), tmp_path))


@pytest.mark.parametrize(
    ("race", "message"),
    [
        (finalists(PLAIN, "ANN", "ZOE"), "ZOE"),
        (replace(PLAIN, first_round=only(PLAIN, slice(0, 0)).first_round, baselines=()), "rows"),
    ],
    ids=["a finalist who did not stand", "no units"],
)
def test_what_cannot_be_forecast_is_said(race: Race, message: str, tmp_path: Path) -> None:
    with pytest.raises(forecast.InputError, match=message):
        forecast_of(race, tmp_path)
