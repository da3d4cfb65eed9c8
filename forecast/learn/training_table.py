"""The training table: finished races as columns, in one compact file."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from forecast.files import shipped_folder, write_atomically
from forecast.learn.race_row import Group, Past, RaceRow
from forecast.learn.unit_scales import LevelSizes
from forecast.race.situation import Situation
from forecast.stats.arrays import FloatArray

TextArray = npt.NDArray[np.str_]
LARGEST_SHARE = 0.99  # of a runoff: beyond it nobody stood against
PARTS, LEVELS = ("lean", "turnout"), ("unit", "county")
_LEVEL_SIZES = tuple(field.name for field in fields(LevelSizes))


@dataclass(frozen=True, eq=False)
class FinishedRow:
    """A race before its runoff, and its count.

    Attributes
    ----------
    row
        What was known before.
    collection
        Where it came from.
    share
        Runoff share of the first finalist.
    log_turnout
        Log of the finalists' runoff votes over the first round's valid votes.
    digest
        Hash of the race that was read (`race_digest`): a corrected one has another.
    lean, turnout
        Scales of the errors of its units and counties, None where too few tell.
    """

    row: RaceRow
    collection: str
    share: float
    log_turnout: float
    digest: str = ""
    lean: LevelSizes | None = None
    turnout: LevelSizes | None = None

    @property
    def log_odds(self) -> float:
        """Log-odds of the runoff share, a share without an opponent worth the name cut off."""
        share = float(np.clip(self.share, 1.0 - LARGEST_SHARE, LARGEST_SHARE))
        return float(np.log(share) - np.log1p(-share))


Table = tuple[FinishedRow, ...]


def swapped(finished: FinishedRow) -> FinishedRow:
    """The same race with its finalists named in the other order."""
    row = finished.row
    turned = replace(
        row,
        blocs=(row.blocs[1], row.blocs[0]),
        shares=row.shares[::-1].copy(),
        own=row.own[::-1].copy(),
        groups=tuple(
            replace(g, side=-g.side, affinity=-g.affinity, lean=-g.lean) for g in row.groups
        ),
        past=tuple(replace(p, log_odds=-p.log_odds) for p in row.past),
    )
    return replace(finished, row=turned, share=1.0 - finished.share)


def leader_first(finished: FinishedRow) -> FinishedRow:
    """The same race with the finalist first who led the first round; ties stay as they are."""
    first, second = finished.row.shares
    return swapped(finished) if second > first else finished


def _scalars() -> dict[str, Callable[[FinishedRow], object]]:
    """Columns of a row a race."""
    return {
        "id": lambda f: f.row.id,
        "collection": lambda f: f.collection,
        "country": lambda f: f.row.situation.country,
        "state": lambda f: f.row.situation.state,
        "level": lambda f: f.row.situation.level,
        "office": lambda f: f.row.situation.office,
        "kind": lambda f: f.row.situation.kind,
        "first_round": lambda f: f.row.first_round.isoformat(),
        "runoff": lambda f: f.row.runoff.isoformat(),
        "pairing": lambda f: f.row.pairing,
        "parties": lambda f: f.row.parties,
        "bloc1": lambda f: f.row.blocs[0],
        "bloc2": lambda f: f.row.blocs[1],
        "share1": lambda f: f.row.shares[0],
        "share2": lambda f: f.row.shares[1],
        "own1": lambda f: f.row.own[0],
        "own2": lambda f: f.row.own[1],
        "agreement": lambda f: f.row.agreement,
        "electorate": lambda f: f.row.electorate,
        "n_units": lambda f: f.row.n_units,
        "share": lambda f: f.share,
        "log_turnout": lambda f: f.log_turnout,
        "digest": lambda f: f.digest,
        **{
            f"{part}.{name}": partial(_level_size, part, name)
            for part in PARTS
            for name in _LEVEL_SIZES
        },
    }


def _level_size(part: str, name: str, finished: FinishedRow) -> float:
    """A number of the scales of a part, NaN where it is not known."""
    sizes = getattr(finished, part)
    value = None if sizes is None else getattr(sizes, name)
    return np.nan if value is None else value


def _level_sizes(part: str, number: Mapping[str, float]) -> LevelSizes | None:
    """The scales of a part as they were before `_level_size` took them apart."""
    found = {name: number[f"{part}.{name}"] for name in _LEVEL_SIZES}
    if np.isnan(found["log_unit"]):
        return None
    known = {name: None if np.isnan(value) else value for name, value in found.items()}
    return LevelSizes(**known)  # type: ignore[arg-type]


def save_table(table: Sequence[FinishedRow], path: Path) -> None:
    """Write a table as one compressed file of arrays."""
    columns = {name: np.array([get(f) for f in table]) for name, get in _scalars().items()}
    groups = [(i, g) for i, f in enumerate(table) for g in f.row.groups]
    past = [(i, p) for i, f in enumerate(table) for p in f.row.past]
    group = {
        "group.race": np.array([i for i, _ in groups], dtype=np.int32),
        "group.bloc": np.array([g.bloc for _, g in groups]),
        "group.side": np.array([g.side for _, g in groups], dtype=np.int8),
        "group.values": np.array([_group_values(g) for _, g in groups]).reshape(-1, 4),
    }
    earlier = {
        "past.race": np.array([i for i, _ in past], dtype=np.int32),
        "past.office": np.array([p.office for _, p in past]),
        "past.held": np.array([p.held.isoformat() for _, p in past]),
        "past.log_odds": np.array([p.log_odds for _, p in past]),
    }
    raw = io.BytesIO()
    np.savez_compressed(raw, **columns, **group, **earlier)  # type: ignore[arg-type]
    write_atomically(path, raw.getvalue())


def load_table(path: Path) -> Table:
    """Read a table."""
    with np.load(path, allow_pickle=False) as stored:
        data = {name: stored[name] for name in stored.files}
    n_races = len(data["id"])
    groups: list[list[Group]] = [[] for _ in range(n_races)]
    past: list[list[Past]] = [[] for _ in range(n_races)]
    for race, bloc, side, values in zip(
        data["group.race"].tolist(),
        data["group.bloc"].tolist(),
        data["group.side"].tolist(),
        data["group.values"].tolist(),
        strict=True,
    ):
        groups[race].append(Group(bloc, side, *values))
    for race, office, held, odds in zip(
        data["past.race"].tolist(),
        data["past.office"].tolist(),
        data["past.held"].tolist(),
        data["past.log_odds"].tolist(),
        strict=True,
    ):
        past[race].append(Past(office, date.fromisoformat(held), odds))
    columns = {name: data[name].tolist() for name in _scalars()}
    return tuple(
        _finished({name: values[i] for name, values in columns.items()}, groups[i], past[i])
        for i in range(n_races)
    )


def shipped_table() -> Table:
    """The finished races that ship with the program."""
    return load_table(_shipped_file())


def shipped_columns(*names: str) -> dict[str, list[Any]]:
    """Some columns of the finished races that ship, one entry a race, in a tenth of the time."""
    with np.load(_shipped_file(), allow_pickle=False) as stored:
        return {name: stored[name].tolist() for name in names}


def _shipped_file() -> Path:
    return shipped_folder("data") / "record" / "training.npz"


def column(table: Iterable[FinishedRow], get: Callable[[FinishedRow], float]) -> FloatArray:
    """A number of every race, shape (R,)."""
    return np.array([get(finished) for finished in table], dtype=np.float64)


def _group_values(group: Group) -> tuple[float, float, float, float]:
    return group.share, group.concentration, group.affinity, group.lean


def _finished(line: dict[str, object], groups: list[Group], past: list[Past]) -> FinishedRow:
    text = {name: str(value) for name, value in line.items()}
    number = {n: v for n, v in line.items() if isinstance(v, (int, float))}
    row = RaceRow(
        id=text["id"],
        situation=Situation(
            text["country"], text["state"], text["level"], text["office"], text["kind"]
        ),
        first_round=date.fromisoformat(text["first_round"]),
        runoff=date.fromisoformat(text["runoff"]),
        pairing=text["pairing"],
        parties=text["parties"],
        blocs=(text["bloc1"], text["bloc2"]),
        shares=np.array([number["share1"], number["share2"]]),
        own=np.array([number["own1"], number["own2"]]),
        groups=tuple(groups),
        past=tuple(past),
        agreement=float(number["agreement"]),
        electorate=float(number["electorate"]),
        n_units=int(number["n_units"]),
    )
    return FinishedRow(
        row,
        text["collection"],
        float(number["share"]),
        float(number["log_turnout"]),
        text["digest"],
        *(_level_sizes(part, number) for part in PARTS),
    )
