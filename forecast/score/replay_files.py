"""Snapshots of a replayed race as files, as a night would bring them."""

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np

from forecast.defaults import DEFAULT_SEED
from forecast.errors import InputError
from forecast.files import write_atomically
from forecast.fitted_race import FittedRace
from forecast.night.count import CERTIFIED, STATUS_WORDS, Count
from forecast.night.learned import night_scales
from forecast.night.prior_levels import units_apart
from forecast.night.returns_file import read_night_returns
from forecast.night.told import TOLD_NOTHING, ToldOfFiles
from forecast.night.unit_names import UnitNames
from forecast.race.contest import Race
from forecast.race.runoff_result import load_runoff
from forecast.score.night_replay import (
    FinalCount,
    Order,
    final_count,
    final_of_count,
    ordered_cells,
    snapshots,
)

# Shares of the vote at which a replay takes a snapshot: often at first, when most moves.
CUTS = (
    *(0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.125, 0.15, 0.175, 0.2),
    *(0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95),
    *(0.97, 0.98, 0.99, 0.995, 1.0),
)
POLLS_CLOSE, MINUTES_APART = time(19, 0), 7
# How long after the night the count is certified.
CANVASS = timedelta(days=7)


def write_replay(
    order: str,
    fitted: FittedRace,
    returns: Sequence[Path],
    folder: Path,
    told: ToldOfFiles = TOLD_NOTHING,
) -> Iterator[tuple[Path, ...]]:
    """Write the snapshots of a finished race one by one; the last one is the certified count.

    Parameters
    ----------
    order
        Name of an order of `forecast.score.night_replay`.
    fitted
        The race.
    returns
        Files of its final count; the runoff table of its folder where there are none.
    folder
        Where the snapshots go.
    told
        What a person says of the files.

    Raises
    ------
    InputError
        When there is no such order or no result.
    """
    if order not in list(Order):
        raise InputError(
            f"--replay {order}: neither a folder nor an order; orders are {', '.join(Order)}"
        )
    race = fitted.race
    final = _final(fitted, returns, told)
    cells = ordered_cells(Order(order), final, race, units_apart(race), DEFAULT_SEED)
    if cells is None:
        raise InputError(
            f"--replay {order}: {race.contest.id} has no ways of voting to be told apart; give "
            "returns by mode with --returns, or another order"
        )
    start = datetime.combine(race.contest.runoff, POLLS_CLOSE)
    ended = replace(final.count, final=np.ones(final.count.n_units, dtype=bool))
    of_the_night = snapshots(final, cells, CUTS, DEFAULT_SEED)
    for number, count in enumerate(itertools.chain(of_the_night, [ended])):
        path = folder / f"{number:04d}.csv"
        stamp = start + timedelta(minutes=MINUTES_APART * number)
        if count is ended:
            stamp += CANVASS
        write_atomically(path, returns_of_count(count, race, stamp))
        yield (path,)


def _final(fitted: FittedRace, returns: Sequence[Path], told: ToldOfFiles) -> FinalCount:
    race = fitted.race
    scales = night_scales(race.contest.runoff)
    if returns:
        read = read_night_returns(returns, race, UnitNames.of(race, fitted.folder), told)
        if read.count.by_county:
            raise InputError("a replay takes returns of units, and these are of counties")
        return final_of_count(read.count, race.contest.id, scales, DEFAULT_SEED)
    result = load_runoff(fitted.folder, race)
    return final_count(race, result.returns, scales, DEFAULT_SEED)


def returns_of_count(count: Count, race: Race, stamp: datetime) -> str:
    """A count as a table of returns."""
    raw = io.StringIO()
    writer = csv.writer(raw, lineterminator="\n")
    header = ["unit_id", "county", "unit_name", "candidate", "mode", "votes", "status", "time"]
    writer.writerow(header)
    first_round, when = race.first_round, stamp.isoformat(timespec="seconds")
    for index, unit in enumerate(first_round.unit_ids):
        place = [unit, first_round.counties[index], first_round.unit_names[index]]
        for position, mode in enumerate(count.modes):
            status = STATUS_WORDS[count.status[index, position]]
            if count.certified_units[index]:
                status = CERTIFIED
            for side, name in enumerate(race.contest.finalists):
                votes = int(count.votes[index, side, position])
                writer.writerow([*place, name, mode, votes, status, when])
    return raw.getvalue()
