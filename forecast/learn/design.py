"""Races as the arrays that the hierarchical model is written on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from forecast.learn.effects import (
    APART,
    LABELS,
    EffectLayout,
    effect_labels,
    has_blocs,
    triple,
    walk_steps,
)
from forecast.learn.race_row import BASELINE_OFFICES, CLASSES, RaceRow
from forecast.race.calendar import era
from forecast.stats.arrays import FloatArray

# Share of a finalist's voters who stay. One race can't tell it from who returns, and its part in
# the log-odds is learned with the reversion. Judgement.
LOYALTY = 0.98
TYPICAL_AGREEMENT, TYPICAL_ELIMINATED, TYPICAL_LOG_ELECTORATE = 0.3, 0.3, 10.0
TYPICAL_OTHERS = 0.3  # of a bloc's vote, for its eliminated candidates
Index = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Design:
    """R races with K eliminated groups. Indices one beyond the last label mean no such effect.

    Attributes
    ----------
    loyal
        First-round shares of who stays with, or changes to, each finalist, shape (R, 2).
    agreement, later_agreement, consolidation, eliminated, electorate
        Centred, shape (R,). Consolidation changes its sign with the order of the finalists;
        later agreement is agreement times a step in time.
    parties
        Position in `CLASSES`; `blocs` is 1 where finalists are of two blocs, shape (R,).
    steps
        Of the national walk, shape (R, n_steps).
    past, has_past
        Log-odds of the newest earlier election for each office, and whether there is one,
        shape (R, 3).
    past_index
        Its effect of country and office, shape (R, 3).
    pairs
        Effects of both finalists' blocs (days by how long the rounds are apart, drifts) to
        their positions, shape (R, 2).
    free
        Day effects, of blocs and of turnout, to how many have a variance in place of a
        coefficient, shape (R,).
    index
        Effect to positions, shape (R,).
    race
        Of each group, shape (K,), ascending.
    side, share, concentration, affinity, lean, nearness, others
        Of each group, shape (K,). Nearness is how many steps nearer the first finalist is than
        the second, 0 where a position is unknown or the group has a side; `others` the centred
        part of the bloc's vote that its finalist did not get.
    alone
        1 for groups without a finalist of their bloc where finalists have blocs, shape (K,).
    triple, triple_day, direction
        Effects and their sign, shape (K,); `triple_free` and `triple_day_free` are 1 where a
        variance stands for them.
    """

    loyal: FloatArray
    agreement: FloatArray
    later_agreement: FloatArray
    consolidation: FloatArray
    eliminated: FloatArray
    electorate: FloatArray
    parties: Index
    blocs: FloatArray
    steps: FloatArray
    past: FloatArray
    has_past: FloatArray
    past_index: Index
    pairs: dict[str, Index]
    free: dict[str, FloatArray]
    index: dict[str, Index]
    race: Index
    side: FloatArray
    share: FloatArray
    concentration: FloatArray
    affinity: FloatArray
    lean: FloatArray
    nearness: FloatArray
    others: FloatArray
    alone: FloatArray
    triple: Index
    triple_day: Index
    direction: FloatArray
    triple_free: FloatArray
    triple_day_free: FloatArray

    @property
    def n_races(self) -> int:
        """How many races there are."""
        return len(self.loyal)

    def take(self, keep: npt.NDArray[np.bool_]) -> "Design":
        """The races of a mask of shape (R,), in their order."""
        inside = keep[self.race]
        changed: dict[str, Any] = {
            name: values[inside if name in _OF_GROUPS else keep]
            for name, values in vars(self).items()
            if name not in _MAPPINGS
        }
        changed["race"] = (np.cumsum(keep) - 1)[self.race[inside]]
        mappings: dict[str, Any] = {
            name: {effect: values[keep] for effect, values in getattr(self, name).items()}
            for name in _MAPPINGS
        }
        return replace(self, **mappings, **changed)


_MAPPINGS = ("pairs", "free", "index")
_OF_GROUPS = (
    *("race", "side", "share", "concentration", "affinity", "lean", "nearness", "others", "alone"),
    *("triple", "triple_day", "direction", "triple_free", "triple_day_free"),
)
BLOC_DAYS = tuple(f"day_{apart}" for apart in (*APART, LABELS))
DAY_EFFECTS = (*BLOC_DAYS, *(f"turnout_day_{apart}" for apart in APART))
PAIR_EFFECTS = (*BLOC_DAYS, "drift")
SIMPLE_EFFECTS = (
    "bind_country",
    "bind_place",
    "bind_era",
    "bind_level",
    "bind_kind",
    "distance_country",
    "affinity_place",
    "lean_place",
    "return_kind",
    "return_country",
    "reversion_kind",
    "reversion_place",
    "scale_kind",
    "scale_level",
    "scale_place",
    "turnout_kind",
    "turnout_pairing",
    "turnout_level",
    "turnout_place",
    *(f"turnout_day_{apart}" for apart in APART),
    "turnout_scale_kind",
    "turnout_scale_level",
    "turnout_scale_place",
)


def design_of(rows: Sequence[RaceRow], layout: EffectLayout) -> Design:
    """Stack races into the arrays of the model."""
    shares = np.stack([row.shares for row in rows])
    past, has_past, past_index = _past(rows, layout)
    index = {effect: _index(rows, layout, effect) for effect in SIMPLE_EFFECTS}
    agreement = np.array([centred_agreement(row) for row in rows])
    return Design(
        loyal=LOYALTY * shares + (1.0 - LOYALTY) * shares[:, ::-1],
        agreement=agreement,
        later_agreement=agreement * np.array([era(row.runoff) for row in rows]),
        consolidation=np.array([row.consolidation for row in rows]),
        eliminated=np.array([row.eliminated for row in rows]) - TYPICAL_ELIMINATED,
        electorate=np.log([row.electorate for row in rows]) - TYPICAL_LOG_ELECTORATE,
        parties=np.array([CLASSES.index(row.parties) for row in rows]),
        blocs=np.array([float(has_blocs(row)) for row in rows]),
        steps=np.array(
            [
                walk_steps(layout.labels["bind_walk"], row.situation.country, row.runoff)
                for row in rows
            ]
        ),
        past=past,
        has_past=has_past,
        past_index=past_index,
        pairs={effect: _pairs(rows, layout, effect) for effect in PAIR_EFFECTS},
        free={effect: _free(rows, layout, effect) for effect in DAY_EFFECTS},
        index=index,
        **_groups(rows, layout),
    )


def _index(rows: Sequence[RaceRow], layout: EffectLayout, effect: str) -> Index:
    found = [next(iter(effect_labels(effect, row)), "") for row in rows]
    return np.array([layout.index(effect, label) for label in found])


def _past(rows: Sequence[RaceRow], layout: EffectLayout) -> tuple[FloatArray, FloatArray, Index]:
    """The newest earlier election of each office."""
    shape = (len(rows), len(BASELINE_OFFICES))
    odds, has = np.zeros(shape), np.zeros(shape)
    index = np.full(shape, len(layout.labels["weight_country"]))
    for at, row in enumerate(rows):
        for earlier in sorted(row.past, key=lambda past: past.held):
            office = BASELINE_OFFICES.index(earlier.office)
            odds[at, office], has[at, office] = earlier.log_odds, 1.0
            label = f"{row.situation.country}|{earlier.office}"
            index[at, office] = layout.index("weight_country", label)
    return odds, has, index


def _pairs(rows: Sequence[RaceRow], layout: EffectLayout, effect: str) -> Index:
    """Positions of an effect of both finalists' blocs, shape (R, 2)."""
    index = np.full((len(rows), 2), len(layout.labels[effect]))
    for at, row in enumerate(rows):
        labels = list(effect_labels(effect, row))
        if labels:
            index[at] = [layout.index(effect, label) for label in labels]
    return index


