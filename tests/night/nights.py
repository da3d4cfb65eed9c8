"""A race of sixteen precincts made by hand, and nights of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from forecast.defaults import SimulationOptions
from forecast.first_round.diagnosis import Diagnosis
from forecast.first_round.fitting import FirstRoundFit
from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.fitted_race import FittedRace
from forecast.night.count import COMPLETE, NOTHING, Count
from forecast.night.session import NightSession
from forecast.night.state import NightState
from forecast.priors.layers import load_priors
from forecast.race.contest import Returns
from forecast.race.folder import load_race
from forecast.race.forecast_day import forecast_day
from forecast.race.prepared import prepare
from forecast.score.replay_files import returns_of_count

N_UNITS = 16
START = datetime(2017, 6, 20, 19, 0, 0)


RACE = """\
id: small-night
title: Small town, special election
office: Mayor
place: Small Town
unit_kind: precinct
first_round: 2017-04-18
runoff: 2017-06-20
finalists: [ANN MARSH, BO REED]
blocs: {R: [REP], D: [DEM]}
"""


def first_round(modes=("",), times=1):
    """Half of the precincts are Ann's, half are Bo's; of 500 to 900 voters, times `times`."""
    rng = np.random.default_rng(5)
    lean = np.linspace(0.3, 0.65, N_UNITS)
    size = times * rng.integers(500, 900, N_UNITS)
    shares = np.stack([0.7 * lean, 0.7 * (1 - lean), 0.3 * lean + 0.05], axis=1)
    votes = np.rint(size[:, None] * shares / shares.sum(axis=1, keepdims=True)).astype(np.int64)
    split = np.array([1.0] if modes == ("",) else [0.6, 0.3, 0.1][: len(modes)])
    by_mode = np.rint(votes[:, :, None] * split).astype(np.int64)
    return Returns(
        unit_ids=tuple(f"{'NORTH' if k < 8 else 'SOUTH'}|P{k:02d}" for k in range(N_UNITS)),
        counties=("NORTH",) * 8 + ("SOUTH",) * 8,
        unit_names=tuple(f"P{k:02d}" for k in range(N_UNITS)),
        registered=(2.5 * size).round(),
        ballots=np.full(N_UNITS, np.nan),
        candidates=("ANN MARSH", "BO REED", "CY POE"),
        parties=("REP", "DEM", "REP"),
        modes=modes,
        votes=by_mode,
    )


def write_race(folder, modes, counties=None, times=1):
    """The race as a folder, its precincts in other counties where they are given."""
    returns = first_round(modes, times)
    returns = returns if counties is None else replace(returns, counties=counties)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "race.yaml").write_text(RACE, encoding="utf-8")
    lines = ["unit_id,county,unit_name,registered,candidate,party,mode,votes"]
    for k, unit in enumerate(returns.unit_ids):
        place = f"{unit},{returns.counties[k]},{returns.unit_names[k]},{returns.registered[k]:.0f}"
        for c, candidate in enumerate(returns.candidates):
            for m, mode in enumerate(modes):
                votes = returns.votes[k, c, m]
                lines.append(f"{place},{candidate},{returns.parties[c]},{mode},{votes}")
    (folder / "first_round.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def fitted_night(folder, modes=("",), counties=None, times=1):
    write_race(folder, modes, counties, times)
    prepared = prepare(load_race(folder), 0.5)
    diagnosis = Diagnosis(0, 1.0, 4000.0, 4000.0, ("", "", ""), "made up", 0.0)
    posterior = quick_posterior(prepared.units, 1)
    fit = FirstRoundFit(posterior, diagnosis, "0" * 16, folder, True, {})
    return FittedRace(prepared, folder, load_priors(), fit, forecast_day(prepared.race.contest))


def final_votes(race, share=1.0):
    """A result near what the first round says, shape (n_units, 2, n_modes)."""
    rng = np.random.default_rng(8)
    votes = race.first_round.votes
    first = votes[:, 0] + votes[:, 2] * 0.7
    second = votes[:, 1] + votes[:, 2] * 0.2
    found = np.stack([first * share, second], axis=1) * rng.normal(1, 0.03, (N_UNITS, 2, 1))
    return np.rint(found).astype(np.int64)


def count_of(race, complete, votes=None):
    """A count in which so many units, or those listed, are complete."""
    final = final_votes(race) if votes is None else votes
    modes = race.first_round.modes
    done = np.zeros(N_UNITS, dtype=bool)
    done[range(complete) if isinstance(complete, int) else complete] = True
    nothing = Count.nothing(N_UNITS, modes)
    status = np.where(done[:, None], COMPLETE, NOTHING).astype(np.int8)
    return Count(
        modes,
        np.where(done[:, None, None], final, 0),
        np.repeat(status, len(modes), axis=1),
        nothing.expected,
        nothing.reported,
        nothing.registered,
    )


def new_session(fitted, folder, **options):
    state = NightState.read(folder, "small-night")
    clock = iter(START + timedelta(minutes=k) for k in range(100_000))
    return NightSession(
        fitted, SimulationOptions(1024, workers=1), state, clock=lambda: next(clock), **options
    )


def write_snapshot(path, race, count, minute):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = returns_of_count(count, race, START + timedelta(minutes=minute))
    path.write_text(text, encoding="utf-8")
    return path


def odds_of(night):
    """What must not move by a fault: odds, quantiles and votes, to the bit."""
    forecast = night.simulation.forecast
    return (
        forecast.finalists[0].win_probability,
        tuple(vars(forecast.finalists[0].share).values()),
        night.count.totals.tolist(),
    )
