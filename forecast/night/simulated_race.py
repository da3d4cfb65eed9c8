"""A race as a night sees it: its units simulated once, and read as a hierarchy."""

import numpy as np

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.night.learned import NightScales
from forecast.night.night_race import NightRace
from forecast.night.prior_levels import UnitDraws
from forecast.night.vote_modes import ModePriors
from forecast.priors.prior_set import PriorSet
from forecast.race.prepared import PreparedRace
from forecast.race.units import votes_by_side
from forecast.runoff.keep import Keep
from forecast.runoff.simulation import simulate_runoffs

# Draws of units that the moments are taken of: as many as fit into so many numbers.
MAX_UNIT_DRAWS, MAX_UNIT_NUMBERS = 1024, 20_000_000


def night_race(
    prepared: PreparedRace,
    posterior: FirstRoundPosterior,
    priors: PriorSet,
    scales: NightScales,
    seed: int,
    *,
    by_county: bool = False,
    workers: int | None = None,
) -> NightRace:
    """Simulate the units of a race once, and read them as a hierarchy.

    Parameters
    ----------
    prepared, posterior, priors
        The race, its first round and its priors.
    scales
        What finished races say of nights.
    seed
        Seed of the draws.
    by_county
        Whether the returns are of counties.
    workers
        Threads; all cores by default.
    """
    units = prepared.units
    n_draws = max(min(MAX_UNIT_DRAWS, MAX_UNIT_NUMBERS // units.n_units), 64)
    simulated = simulate_runoffs(
        units,
        posterior,
        priors.runoff,
        n_draws=n_draws,
        seed=seed,
        keep=Keep(unit_draws=n_draws),
        workers=workers,
    )
    draws = UnitDraws.of(prepared, simulated.unit_votes)
    modes = mode_priors(prepared)
    n_counties = len(units.county_names)
    if not by_county:
        return NightRace.of(draws, units.county_index, n_counties, scales, modes)
    every = np.arange(n_counties)
    return NightRace.of(
        draws.by_county(n_counties), every, n_counties, scales, modes.by_county(n_counties)
    )


def mode_priors(prepared: PreparedRace) -> ModePriors:
    """What round one says of the ways of voting."""
    units, votes = prepared.units, prepared.race.first_round.votes
    by_mode = [votes_by_side(votes[:, :, mode], units.sides) for mode in range(votes.shape[2])]
    return ModePriors(
        prepared.race.first_round.modes,
        np.stack(by_mode, axis=2),
        votes.sum(axis=1),
        units.county_index,
    )
