"""Error and coverage of `forecast flows` on elections whose flows are known, beside others.

    python -m benchmarks.known_flows FOLDER [--half learned|held] [--only nz,sc,ak,ns] [--every N]
                                            [--limit N] [--draws N] [--bootstrap N]

FOLDER holds split_ticket_units.parquet and split_ticket_truth.parquet (contest, unit, side,
option, votes; contest, from, to, votes) and ranked_ballots.parquet (contest, unit, first_choice,
goes_to, ballots), as docs/flows.md describes them; they do not ship. Beside the estimate stand
all rows alike, least squares on the simplex and expectation maximisation, with --bootstrap its
intervals too. Prints one JSON object with a row a collection.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.optimize import nnls

from benchmarks.measure import print_json
from forecast.transfers.cell_draws import QUANTILES
from forecast.transfers.estimate import estimate_margins, with_stays
from forecast.transfers.two_margins import TwoMargins

# Options with less of the votes are one, as in comparisons of such methods.
SMALL = 0.03
LEVELS = {50: (2, 4), 80: (1, 5), 90: (0, 6)}
# Parts of the scored votes that a row has, for what intervals hold by its size.
ROW_SIZES = (0.0, 0.05, 0.15, 0.35, 1.0)
EM_ROUNDS, EM_AT_REST = 1000, 1e-3
EXHAUSTED = "exhausted"
# Each collection is shuffled in this order by one generator; its first half is what priors are
# learned from.
COLLECTIONS, SPLIT_SEED = ("nz", "sc", "ak", "ns"), 1


@dataclass(frozen=True, eq=False)
class KnownTable:
    """Margins, the true table of the rows that are scored, and true cells of units if known."""

    contest: str
    margins: TwoMargins
    scored: list[int]
    truth: np.ndarray
    units: np.ndarray | None


def split_tickets(folder: Path) -> Iterator[KnownTable]:
    """Tables of party votes by candidate votes, small options together."""
    units = pq.read_table(folder / "split_ticket_units.parquet")
    truth = pq.read_table(folder / "split_ticket_truth.parquet")
    for contest in sorted(set(units["contest"].to_pylist())):
        own = units.filter(pc.equal(units["contest"], contest)).to_pydict()
        cells = truth.filter(pc.equal(truth["contest"], contest)).to_pydict()
        names = sorted(set(own["unit"]))
        sides, labels = [], []
        for side in ("from", "to"):
            options = sorted(
                {o for o, s in zip(own["option"], own["side"], strict=True) if s == side}
            )
            votes = np.zeros((len(names), len(options)))
            for u, s, o, v in zip(
                own["unit"], own["side"], own["option"], own["votes"], strict=True
            ):
                if s == side:
                    votes[names.index(u), options.index(o)] += v
            sides.append(votes)
            labels.append(options)
        table = np.zeros((len(labels[0]), len(labels[1])))
        for a, b, v in zip(cells["from"], cells["to"], cells["votes"], strict=True):
            table[labels[0].index(a), labels[1].index(b)] += v
        first, second = (_together(votes) for votes in sides)
        margins = TwoMargins(
            tuple(names),
            ("all",) * len(names),
            tuple(f"from {i}" for i in range(first.shape[1])),
            tuple(f"to {i}" for i in range(second.shape[1])),
            sides[0] @ first,
            sides[1] @ second,
        )
        yield KnownTable(
            contest, margins, list(range(first.shape[1])), first.T @ table @ second, None
        )


def _together(votes: np.ndarray) -> np.ndarray:
    """Indicators that put options under `SMALL` together, shape (n_options, n_shown)."""
    share = votes.sum(axis=0) / votes.sum()
    shown = np.eye(len(share))[:, share >= SMALL]
    small = (share < SMALL).astype(float)[:, None]
    return np.hstack([shown, small]) if small.any() else shown


def ranked_ballots(folder: Path) -> Iterator[KnownTable]:
    """First choices by the finalist they end with; finalists' own voters stay, as is known."""
    ballots = pq.read_table(folder / "ranked_ballots.parquet")
    for contest in sorted(set(ballots["contest"].to_pylist())):
        own = ballots.filter(pc.equal(ballots["contest"], contest)).to_pydict()
        names = sorted(set(own["unit"]))
        rows = sorted(set(own["first_choice"]))
        columns = [*sorted(set(own["goes_to"]) - {EXHAUSTED}), EXHAUSTED]
        cells = np.zeros((len(names), len(rows), len(columns)))
        places = {name: index for index, name in enumerate(names)}
        for u, a, b, v in zip(
            own["unit"], own["first_choice"], own["goes_to"], own["ballots"], strict=True
        ):
            cells[places[u], rows.index(a), columns.index(b)] += v
        margins = TwoMargins(
            tuple(names),
            ("all",) * len(names),
            tuple(rows),
            tuple(columns),
            cells.sum(axis=2),
            cells.sum(axis=1),
        )
        out = [index for index, row in enumerate(rows) if row not in columns]
        yield KnownTable(contest, margins, out, cells.sum(axis=0)[out], cells[:, out])


