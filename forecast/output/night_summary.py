"""A night in numbers that text, JSON and page all show: what is out, and what is needed of it."""

from dataclasses import dataclass

import numpy as np

from forecast.night.guards import status_counts
from forecast.night.night_forecast import NightForecast
from forecast.runoff.summary import Summary
from forecast.stats.arrays import FloatArray


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
        Votes that are expected to come.
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
        Counted votes as a share of all that are expected.
    votes
        Votes of both finalists so far.
    units
        Units of which nothing, a part, and everything is counted.
    certified, stopped
        Whether the count is final; whether the operator has stopped the model.
    before
        Probability of the first finalist before the count.
    to_come
        Votes that are out, over the draws.
    share_to_come
        The first finalist's share of them, over the draws; None where none are out.
    needs
        Share of the votes to come, at their median, that either finalist needs for a tie; below 0
        or above 1 where none of them could bring it about.
    counties, modes
        What is out by county, most first, and by way of voting where they are told apart.
    """

    counted: float
    votes: tuple[int, int]
    units: tuple[int, int, int]
    certified: bool
    stopped: bool
    before: float
    to_come: Summary
    share_to_come: Summary | None
    needs: tuple[float, float] | None
    counties: tuple[OutPart, ...]
    modes: tuple[OutPart, ...]


def night_numbers(night: NightForecast) -> NightNumbers:
    """Read a night."""
    count = night.count
    first, second = count.totals.tolist()
    votes = night.simulation.draws.votes
    come = np.maximum(votes - count.totals, 0)
    both = come.sum(axis=1)
    shares = come[:, 0] / np.maximum(both, 1)
    any_out = bool((both > 0).any())
    out = float(np.median(both))
    needs = None
    if out >= 1:
        need = ((first + second + out) / 2 - first) / out
        needs = (float(need), float(1 - need))
    return NightNumbers(
        counted=night.counted,
        votes=(first, second),
        units=status_counts(count),
        certified=count.certified,
        stopped=night.stopped,
        before=night.before,
        to_come=Summary.of(both),
        share_to_come=Summary.of(shares[both > 0]) if any_out else None,
        needs=needs,
        counties=_by_county(night),
        modes=_by_mode(night),
    )


def _by_county(night: NightForecast) -> tuple[OutPart, ...]:
    units, count = night.simulation.units, night.count
    names = units.county_names
    index = np.arange(len(names)) if count.by_county else units.county_index
    parts = _parts(
        names,
        index,
        night.expected.sum(axis=2),
        count.unit_votes.astype(np.float64),
        count.reported_in_full.astype(np.float64),
    )
    return tuple(sorted(parts, key=lambda part: -part.to_come))


def _by_mode(night: NightForecast) -> tuple[OutPart, ...]:
    count = night.count
    if count.modes == ("",):
        return ()
    found = []
    for position, mode in enumerate(count.modes):
        found.append(
            _part(
                mode or "not told apart",
                count.n_units,
                int((count.status[:, position] == 2).sum()),
                count.votes[:, :, position].sum(axis=0).astype(np.float64),
                night.expected[:, :, position].sum(axis=0),
            )
        )
    return tuple(found)


def _parts(
    names: tuple[str, ...],
    index: np.typing.NDArray[np.intp],
    expected: FloatArray,
    counted: FloatArray,
    complete: FloatArray,
) -> list[OutPart]:
    def sums(values: FloatArray) -> FloatArray:
        return np.bincount(index, values, len(names))

    n_units, done = np.bincount(index, minlength=len(names)), sums(complete)
    now = np.stack([sums(side) for side in counted.T], axis=1)
    then = np.stack([sums(side) for side in expected.T], axis=1)
    return [
        _part(name, int(n_units[k]), int(done[k]), now[k], then[k]) for k, name in enumerate(names)
    ]


def _part(
    name: str, n_units: int, n_complete: int, counted: FloatArray, expected: FloatArray
) -> OutPart:
    come = np.maximum(expected - counted, 0)
    total = float(come.sum())
    share = float(come[0] / total) if total >= 1 else None
    return OutPart(name, n_units, n_complete, (int(counted[0]), int(counted[1])), total, share)
