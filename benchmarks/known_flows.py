"""Error and coverage of `forecast flows` on elections whose flows are known, beside others.

    python -m benchmarks.known_flows FOLDER [--half learned|held] [--draws N] [--limit N]

FOLDER holds split_ticket_units.parquet and split_ticket_truth.parquet (contest, unit, side,
option, votes; contest, from, to, votes) and ranked_ballots.parquet (contest, unit, first_choice,
goes_to, ballots), as docs/flows.md describes them; they do not ship. Beside the estimate stand
all rows alike, least squares on the simplex and expectation maximisation. Prints one JSON
object with a row a collection.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.optimize import nnls

from benchmarks.measure import print_json
from forecast.transfers.estimate import estimate_margins, with_stays
from forecast.transfers.two_margins import TwoMargins

# Options with less of the votes are one, as in comparisons of such methods.
SMALL = 0.03
LEVELS = {50: (2, 4), 80: (1, 5), 90: (0, 6)}
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


def expectation_maximisation(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Rates by expectation maximisation with the multinomial approximation ("mult") of fastei."""
    rates = alike(rows, columns)
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


METHODS = {
    "all rows alike": alike,
    "least squares": least_squares,
    "expectation maximisation": expectation_maximisation,
}


def error(estimated: np.ndarray, truth: np.ndarray) -> float:
    """Votes in a wrong cell, of 100."""
    return float(50 * np.abs(estimated - truth).sum() / truth.sum())


def score(known: KnownTable, draws: int) -> dict[str, Any]:
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
    covered = {
        level: (known.truth >= cells[a]) & (known.truth <= cells[b])
        for level, (a, b) in LEVELS.items()
    }
    of_units = {}
    if known.units is not None:
        units = found.units["quantile"].values[:, :, known.scored]
        many = np.broadcast_to(rows[:, :, None] >= 10, known.units.shape)
        of_units = {
            level: ((known.units >= units[:, a]) & (known.units <= units[:, b]))[many]
            for level, (a, b) in LEVELS.items()
        }
    share = np.broadcast_to(totals / totals.sum(), known.truth.shape)
    return {"errors": errors, "covered": covered, "units": of_units, "share": share}


def run(folder: Path, half: str | None, draws: int, limit: int | None) -> dict[str, Any]:
    """Score every contest of every collection; see the module."""
    tables = [*split_tickets(folder), *ranked_ballots(folder)]
    groups: dict[str, list[KnownTable]] = {}
    for known in tables:
        groups.setdefault(known.contest[:2], []).append(known)
    document = {}
    rng = np.random.default_rng(SPLIT_SEED)
    for name in COLLECTIONS:
        contests = groups.get(name, [])
        order = list(range(len(contests)))
        rng.shuffle(order)
        learned = set(order[: len(contests) // 2])
        if not contests:
            continue
        chosen = [
            known
            for index, known in enumerate(contests)
            if half is None or (index in learned) == (half == "learned")
        ][:limit]
        scores = [score(known, draws) for known in chosen]
        document[name] = {
            "contests": len(scores),
            "errors": {
                method: float(np.mean([s["errors"][method] for s in scores]))
                for method in scores[0]["errors"]
            },
            "covered": _covered(scores, "covered"),
            "covered_units": _covered(scores, "units") if scores[0]["units"] else None,
        }
    return document


def _covered(scores: list[dict[str, Any]], which: str) -> dict[str, float]:
    return {
        str(level): float(np.mean(np.concatenate([s[which][level].ravel() for s in scores])))
        for level in LEVELS
    }


def main() -> None:
    """Read the arguments, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("learned", "held"))
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--limit", type=int, help="contests of a collection")
    given = parser.parse_args()
    print_json(run(given.folder, given.half, given.draws, given.limit))


if __name__ == "__main__":
    main()
