"""The training table from finished races, each contest once."""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from forecast.learn.race_row import race_row
from forecast.learn.training_table import FinishedRow, Table, leader_first
from forecast.learn.unit_scales import lean_sizes, turnout_sizes
from forecast.race.prepared import prepare
from forecast.race.situation import situation_of
from forecast.record.finished_races import RecordRace
from forecast.record.race_digest import race_digest

# One contest from two sources differs by what either source lacks, no more than this.
SAME_SHARE, SAME_ELECTORATE = 0.004, 0.05
# For the turnout of units whose registered voters nobody published.
TURNOUT_IF_UNKNOWN = 0.5


def build_table(races: Sequence[RecordRace]) -> Table:
    """Finished races as rows, the leader of the first round first, each contest once.

    Parameters
    ----------
    races
        With their baselines (`forecast.record.earlier_baselines`). Those in which a finalist
        has no first-round vote are left out.
    """
    rows = (finished_row(race) for race in races if _both_have_votes(race))
    return without_repeats(leader_first(row) for row in rows)


def finished_row(finished: RecordRace) -> FinishedRow:
    """A finished race as a row, its finalists in the order given."""
    votes, (unit_votes, _) = finished.votes(), finished.unit_votes()
    row = race_row(finished.race, situation_of(finished.race))
    units = prepare(finished.race, TURNOUT_IF_UNKNOWN).units
    return FinishedRow(
        row,
        collection=finished.source,
        share=float(votes[0] / votes.sum()),
        log_turnout=float(np.log(votes.sum()) - np.log(row.electorate)),
        digest=race_digest(finished),
        lean=lean_sizes(units, unit_votes),
        turnout=turnout_sizes(units, unit_votes),
    )


def without_repeats(rows: Iterable[FinishedRow]) -> Table:
    """Each contest once: the first of those of one place, days and nearly the same shares."""
    kept: dict[tuple[str, str, date, date], list[FinishedRow]] = {}
    for one in rows:
        row = one.row
        key = (row.situation.place, row.situation.level, row.first_round, row.runoff)
        others = kept.setdefault(key, [])
        if not any(_same_contest(one, other) for other in others):
            others.append(one)
    return tuple(one for others in kept.values() for one in others)


def _same_contest(one: FinishedRow, other: FinishedRow) -> bool:
    """Whether two rows are one contest from two collections: same blocs, shares, electorate."""
    if one.row.blocs != other.row.blocs or one.collection == other.collection:
        return False
    near = [*(one.row.shares - other.row.shares), one.share - other.share]
    ratio = abs(np.log(one.row.electorate / other.row.electorate))
    return bool(np.abs(near).max() < SAME_SHARE and ratio < SAME_ELECTORATE)


def _both_have_votes(finished: RecordRace) -> bool:
    counts = finished.race.first_round.counts[:, list(finished.race.finalist_index)]
    return bool(counts.any(axis=0).all() and finished.votes().any())
