"""Replay finished races as nights, score every snapshot, and print the table of the method.

    python -m tools.replay_nights RACES_FOLDER --out rows.jsonl [--race NAME ...]
    python -m tools.replay_nights RACES_FOLDER --out rows.jsonl --in-part expected
    python -m tools.replay_nights RACES_FOLDER --out rows.jsonl --in-part precincts
    python -m tools.replay_nights --table rows.jsonl [--beside rows_of_another_program.jsonl]

Every race is forecast by what was learned before its day, its draws are made once, and every
snapshot of every order conditions them. Nothing is fitted: the first round is taken by the normal
approximation of the backtests. With --in-part every county is counted to the same part of its
votes, or of its precincts, in orders that a count can have.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from forecast.defaults import DEFAULT_SEED, PriorChoice
from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.learn.race_priors import resolve_race
from forecast.night.count import Count
from forecast.night.learned import night_scales
from forecast.night.prior_levels import units_apart
from forecast.night.simulated_race import night_race
from forecast.race.contest import Race
from forecast.race.folder import races_in
from forecast.race.units import side_votes
from forecast.record.finished_races import RecordRace, read_finished
from forecast.runoff.simulation import simulate_runoffs
from forecast.score.count_in_part import (
    PARTS,
    PRECINCT_ORDERS,
    REPORTED,
    CountedCells,
    PartOrder,
    counts_by_precincts,
    counts_in_part,
)
from forecast.score.night_replay import (
    FRACTIONS,
    NIGHT_ORDERS,
    FinalCount,
    Order,
    final_count,
    ordered_cells,
    score_snapshot,
    snapshots,
)

DRAWS = 1024
# What a source of counties in part says of how far it is.
BY_EXPECTED, BY_PRECINCTS = "expected", "precincts"


def replay(
    finished: RecordRace, orders: Sequence[Order], n_draws: int, in_part: str | None = None
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Scores of every snapshot of a race, and its count."""
    assert finished.folder is not None, "it came from a folder"
    race = finished.race
    scales = night_scales(race.contest.runoff)
    final = final_count(race, finished.result.returns, scales, DEFAULT_SEED)
    counts = list(
        _counts_in_part(race, final, in_part) if in_part else _counts(race, final, orders)
    )
    if not counts:
        return
    resolved = resolve_race(race, finished.folder, PriorChoice())
    prepared, priors = resolved.prepared, resolved.priors
    posterior = quick_posterior(prepared.units, DEFAULT_SEED)
    night = night_race(
        prepared, posterior, priors, scales, DEFAULT_SEED, by_county=bool(in_part), workers=1
    )
    prior = simulate_runoffs(
        prepared.units, posterior, priors.runoff, n_draws=n_draws, seed=DEFAULT_SEED, workers=1
    ).votes
    for order, fraction, count in counts:
        start = time.process_time()
        scores = score_snapshot(night, prior, race, final, count)
        row = {
            "race": finished.id,
            "order": order,
            "fraction": fraction,
            "first_led": first_led(race),
            "synthetic_late": final.synthetic,
            **scores,
            "seconds": time.process_time() - start,
        }
        yield row, {} if in_part else count_record(race, final, count, row)


def _counts(
    race: Race, final: FinalCount, orders: Sequence[Order]
) -> Iterator[tuple[str, float, Count]]:
    """Counts unit by unit: order, share of all votes, count."""
    for order in orders:
        cells = ordered_cells(order, final, race, units_apart(race), DEFAULT_SEED)
        if cells is not None:
            cuts = snapshots(final, cells, FRACTIONS, DEFAULT_SEED)
            for fraction, count in zip(FRACTIONS, cuts, strict=True):
                yield str(order), fraction, count


def _counts_in_part(race: Race, final: FinalCount, told: str) -> Iterator[tuple[str, float, Count]]:
    """Counts of every county in part: as `_counts`, or with the share of precincts reported."""
    votes, modes = final.count.votes - final.late, final.count.modes
    cells = CountedCells.of(votes, modes, units_apart(race), race.county_index)
    n_counties = len(race.county_names)
    if told == BY_PRECINCTS:
        for way in cells.precinct_orders():
            by_share = counts_by_precincts(cells, way, REPORTED, n_counties, DEFAULT_SEED)
            yield from ((str(way), *one) for one in zip(REPORTED, by_share, strict=True))
        return
    for order in cells.orders():
        by_part = counts_in_part(cells, order, PARTS, n_counties, DEFAULT_SEED)
        yield from ((str(order), *one) for one in zip(PARTS, by_part, strict=True))


def first_led(race: Race) -> bool:
    """Whether the first finalist had the most votes of round one."""
    first, second = race.finalist_index
    votes = race.first_round.counts.sum(axis=0)
    return bool(votes[first] >= votes[second])


def known_order(row: dict[str, Any]) -> str:
    """The order by what is known before the night.

    Race folders name the winner first: "first" and "second" would divide the replays by result.
    """
    if row["order"] not in (Order.FIRST, Order.SECOND):
        return str(row["order"])
    return "leader's best" if (row["order"] == Order.FIRST) == row["first_led"] else "other's best"


