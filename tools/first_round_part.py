"""What the fitted first round does for a forecast: python -m tools.first_round_part.

Georgia's 6th district and fifty finished races, each with the shipped posterior that ends before
its runoff, forecast four ways: with the posterior of its first round, its mean, the units' raw
counts in its place, and the posterior of another race; and a fifth, with affinity and lean of the
eliminated measured anew on resampled counts. Prints the table of docs/method.md.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

import numpy as np

from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.first_round.posterior import FirstRoundPosterior
from forecast.learn.learned_priors import learned_priors
from forecast.learn.posterior_file import read_posterior, shipped_for
from forecast.priors.layers import read_layers
from forecast.priors.runoff_priors import RunoffPriors
from forecast.race.bloc_votes import largest_bloc_votes, newest_bloc_votes
from forecast.race.candidates import affinity, eliminated_index, lean_distance
from forecast.race.contest import Race
from forecast.race.prepared import PreparedRace, prepare
from forecast.record.find import find_race
from forecast.record.finished_races import RecordRace, read_finished, read_record
from forecast.runoff.simulation import Keep, simulate_runoffs
from forecast.score.row import oriented
from forecast.stats.arrays import FloatArray
from forecast.stats.scoring_rules import crps_draws

RACE = "ga06-2017"
N_RACES, N_DRAWS, N_RESAMPLES, SEED = 50, 6_000, 6, 1
FEWEST_UNITS = 20
HARDLY_ANY = 0.5  # concentration of units around their county: they speak for themselves


@dataclass(frozen=True, eq=False)
class Found:
    """Shares of the first finalist, of the race (n_draws,) and mean by unit (n_units,)."""

    shares: FloatArray
    of_units: FloatArray


def simulated(
    prepared: PreparedRace, posterior: FirstRoundPosterior, priors: RunoffPriors
) -> Found:
    """Simulate with one seed, so that ways differ by what they take alone."""
    draws = simulate_runoffs(
        prepared.units,
        posterior,
        priors,
        n_draws=N_DRAWS,
        seed=SEED,
        keep=Keep(flows=False, unit_draws=500),
        workers=1,
    )
    votes, of_units = draws.county_votes.sum(axis=1), draws.unit_votes.sum(axis=0)
    both = np.maximum(of_units.sum(axis=1), 1)
    cast = np.maximum(votes.sum(axis=1), 1)
    return Found(votes[:, 0] / cast, of_units[:, 0] / both)


def mean_of(posterior: FirstRoundPosterior) -> FirstRoundPosterior:
    """One draw, the mean of all."""
    return _changed(posterior, lambda values: values.mean(axis=0, keepdims=True))


def raw_counts(posterior: FirstRoundPosterior) -> FirstRoundPosterior:
    """Every unit as it was counted."""
    return replace(
        posterior,
        lean_concentration=np.full_like(posterior.lean_concentration, HARDLY_ANY),
        turnout_concentration=np.full_like(posterior.turnout_concentration, HARDLY_ANY),
    )


def of_another(posterior: FirstRoundPosterior, other: FirstRoundPosterior) -> FirstRoundPosterior:
    """Level and spread of another race, its slopes where it has as many."""
    take = np.arange(posterior.n_samples) % other.n_samples
    slopes = other.lean_slopes.shape[1] == posterior.lean_slopes.shape[1]
    return replace(
        posterior,
        lean_level=np.broadcast_to(
            other.lean_level[take].mean(axis=1, keepdims=True), posterior.lean_level.shape
        ),
        lean_slopes=other.lean_slopes[take] if slopes else np.zeros_like(posterior.lean_slopes),
        lean_concentration=other.lean_concentration[take],
    )


def _changed(
    posterior: FirstRoundPosterior, change: Callable[[FloatArray], FloatArray]
) -> FirstRoundPosterior:
    values = {f.name: getattr(posterior, f.name) for f in fields(posterior)}
    return FirstRoundPosterior(**{n: change(v) if len(v) else v for n, v in values.items()})


def resampled(race: Race, prepared: PreparedRace, rng: np.random.Generator) -> PreparedRace:
    """The race with affinity and lean measured on counts drawn from its counts."""
    counts = race.first_round.counts
    cast = counts.sum(axis=1)
    drawn = rng.multinomial(cast, counts / np.maximum(cast, 1)[:, None])
    drawn[cast == 0] = 0
    eliminated = eliminated_index(race)
    units = prepared.units
    own, lean = units.affinity.copy(), units.lean.copy()
    own[eliminated] = affinity(drawn, race.finalist_index, eliminated)
    baseline = newest_bloc_votes(race)
    baseline = largest_bloc_votes(race) if baseline is None else baseline
    if baseline is not None:
        lean[eliminated] = lean_distance(drawn, race.finalist_index, eliminated, baseline)
    return PreparedRace(race, replace(units, affinity=own, lean=lean))


def priors_of(prepared: PreparedRace) -> RunoffPriors | None:
    """Learned from the runoffs before the race's own, None where there were too few."""
    file = shipped_for(prepared.race.contest.runoff)
    if file is None:
        return None
    layers = read_layers()
    return layers.resolve(
        learned_priors(prepared, read_posterior(file), layers.defaults), file
    ).runoff


