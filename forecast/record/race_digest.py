"""A finished race by its content: what was computed from it is found again by that alone."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from forecast.race.contest import Returns
from forecast.record.finished_races import RecordRace

LENGTH = 20
# What people are to call things by; nothing is computed from it.
LABELS = frozenset({"county_kind", "covers", "license", "notes", "short_names"})


def race_digest(finished: RecordRace) -> str:
    """Hash of what a finished race says: contest but for `LABELS`, both rounds, baselines.

    A race that is corrected, or changed to see what follows, has another one.
    """
    total = hashlib.sha256()
    for part in _parts(finished):
        # Its length before it: "ab" and "c" are not "a" and "bc".
        total.update(f"{len(part)}:".encode() + part)
    return total.hexdigest()[:LENGTH]


def _parts(finished: RecordRace) -> Iterator[bytes]:
    race, result = finished.race, finished.result
    contest = {**vars(race.contest), "blocs": dict(race.contest.blocs)}
    yield repr(sorted(item for item in contest.items() if item[0] not in LABELS)).encode()
    yield from _table(race.first_round)
    for baseline in race.baselines:
        yield f"{baseline.election} {baseline.held}".encode()
        yield baseline.present.tobytes()
        yield from _table(baseline.returns)
    yield repr(result.unmatched).encode()
    yield from _table(result.returns)


def _table(returns: Returns) -> Iterator[bytes]:
    """Every field of a table of returns, in the order of the fields."""
    for field in fields(returns):
        value = getattr(returns, field.name)
        if isinstance(value, np.ndarray):
            # The same bytes on every machine, whatever its order of them.
            kind = value.dtype.newbyteorder("<")
            yield f"{kind}{value.shape}".encode()
            yield np.ascontiguousarray(value, dtype=kind).tobytes()
        else:
            yield repr(value).encode()
