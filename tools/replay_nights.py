"""Replay finished races as nights, score every snapshot, and print the table of the method.

    python -m tools.replay_nights RACES_FOLDER --out rows.jsonl [--race NAME ...]
    python -m tools.replay_nights --table rows.jsonl

Every race is forecast by what was learned before its day, its draws are made once, and every
snapshot of every order conditions them. Nothing is fitted: the first round is taken by the normal
approximation of the backtests.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from forecast.defaults import DEFAULT_SEED, PriorChoice
from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.learn.race_priors import resolve_race
from forecast.night.learned import night_scales
from forecast.night.prior_levels import units_apart
from forecast.night.simulated_race import night_race
from forecast.race.folder import races_in
from forecast.record.finished_races import RecordRace, read_finished
from forecast.runoff.simulation import simulate_runoffs
from forecast.score.night_replay import (
    FRACTIONS,
    NIGHT_ORDERS,
    Order,
    final_count,
    ordered_cells,
    score_snapshot,
    snapshots,
)

DRAWS = 1024


def replay(finished: RecordRace, orders: Sequence[Order], n_draws: int) -> Iterator[dict[str, Any]]:
    """Scores of every snapshot of a race."""
    assert finished.folder is not None, "it came from a folder"
    resolved = resolve_race(finished.race, finished.folder, PriorChoice())
    prepared, priors, race = resolved.prepared, resolved.priors, finished.race
    posterior = quick_posterior(prepared.units, DEFAULT_SEED)
    scales = night_scales(race.contest.runoff)
    night = night_race(prepared, posterior, priors, scales, DEFAULT_SEED, workers=1)
    prior = simulate_runoffs(
        prepared.units, posterior, priors.runoff, n_draws=n_draws, seed=DEFAULT_SEED, workers=1
    ).votes
    final = final_count(race, finished.result.returns, scales, DEFAULT_SEED)
    for order in orders:
        cells = ordered_cells(order, final, race, units_apart(race), DEFAULT_SEED)
        if cells is None:
            continue
        cuts = snapshots(final, cells, FRACTIONS, DEFAULT_SEED)
        for fraction, count in zip(FRACTIONS, cuts, strict=True):
            scores = score_snapshot(night, prior, race, final, count)
            about = {"race": finished.id, "order": str(order), "fraction": fraction}
            yield {**about, "synthetic_late": final.synthetic, **scores}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Coverage and scores by share of the count, over the orders that a night can have."""
    used = [row for row in rows if row["order"] in set(NIGHT_ORDERS)]
    n_races = len({row["race"] for row in used})
    lines = [
        f"{n_races} races, {len(used):,} snapshots",
        "",
        "| counted, % | snapshots | in 80% | in 95% | turnout in 80% | in 95% | CRPS "
        "| of the count | of the swing |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(f"{100 * f:g}", [r for r in used if r["fraction"] == f]) for f in FRACTIONS]
    for order in Order:
        own = [row for row in rows if row["order"] == order]
        lines += ["", f"{order}: {len({row['race'] for row in own})} races", ""]
        lines += [_line(f"{100 * f:g}", [r for r in own if r["fraction"] == f]) for f in FRACTIONS]
    return "\n".join(lines) + "\n"


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


def main() -> None:
    """Read the arguments; replay or print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("races", type=Path, nargs="?")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--race", action="append")
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--orders", nargs="+", type=Order, default=list(NIGHT_ORDERS))
    parser.add_argument("--table", type=Path)
    given = parser.parse_args()
    if given.table:
        text = given.table.read_text(encoding="utf-8")
        sys.stdout.write(table([json.loads(line) for line in text.splitlines()]))
        return
    folders = [path for path in races_in(given.races) if not given.race or path.name in given.race]
    with given.out.open("a", encoding="utf-8") as out:
        for folder in folders:
            for row in replay(read_finished(folder), given.orders, given.draws):
                out.write(json.dumps(row) + "\n")
            out.flush()
            sys.stderr.write(f"{folder.name}\n")


if __name__ == "__main__":
    main()