def _free(rows: Sequence[RaceRow], layout: EffectLayout, effect: str) -> FloatArray:
    """How many effects of its day a race has that have no coefficient, shape (R,)."""
    none = len(layout.labels[effect])
    counts = [
        sum(layout.index(effect, label) == none for label in effect_labels(effect, row))
        for row in rows
    ]
    return np.array(counts, dtype=np.float64)


def _groups(rows: Sequence[RaceRow], layout: EffectLayout) -> dict[str, Any]:
    """The columns of the eliminated groups."""
    pairs = [(at, row, group) for at, row in enumerate(rows) for group in row.groups]
    names = [triple(row, group) for _, row, group in pairs]
    days = [
        f"{n}|{row.runoff.isoformat()}" for (n, _), (_, row, _) in zip(names, pairs, strict=True)
    ]
    known = np.array([bool(name) for name, _ in names])
    triples = np.array([layout.index("triple", name) for name, _ in names], dtype=np.intp)
    triple_days = np.array([layout.index("triple_day", day) for day in days], dtype=np.intp)
    side = np.array([float(group.side) for _, _, group in pairs])
    own = np.array([row.own[0 if group.side > 0 else 1] for _, row, group in pairs])
    return {
        "race": np.array([at for at, _, _ in pairs], dtype=np.intp),
        "side": side,
        "share": np.array([group.share for _, _, group in pairs]),
        "concentration": np.array([group.concentration for _, _, group in pairs]),
        "affinity": np.array([group.affinity for _, _, group in pairs]),
        "lean": np.array([group.lean for _, _, group in pairs]),
        "nearness": np.array(
            [0.0 if group.side else nearness(row, group.bloc) for _, row, group in pairs]
        ),
        "others": np.where(side != 0, 1.0 - own - TYPICAL_OTHERS, 0.0),
        "alone": np.array([float(has_blocs(row) and not g.side) for _, row, g in pairs]),
        "triple": triples,
        "triple_day": triple_days,
        "direction": np.array([sign for _, sign in names]),
        "triple_free": (known & (triples == len(layout.labels["triple"]))).astype(np.float64),
        "triple_day_free": (known & (triple_days == len(layout.labels["triple_day"]))).astype(
            np.float64
        ),
    }


def centred_agreement(row: RaceRow) -> float:
    """Agreement with the baseline less its typical value, 0 where it is not known."""
    return row.agreement - TYPICAL_AGREEMENT if np.isfinite(row.agreement) else 0.0


def nearness(row: RaceRow, bloc: str) -> float:
    """How many steps nearer to a bloc the first finalist is than the second, 0 if unknown."""
    own, first, second = (row.situation.position(name) for name in (bloc, *row.blocs))
    steps = abs(own - second) - abs(own - first)
    return float(steps) if np.isfinite(steps) else 0.0
