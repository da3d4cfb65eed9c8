"""An update of election night in a warm process, and what comes before the first one.

    python -m benchmarks.night [--toy]

An update conditions the forecast on a snapshot in which half of the units are complete and one is
counted in part, and moves 10,000 draws. `prepare` is done once a night: the draws of the units and
their moments. Prints one JSON object.
"""

from typing import Any

import numpy as np

from benchmarks.measure import best_seconds, megabytes, print_run
from forecast.defaults import PriorChoice
from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.learn.race_priors import resolve_race
from forecast.night.count import COMPLETE, PARTIAL, Count
from forecast.night.exchange_evidence import likelier_exchanged
from forecast.night.held_out import unlike_units
from forecast.night.learned import night_scales
from forecast.night.night_posterior import NightPosterior
from forecast.night.simulated_race import night_race
from forecast.race.folder import load_race
from forecast.record.find import find_race
from forecast.runoff.simulation import simulate_runoffs

RACES = ("ga06-2017", "ga_sos_2018", "fr_pres_2017")
DRAWS, TOY_DRAWS = 10_000, 512


def measure(name: str, n_draws: int, times: int) -> dict[str, Any]:
    """One race, in this process.

    The guards are those of a file all of whose units are new: of each unit, and of the whole.
    """
    folder = find_race(name)
    resolved = resolve_race(load_race(folder), folder, PriorChoice())
    prepared, priors = resolved.prepared, resolved.priors
    units, posterior = prepared.units, quick_posterior(prepared.units, 1)
    totals = simulate_runoffs(units, posterior, priors.runoff, n_draws=n_draws, seed=1).votes
    scales = night_scales(prepared.race.contest.runoff)
    found = []

    def prepare() -> None:
        found[:] = [night_race(prepared, posterior, priors, scales, 1)]

    seconds = best_seconds(prepare, 1)
    race = found[0]
    nothing = Count.nothing(units.n_units)
    expected = np.exp(race.votes.mean)
    first = expected / (1 + np.exp(-race.share.mean))
    done = np.arange(units.n_units) % 2 == 0
    votes = np.where(done[:, None], np.stack([first, expected - first], axis=1), 0)
    status = np.where(done, COMPLETE, 0)
    votes[1], status[1] = (10, 10), PARTIAL
    count = Count(
        ("",),
        votes.astype(np.int64)[:, :, None],
        status.astype(np.int8)[:, None],
        nothing.expected,
        nothing.reported,
        nothing.registered,
    )
    shares: list[float] = []

    def update() -> None:
        final = NightPosterior.of(race, count).final_votes(totals, 1).sum(axis=1)
        shares[:] = [float((final[:, 0] / final.sum(axis=1)).mean())]

    everywhere = np.ones(units.n_units, dtype=bool)

    def guard() -> None:
        unlike_units(race, count, everywhere, everywhere)
        likelier_exchanged(race, count)

    return {
        "units": units.n_units,
        "draws": n_draws,
        "seconds": {
            "prepare": seconds,
            "update": best_seconds(update, times),
            "guard": best_seconds(guard, times),
        },
        "mean_share": shares[0],
        "peak_megabytes": megabytes(),
    }


def run(toy: bool) -> dict[str, Any]:
    """Measure every race; see the module."""
    races = RACES[:1] if toy else RACES
    return {name: measure(name, TOY_DRAWS if toy else DRAWS, 1 if toy else 3) for name in races}


if __name__ == "__main__":
    print_run(run, __doc__)