def chosen() -> Iterator[RecordRace]:
    """Georgia's 6th district, and races of many units drawn by chance."""
    record = read_record()
    yield read_finished(find_race(RACE))
    many = [
        one for one in record if one.id != RACE and one.race.first_round.n_units >= FEWEST_UNITS
    ]
    for at in np.random.default_rng(SEED).permutation(len(many)).tolist():
        yield many[at]


def ways(finished: RecordRace, other: FirstRoundPosterior | None) -> dict[str, Found] | None:
    """The forecasts of a race, by how its first round was taken; None without a posterior."""
    race = finished.race
    prepared = prepare(race, read_layers().turnout_if_unknown(race))
    priors = priors_of(prepared)
    if priors is None or other is None:
        return None
    posterior = quick_posterior(prepared.units, SEED)
    rng = np.random.default_rng(SEED)
    pools = []
    for _ in range(N_RESAMPLES):
        again = resampled(race, prepared, rng)
        own = priors_of(again)
        if own is not None:
            pools.append(simulated(again, posterior, own))
    return {
        "the posterior": simulated(prepared, posterior, priors),
        "its mean": simulated(prepared, mean_of(posterior), priors),
        "raw counts": simulated(prepared, raw_counts(posterior), priors),
        "another race's": simulated(prepared, of_another(posterior, other), priors),
        "affinity resampled": Found(
            np.concatenate([pool.shares for pool in pools]),
            np.mean([pool.of_units for pool in pools], axis=0),
        ),
    }


def _changes(found: Found, usual: Found, actual: float) -> tuple[float, ...]:
    """Change of mean (absolute), sd, odds (absolute) and units' means (absolute), and the CRPS."""
    won, usually = (found.shares > 0.5).mean(), (usual.shares > 0.5).mean()
    return (
        abs(found.shares.mean() - usual.shares.mean()),
        found.shares.std() - usual.shares.std(),
        abs(won - usually),
        float(np.abs(found.of_units - usual.of_units).mean()),
        float(crps_draws(found.shares, actual)),
    )


def main() -> None:
    """Print the table: changes against the first way, in points of share and of probability."""
    tables: list[tuple[str, float, dict[str, Found]]] = []
    other: FirstRoundPosterior | None = None
    for finished in map(oriented, chosen()):
        race = finished.race
        prepared = prepare(race, read_layers().turnout_if_unknown(race))
        found = ways(finished, other or quick_posterior(prepared.units, SEED))
        other = quick_posterior(prepared.units, SEED)
        if found is not None:
            tables.append((finished.id, finished.share(), found))
        if len(tables) > N_RACES:
            break
    out, rest = sys.stdout, tables[1:]
    out.write("| | GA-06 mean, sd, odds | mean | largest | sd | odds | units | CRPS |\n")
    for name in tables[0][2]:
        first = tables[0][2][name]
        rows = [_changes(found[name], found["the posterior"], actual) for _, actual, found in rest]
        table = 100 * np.array(rows)
        means = table.mean(axis=0)
        out.write(
            f"| {name} | {100 * first.shares.mean():.2f}, {100 * first.shares.std():.2f}, "
            f"{100 * (first.shares > 0.5).mean():.1f} | {means[0]:.2f} | {table[:, 0].max():.2f} | "
            f"{means[1]:+.2f} | {means[2]:.2f} | {means[3]:.2f} | {means[4]:.3f} |\n"
        )


if __name__ == "__main__":
    main()
