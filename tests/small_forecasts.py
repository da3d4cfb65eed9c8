"""A small forecast that needed no sampling: four precincts, five candidates, made-up draws."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecast.first_round.diagnosis import Diagnosis
from forecast.first_round.fitting import FirstRoundFit
from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.layers import load_priors
from forecast.race.contest import Contest, Race, Returns
from forecast.race.prepared import prepare
from forecast.runoff.flows import Flows
from forecast.runoff.simulation import RunoffDraws
from forecast.runoff.summary import summarize
from forecast.workflow import Simulation

N_DRAWS = 400
CANDIDATES = ("ANNE MARSH", "BO REED JR.", "CY POE", "DEE FOX", "EVE ORR")
PARTIES = ("REP", "DEM", "REP", "REP", "IND")


def small_race(candidates: tuple[str, ...] = CANDIDATES) -> Race:
    """Four precincts in two counties; the finalists are the first two candidates."""
    votes = np.array(
        [[300, 420, 150, 4, 3], [280, 390, 160, 3, 2], [500, 300, 90, 5, 4], [450, 310, 80, 2, 1]]
    )
    returns = Returns(
        unit_ids=("a", "b", "c", "d"),
        counties=("NORTH", "NORTH", "SOUTH", "SOUTH"),
        unit_names=("A", "B", "C", "D"),
        registered=np.array([2000.0, 1900.0, 2100.0, 1800.0]),
        ballots=np.full(4, np.nan),
        candidates=candidates,
        parties=PARTIES,
        modes=("",),
        votes=votes[:, :, None],
    )
    contest = Contest(
        id="small",
        title="Small town, special election",
        office="Mayor",
        place="Small Town",
        unit_kind="precinct",
        first_round=date(2017, 4, 18),
        runoff=date(2017, 6, 20),
        finalists=(candidates[0], candidates[1]),
        blocs={"R": ("REP",), "D": ("DEM",)},
    )
    return Race(contest, returns, ())


def small_draws(n_draws: int = N_DRAWS) -> RunoffDraws:
    """Votes that scatter around a near tie, with flows that add up to them."""
    rng = np.random.default_rng(1)
    county_votes = np.round(rng.normal(800, 30, (n_draws, 2, 2)))
    # Part of each finalist's votes that comes from each source, the absent last.
    parts = np.array([[0.8, 0.0], [0.0, 0.75], [0.1, 0.15], [0.005, 0], [0, 0.004], [0.095, 0.096]])
    to_finalists = county_votes.sum(axis=1)[:, None, :] * parts
    return RunoffDraws(county_votes, np.zeros((0, 4, 2), np.float32), Flows(to_finalists), seed=7)


def small_diagnosis(divergences: int = 0) -> Diagnosis:
    return Diagnosis(
        divergences=divergences,
        max_r_hat=1.003,
        min_ess_bulk=2140.0,
        min_ess_tail=2300.0,
        worst=("lean_level", "lean_level", "lean_level"),
        method="NUTS, 4 chains of 1,000 draws",
        seconds=12.0,
    )


def small_fit(folder: Path, diagnosis: Diagnosis) -> FirstRoundFit:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "posterior.nc").write_bytes(b"posterior")
    none = np.zeros((10, 2), np.float32)
    posterior = FirstRoundPosterior(none, none[:, :0], none[:, 0], none, none[:, :0], none[:, 0])
    return FirstRoundFit(posterior, diagnosis, "0123456789abcdef", folder, True, {"pymc": "6.0.0"})


def small_simulation(
    folder: Path, *, candidates: tuple[str, ...] = CANDIDATES, divergences: int = 0
) -> Simulation:
    race, draws = small_race(candidates), small_draws()
    prepared = prepare(race, 0.5)
    return Simulation(
        prepared=prepared,
        priors=load_priors(settings=["runoff.loyalty.low=0.9"]),
        fit=small_fit(folder, small_diagnosis(divergences)),
        draws=draws,
        forecast=summarize(draws, race, prepared.units),
        without_judgement=None,
        evidence=(),
        inputs={"race.yaml": "0" * 64},
        versions={"numpy": np.__version__},
        as_of=date(2017, 6, 19),
        folder=folder,
    )


@pytest.fixture(scope="session")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    return small_simulation(tmp_path_factory.mktemp("fit"))


@pytest.fixture(scope="session")
def unhealthy(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    return small_simulation(tmp_path_factory.mktemp("fit"), divergences=3)


@pytest.fixture(scope="session")
def same_last_name(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    candidates = ("ANNE MARSH", "BO MARSH", *CANDIDATES[2:])
    return small_simulation(tmp_path_factory.mktemp("fit"), candidates=candidates)