def count_record(
    race: Race, final: FinalCount, count: Count, row: dict[str, Any]
) -> dict[str, Any]:
    """A snapshot by unit, for another program: round one, the count, and what part it is."""
    votes = count.unit_votes
    whole = np.maximum(final.count.unit_votes.sum(axis=1), 1)
    part = np.where(count.reported_in_full, 1.0, np.minimum(votes.sum(axis=1) / whole, 0.99))
    return {
        **{key: row[key] for key in ("race", "order", "fraction", "actual")},
        "cast": race.first_round.votes_cast.tolist(),
        "sides": side_votes(race).tolist(),
        "votes": votes.tolist(),
        "counted": part.tolist(),
    }


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Coverage and scores by share of the count, over the orders that a night can have."""
    every = {*NIGHT_ORDERS, *PartOrder, *map(str, PRECINCT_ORDERS)}
    used = [row for row in rows if row["order"] in every]
    shares = sorted({row["fraction"] for row in used})
    n_races = len({row["race"] for row in used})
    lines = [
        f"{n_races} races, {len(used):,} snapshots",
        "",
        "| counted, % | snapshots | in 80% | in 95% | turnout in 80% | in 95% | CRPS "
        "| of the count | of the swing |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(f"{100 * f:g}", [r for r in used if r["fraction"] == f]) for f in shares]
    for order in sorted({known_order(row) for row in rows}):
        own = [row for row in rows if known_order(row) == order]
        lines += ["", f"{order}: {len({row['race'] for row in own})} races", ""]
        lines += [_line(f"{100 * f:g}", [r for r in own if r["fraction"] == f]) for f in shares]
    return "\n".join(lines) + "\n"


def table_beside(rows: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> str:
    """The night's model beside another program on the same snapshots, by share of the count."""
    own = {_key(row): row for row in rows}
    pairs = [(own[_key(row)], row) for row in others if _key(row) in own]
    made = [(one, other) for one, other in pairs if "failed" not in other]
    lines = [
        f"{len({one['race'] for one, _ in pairs})} races, {len(pairs)} snapshots; "
        f"the other program made a forecast of {len(made)}",
        "",
        "| counted, % | snapshots | in 80% | in 95% | CRPS | error | seconds "
        "| other: in 80% | in 95% | CRPS | error | seconds |",
        "|" + "---|" * 12,
    ]
    for fraction in (*FRACTIONS, None):
        used = [pair for pair in made if fraction is None or pair[0]["fraction"] == fraction]
        if used:
            name = "all" if fraction is None else f"{100 * fraction:g}"
            both = (_summary([pair[side] for pair in used]) for side in (0, 1))
            lines.append(f"| {name} | {len(used)} | {' | '.join(both)} |")
    return "\n".join(lines) + "\n"


def _key(row: dict[str, Any]) -> tuple[str, str, float]:
    return row["race"], row["order"], row["fraction"]


def _summary(rows: Sequence[dict[str, Any]]) -> str:
    """Coverage in per cent, CRPS and error of the mean in points of share, seconds."""

    def mean(values: Iterable[float]) -> float:
        return float(np.mean(list(values)))

    cells = [
        f"{100 * mean(r[f'low{level}'] <= r['actual'] <= r[f'high{level}'] for r in rows):.0f}"
        for level in ("80", "95")
    ]
    cells.append(f"{100 * mean(r['crps'] for r in rows):.2f}")
    cells.append(f"{100 * mean(abs(r['mean'] - r['actual']) for r in rows):.2f}")
    cells.append(f"{mean(r.get('seconds', np.nan) for r in rows):.2f}")
    return " | ".join(cells)


def _line(name: str, rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return f"| {name} | 0 | | | | | | | |"

    def column(key: str) -> Any:
        return np.array([row[key] for row in rows])

    cells = [name, str(len(rows))]
    for what in ("", "turnout_"):
        actual = column("turnout_actual" if what else "actual")
        for level in ("80", "95"):
            low, high = column(f"{what}low{level}"), column(f"{what}high{level}")
            inside = (actual >= low - 1e-9) & (actual <= high + 1e-9)
            cells.append(f"{100 * inside.mean():.0f}")
    for key in ("crps", "crps_extrapolated", "crps_swing"):
        cells.append(f"{100 * column(key).mean():.3f}")
    return f"| {' | '.join(cells)} |"


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Read the arguments; replay or print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("races", type=Path, nargs="?")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--snapshots", type=Path)
    parser.add_argument("--race", action="append")
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--orders", nargs="+", type=Order, default=list(NIGHT_ORDERS))
    parser.add_argument(
        "--in-part",
        choices=(BY_EXPECTED, BY_PRECINCTS),
        help="every county counted in part; what the source says of how far it is",
    )
    parser.add_argument("--table", type=Path)
    parser.add_argument("--beside", type=Path, help="rows of another program, for a table")
    given = parser.parse_args()
    if given.table:
        rows = _read(given.table)
        sys.stdout.write(table_beside(rows, _read(given.beside)) if given.beside else table(rows))
        return
    folders = [path for path in races_in(given.races) if not given.race or path.name in given.race]
    with given.out.open("a", encoding="utf-8") as out:
        for folder in folders:
            rows = replay(read_finished(folder), given.orders, given.draws, given.in_part)
            for row, counted in rows:
                out.write(json.dumps(row) + "\n")
                if given.snapshots:
                    with given.snapshots.open("a", encoding="utf-8") as other:
                        other.write(json.dumps(counted) + "\n")
            out.flush()
            sys.stderr.write(f"{folder.name}\n")


if __name__ == "__main__":
    main()
