"""Flows as a forecast would have given them, against ballots that say where votes went.

    python -m benchmarks.forward_flows FOLDER [--draws N] [--limit N]

FOLDER holds ranked_ballots.parquet as docs/flows.md describes it. First choices are the first
round, the last two candidates the finalists; nothing of later choices reaches the forecast, which
takes the priors that ship with the newest day before the election. No ballot has a party: each
contest is forecast without any, and with a label of its own for each candidate, as where it is
known that all are of different parties, but not who is near to whom. Prints one JSON object with
a row an election and way:

    error           votes in a wrong cell, of 100 of eliminated candidates, by the mean forecast
    covered         how many cells (candidate to finalist, or nobody) the central intervals hold
    choice_missed   error, in points, of the leader's part of the votes that reach a finalist
    choice_covered  how many of these parts the central intervals hold
"""

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.known_flows import EXHAUSTED, KnownTable, error, ranked_ballots
from benchmarks.measure import print_json
from forecast.learn.posterior_file import LearnedPosterior, read_posterior, shipped_for
from forecast.race.contest import Contest, Race, Returns
from forecast.race.office_words import STATE_LEGISLATURE
from forecast.race.place_words import US
from forecast.race.situation import GENERAL_RUNOFF
from forecast.score.forecaster import Draws
from forecast.score.learned_forecaster import LearnedPriors

# Contests are named nsw2015_, nsw2019_ and ak2022_; where and when they were held.
ELECTIONS = {
    "nsw2015": (date(2015, 3, 28), "Australia", ""),
    "nsw2019": (date(2019, 3, 23), "Australia", ""),
    "ak2022": (date(2022, 11, 8), US, "AK"),
}
WAYS = {"no party": False, "a party each": True}
LEVELS = (50, 80, 95)


def race_of(known: KnownTable, *, labels: bool) -> Race:
    """First choices as a first round between the last two and all others."""
    held, country, state = ELECTIONS[known.contest.split("_")[0]]
    margins = known.margins
    finalists = [label for label in margins.to_labels if label != EXHAUSTED]
    votes = margins.from_votes
    order = sorted(finalists, key=lambda label: -votes[:, margins.from_labels.index(label)].sum())
    unknown = np.full(len(votes), np.nan)
    returns = Returns(
        margins.units,
        margins.groups,
        margins.units,
        unknown,
        unknown,
        margins.from_labels,
        margins.from_labels if labels else ("",) * len(margins.from_labels),
        ("",),
        votes.astype(np.int64)[:, :, None],
    )
    contest = Contest(
        id=known.contest,
        title=known.contest,
        office="",
        place=state or country,
        unit_kind="polling place",
        first_round=held,
        runoff=held,
        finalists=(order[0], order[1]),
        blocs={},
        country=country,
        state=state,
        level=STATE_LEGISLATURE,
        kind=GENERAL_RUNOFF,
    )
    return Race(contest, returns, ())


def score(race: Race, known: KnownTable, learned: LearnedPosterior, draws: int) -> dict[str, Any]:
    """Error of the mean, and which cells and choices the central intervals hold."""
    _, runoffs = LearnedPriors().forecast(race, learned, Draws(draws, flows=True))
    assert runoffs.flows is not None
    to_finalists = runoffs.flows.to_finalists[:, known.scored].astype(float)
    cast = known.margins.from_votes[:, known.scored].sum(axis=0)
    home = np.maximum(cast - to_finalists.sum(axis=2), 0.0)
    cells = np.concatenate([to_finalists, home[:, :, None]], axis=2)
    columns = known.margins.to_labels
    truth = known.truth[:, [columns.index(name) for name in (*race.contest.finalists, EXHAUSTED)]]
    reaching = truth[:, :2].sum(axis=1) > 0
    choice = cells[:, reaching, 0] / np.maximum(cells[:, reaching, :2].sum(axis=2), 1e-9)
    chosen = truth[reaching, 0] / truth[reaching, :2].sum(axis=1)
    weight = truth[reaching, :2].sum(axis=1)
    missed = np.abs(choice.mean(axis=0) - chosen)
    return {
        "error": error(cells.mean(axis=0), truth),
        "covered": {level: held(cells, truth, level) for level in LEVELS},
        "choice_missed": float(100 * missed @ weight / weight.sum()),
        "choice_covered": {level: held(choice, chosen, level) for level in LEVELS},
    }


def held(draws: np.ndarray, truth: np.ndarray, level: int) -> np.ndarray:
    """Whether each value is within the central interval of its draws."""
    low, high = np.percentile(draws, [50 - level / 2, 50 + level / 2], axis=0)
    return np.asarray((low <= truth) & (truth <= high)).ravel()


def run(folder: Path, draws: int, limit: int | None) -> dict[str, Any]:
    """Score every contest of every election; see the module."""
    posteriors = {
        name: read_posterior(file)
        for name, (day, _, _) in ELECTIONS.items()
        if (file := shipped_for(day)) is not None
    }
    document = {}
    for name, learned in posteriors.items():
        own = list(_first(of_election(folder, name), limit))
        for way, labels in WAYS.items():
            scores = [score(race_of(known, labels=labels), known, learned, draws) for known in own]
            if scores:
                document[f"{name}, {way}"] = {"contests": len(scores), **mean_of(scores)}
    return document


def of_election(folder: Path, name: str) -> Iterator[KnownTable]:
    """Contests in which somebody was eliminated."""
    for known in ranked_ballots(folder):
        if known.contest.startswith(name) and known.scored:
            yield known


def _first(tables: Iterator[KnownTable], limit: int | None) -> Iterator[KnownTable]:
    for number, known in enumerate(tables):
        if limit is not None and number >= limit:
            return
        yield known


def mean_of(scores: list[dict[str, Any]]) -> dict[str, Any]:
    """Errors averaged over contests, coverage over cells."""
    return {
        **{
            name: float(np.mean([one[name] for one in scores]))
            for name in ("error", "choice_missed")
        },
        **{
            name: {
                str(level): float(np.mean(np.concatenate([one[name][level] for one in scores])))
                for level in LEVELS
            }
            for name in ("covered", "choice_covered")
        },
    }


def main() -> None:
    """Read the arguments, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--limit", type=int, help="contests of an election")
    given = parser.parse_args()
    print_json(run(given.folder, given.draws, given.limit))


if __name__ == "__main__":
    main()
