"""A night in numbers that text, JSON and page all show: what is out, and what is needed of it.

What is to come is a mean everywhere, for means of parts add up to that of the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.night.count import COMPLETE
from forecast.night.guards import status_counts
from forecast.night.night_forecast import NightForecast
from forecast.night.to_come import by_county
from forecast.night.unit_names import unit_labels
from forecast.runoff.summary import Summary
from forecast.stats.arrays import FloatArray

# Votes of no way of voting that come when every unit is complete.
LATE = "late"


@dataclass(frozen=True)
class OutPart:
    """What is out in a county, or by one way of voting.

    Attributes
    ----------
    name
        The county or the way of voting.
    n_units, n_complete
        Its units, and those of which everything is counted.
    counted
        Votes of both finalists so far.
    to_come
        Votes that are expected to come, a mean, late ones among them.
    share_to_come
        The first finalist's expected share of those, None where nothing is out.
    """

    name: str
    n_units: int
    n_complete: int
    counted: tuple[int, int]
    to_come: float
    share_to_come: float | None


@dataclass(frozen=True)
class NightNumbers:
    """The state of a count.

    Attributes
    ----------
    counted
        Counted votes as a share of all that are expected; None where the model is stopped.
    votes
        Votes of both finalists so far.
    units_by_state
        Units of which nothing, a part, and everything is counted.
    certified, stopped
        Whether the count is final; whether the operator has stopped the model.
    before
        Probability of the first finalist before the count.
    to_come
        Votes that are out, over the draws; None where the model is stopped.
    share_to_come
        The first finalist's share of them, over the draws; None where none are out.
    needs
        Share of the votes to come, at their mean, that either finalist needs for a tie; below 0
        or above 1 where none of them could bring it about.
    counties, modes
        What is out by county, most first, and by way of voting where they are told apart.
    units
        What is out by unit.
    kept_out
        Positions of the units whose votes in the last file were kept out.
    """

    counted: float | None
    votes: tuple[int, int]
    units_by_state: tuple[int, int, int]
    certified: bool
    stopped: bool
    before: float
    to_come: Summary | None
    share_to_come: Summary | None
    needs: tuple[float, float] | None
    counties: tuple[OutPart, ...]
    modes: tuple[OutPart, ...]
    units: tuple[OutPart, ...]
    kept_out: tuple[int, ...] = ()


def night_numbers(night: NightForecast) -> NightNumbers:
    """Read a night."""
    count = night.count
    first, second = count.totals.tolist()
    to_come, share, needs = None, None, None
    if not night.stopped:
        come = np.maximum(night.simulation.draws.votes - count.totals, 0)
        both = come.sum(axis=1)
        to_come = Summary.of(both)
        if (both > 0).any():
            share = Summary.of((come[:, 0] / np.maximum(both, 1))[both > 0])
        if to_come.mean >= 1:
            need = ((first + second + to_come.mean) / 2 - first) / to_come.mean
            needs = (float(need), float(1 - need))
    return NightNumbers(
        counted=None if night.stopped else night.counted,
        votes=(first, second),
        units_by_state=status_counts(count),
        certified=count.certified,
        stopped=night.stopped,
        before=night.before,
        to_come=to_come,
        share_to_come=share,
        needs=needs,
        counties=_by_county(night),
        modes=_by_mode(night),
        units=_by_unit(night),
        kept_out=_kept_out(night),
    )


def unit_ids(night: NightForecast) -> Sequence[str]:
    """Ids of the units of the count, or names of its counties."""
    race = night.simulation.race
    return race.county_names if night.count.by_county else race.first_round.unit_ids


def _kept_out(night: NightForecast) -> tuple[int, ...]:
    """Units that the last file has votes of which are not counted; a missing unit has none."""
    units = {unit for guard in night.guards if guard.rule != "missing" for unit in guard.units}
    return tuple(place for place, unit in enumerate(unit_ids(night)) if unit in units)


def together(name: str, parts: Sequence[OutPart]) -> OutPart:
    """Several parts as one."""
    come = sum(part.to_come for part in parts)
    first = sum(part.to_come * (part.share_to_come or 0.0) for part in parts)
    return OutPart(
        name,
        sum(part.n_units for part in parts),
        sum(part.n_complete for part in parts),
        (sum(part.counted[0] for part in parts), sum(part.counted[1] for part in parts)),
        come,
        first / come if come >= 1 else None,
    )


def _by_county(night: NightForecast) -> tuple[OutPart, ...]:
    units, count = night.simulation.units, night.count
    names = units.county_names
    index = np.arange(len(names)) if count.by_county else units.county_index
    n_units = np.bincount(index, minlength=len(names))
    done = np.bincount(index, count.reported_in_full, len(names))
    counted = by_county(count.unit_votes.astype(np.float64), index, len(names))
    come = np.zeros((len(names), 2)) if night.to_come is None else night.to_come.counties
    parts = [
        _part(name, int(n_units[k]), int(done[k]), counted[k], come[k])
        for k, name in enumerate(names)
    ]
    return tuple(sorted(parts, key=lambda part: -part.to_come))


def _by_unit(night: NightForecast) -> tuple[OutPart, ...]:
    """Units, in their order; late votes are of no unit."""
    count, race = night.count, night.simulation.race
    names = race.county_names if count.by_county else unit_labels(race)
    counted, done = count.unit_votes.astype(np.float64), count.reported_in_full
    come = np.zeros_like(counted) if night.to_come is None else night.to_come.cells.sum(axis=2)
    return tuple(_part(name, 1, int(done[k]), counted[k], come[k]) for k, name in enumerate(names))


def _by_mode(night: NightForecast) -> tuple[OutPart, ...]:
    count, come = night.count, night.to_come
    if count.modes == ("",):
        return ()
    found = []
    for position, mode in enumerate(count.modes):
        found.append(
            _part(
                mode or "not told apart",
                count.n_units,
                int((count.status[:, position] == COMPLETE).sum()),
                count.votes[:, :, position].sum(axis=0).astype(np.float64),
                np.zeros(2) if come is None else come.cells[:, :, position].sum(axis=0),
            )
        )
    if come is not None and come.late.sum() >= 1:
        found.append(_part(LATE, count.n_units, 0, np.zeros(2), come.late.sum(axis=0)))
    return tuple(found)


def _part(
    name: str, n_units: int, n_complete: int, counted: FloatArray, come: FloatArray
) -> OutPart:
    total = float(come.sum())
    share = float(come[0] / total) if total >= 1 else None
    return OutPart(name, n_units, n_complete, (int(counted[0]), int(counted[1])), total, share)