def alike(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Rates that are those of everybody."""
    return np.tile(columns.sum(axis=0) / columns.sum(), (rows.shape[1], 1))


def least_squares(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Rates between 0 and 1 with sums of 1, by least squares of the units' votes."""
    n_rows, n_columns = rows.shape[1], columns.shape[1]
    system = np.kron(rows, np.eye(n_columns))
    weight = 1e3 * np.abs(rows).max()
    sums = weight * np.kron(np.eye(n_rows), np.ones((1, n_columns)))
    target = np.concatenate([columns.ravel(), np.full(n_rows, weight)])
    return nnls(np.vstack([system, sums]), target)[0].reshape(n_rows, n_columns)


def expectation_maximisation(
    rows: np.ndarray, columns: np.ndarray, start: np.ndarray | None = None
) -> np.ndarray:
    """Rates by expectation maximisation with the multinomial approximation ("mult") of fastei."""
    rates = alike(rows, columns) if start is None else start
    for _ in range(EM_ROUNDS):
        expected = rows @ rates
        odds = rates * columns[:, None, :] / np.maximum(expected[:, None, :] - rates, 1e-12)
        odds /= np.maximum(odds.sum(axis=2, keepdims=True), 1e-12)
        moved = (rows[:, :, None] * odds).sum(axis=0)
        moved /= np.maximum(rows.sum(axis=0), 1e-9)[:, None]
        change = np.abs(moved - rates).max()
        rates = moved
        if change < EM_AT_REST:
            break
    return rates


def bootstrapped(rows: np.ndarray, columns: np.ndarray, n_samples: int) -> np.ndarray:
    """Rates by expectation maximisation of units drawn with replacement, (sample, row, column)."""
    rng = np.random.default_rng(1)
    whole = expectation_maximisation(rows, columns)
    samples = rng.integers(0, len(rows), (n_samples, len(rows)))
    return np.array([expectation_maximisation(rows[s], columns[s], whole) for s in samples])


METHODS = {
    "all rows alike": alike,
    "least squares": least_squares,
    "expectation maximisation": expectation_maximisation,
}


def error(estimated: np.ndarray, truth: np.ndarray) -> float:
    """Votes in a wrong cell, of 100."""
    return float(50 * np.abs(estimated - truth).sum() / truth.sum())


def inside(truth: np.ndarray, quantiles: np.ndarray) -> dict[int, np.ndarray]:
    """Whether the intervals of each level hold the truth; quantiles are on the first axis."""
    return {
        level: (truth >= quantiles[a]) & (truth <= quantiles[b]) for level, (a, b) in LEVELS.items()
    }


def score(known: KnownTable, draws: int, n_bootstrap: int) -> dict[str, Any]:
    """Errors of all methods, and what the intervals of the estimate cover."""
    margins = known.margins
    ranked = known.units is not None
    stays = [label for label in margins.to_labels if label in margins.from_labels]
    margins = with_stays(margins, stays) if ranked else margins
    found = estimate_margins(margins, draws=draws)
    settled = margins.to_votes - known.units.sum(axis=1) if known.units is not None else 0.0
    rows, columns = margins.from_votes[:, known.scored], margins.to_votes - settled
    totals = rows.sum(axis=0)[:, None]
    errors = {
        name: error(method(rows, columns) * totals, known.truth) for name, method in METHODS.items()
    }
    votes = found.votes[:, known.scored]
    errors["forecast flows"] = error(votes.mean(axis=0), known.truth)
    cells = found.groups["quantile"].values[0][:, known.scored]
    of_bootstrap, of_units = {}, {}
    if n_bootstrap:
        tables = bootstrapped(rows, columns, n_bootstrap) * totals
        of_bootstrap = inside(known.truth, np.quantile(tables, QUANTILES, axis=0))
    if known.units is not None:
        units = found.units["quantile"].values[:, :, known.scored]
        many = np.broadcast_to(rows[:, :, None] >= 10, known.units.shape)
        held = inside(known.units, np.moveaxis(units, 1, 0))
        of_units = {level: found_inside[many] for level, found_inside in held.items()}
    return {
        "errors": errors,
        "covered": inside(known.truth, cells),
        "bootstrap": of_bootstrap,
        "units": of_units,
        "share": np.broadcast_to(totals / totals.sum(), known.truth.shape),
    }


def learning_halves(sizes: dict[str, int]) -> dict[str, set[int]]:
    """Positions of the contests of each collection, by its size, that priors are learned from."""
    rng = np.random.default_rng(SPLIT_SEED)
    halves = {}
    for name in COLLECTIONS:
        order = list(range(sizes[name]))
        rng.shuffle(order)
        halves[name] = set(order[: sizes[name] // 2])
    return halves


def run(
    folder: Path,
    half: str | None = None,
    draws: int = 1000,
    limit: int | None = None,
    every: int = 1,
    only: tuple[str, ...] = COLLECTIONS,
    n_bootstrap: int = 0,
) -> dict[str, Any]:
    """Score every contest of every collection; see the module."""
    tables = [*split_tickets(folder), *ranked_ballots(folder)]
    groups: dict[str, list[KnownTable]] = {}
    for known in tables:
        groups.setdefault(known.contest[:2], []).append(known)
    document = {}
    halves = learning_halves({name: len(groups.get(name, [])) for name in COLLECTIONS})
    for name in COLLECTIONS:
        contests, learned = groups.get(name, []), halves[name]
        if not contests or name not in only:
            continue
        chosen = [
            known
            for index, known in enumerate(contests)
            if half is None or (index in learned) == (half == "learned")
        ][::every][:limit]
        scores = [score(known, draws, n_bootstrap) for known in chosen]
        document[name] = {
            "contests": len(scores),
            "errors": {
                method: float(np.mean([s["errors"][method] for s in scores]))
                for method in scores[0]["errors"]
            },
            "covered": _covered(scores, "covered"),
            "covered_by_row": _covered_by_row(scores),
            "covered_units": _covered(scores, "units") if scores[0]["units"] else None,
            "covered_bootstrap": _covered(scores, "bootstrap") if n_bootstrap else None,
        }
    return document


def _of_all_cells(scores: list[dict[str, Any]], which: str, level: int) -> np.ndarray:
    return np.concatenate([s[which][level].ravel() for s in scores])


def _covered(scores: list[dict[str, Any]], which: str) -> dict[str, float]:
    return {str(level): float(_of_all_cells(scores, which, level).mean()) for level in LEVELS}


def _covered_by_row(scores: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """What intervals hold by the row's part of the scored votes, with the number of cells."""
    share = np.concatenate([s["share"].ravel() for s in scores])
    found = {}
    for low, high in pairwise(ROW_SIZES):
        own = (share > low) & (share <= high)
        if own.any():
            held = {str(k): float(_of_all_cells(scores, "covered", k)[own].mean()) for k in LEVELS}
            found[f"{low:g} to {high:g}"] = {**held, "cells": int(own.sum())}
    return found


def main() -> None:
    """Read the arguments, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("learned", "held"))
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--limit", type=int, help="contests of a collection")
    parser.add_argument("--every", type=int, default=1, help="every so many contests")
    parser.add_argument("--only", default=",".join(COLLECTIONS), help="collections")
    parser.add_argument("--bootstrap", type=int, default=0, help="samples of units")
    given = parser.parse_args()
    only = tuple(given.only.split(","))
    print_json(
        run(
            given.folder,
            given.half,
            given.draws,
            given.limit,
            given.every,
            only,
            given.bootstrap,
        )
    )


if __name__ == "__main__":
    main()
