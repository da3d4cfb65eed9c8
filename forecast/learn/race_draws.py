"""What the posterior says of one race, draw by draw, for the simulation of its runoff.

NumPy alone. What belongs to the day, and to a place, kind or triple of blocs that has not been
seen, is drawn from the hierarchy.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecast.learn.coefficient_draws import PosteriorDraws
from forecast.learn.design import (
    LOYALTY,
    TYPICAL_ELIMINATED,
    TYPICAL_LOG_ELECTORATE,
    TYPICAL_OTHERS,
    centred_agreement,
    nearness,
)
from forecast.learn.effects import (
    SIZES,
    WITH_BLOCS,
    WITHOUT,
    day_effect,
    drift_blocs,
    effect_labels,
    has_blocs,
    steps_to,
    triple,
    turnout_apart,
    walk_steps,
)
from forecast.learn.race_row import BASELINE_OFFICES, RaceRow
from forecast.race.calendar import era
from forecast.stats.arrays import FloatArray

_LEAST_VARIANCE = 1e-6
_SMOOTH, _TYPICAL_LEAD = 0.01, 0.5


@dataclass(frozen=True, eq=False)
class RaceDraws:
    """Joint draws for a race. G is the number of its eliminated groups, or candidates.

    Attributes
    ----------
    bind
        Log-odds that a voter of either finalist's bloc chooses that finalist, affinity and
        lean apart, shape (n_draws, 2).
    transfer
        Log-odds that a returning voter of each group chooses the first finalist, all parts,
        without the noise below, shape (n_draws, G).
    affinity, lean
        The slopes in it, shape (n_draws,).
    noise_candidate, noise_side, noise_other
        Standard deviations of a candidate's own departure, of the one that a finalist's bloc
        shares, and of the one that another bloc shares, shape (n_draws,).
    returning
        How often each group's voters vote again, relative to the finalists', (n_draws, G).
    slope, shift
        The runoff's log-odds are slope x (log-odds of the streams) + shift + error: reversion
        and earlier elections in the one; earlier elections, day and consolidation in the
        other, shape (n_draws,).
    scale, tail
        Of the error's Student t, where the streams are at their expectation, (n_draws,).
    turnout, turnout_scale, turnout_tail
        Location, scale and degrees of freedom of the log of the runoff's votes over the first
        round's, the day's effect drawn, shape (n_draws,).
    streams
        Log-odds of the streams at these transfers, shape (n_draws,).
    sensitivity
        Derivative of the location by each group's transfer, shape (n_draws, G).
    unseen
        Names of the effects that were drawn from the hierarchy.
    """

    bind: FloatArray
    transfer: FloatArray
    affinity: FloatArray
    lean: FloatArray
    noise_candidate: FloatArray
    noise_side: FloatArray
    noise_other: FloatArray
    returning: FloatArray
    slope: FloatArray
    shift: FloatArray
    scale: FloatArray
    tail: FloatArray
    turnout: FloatArray
    turnout_scale: FloatArray
    turnout_tail: FloatArray
    streams: FloatArray
    sensitivity: FloatArray
    unseen: tuple[str, ...]

    @property
    def location(self) -> FloatArray:
        """Of the log-odds of the first finalist's share, shape (n_draws,)."""
        return np.asarray(self.slope * self.streams + self.shift)


def race_draws(posterior: PosteriorDraws, row: RaceRow, rng: np.random.Generator) -> RaceDraws:
    """What the posterior says of a race.

    Parameters
    ----------
    posterior
        Joint draws.
    row
        The race, as `race_row` reads it; with a group for each candidate or for each bloc.
    rng
        For what has not been seen.
    """
    return _RaceReader(posterior, row, rng).read()


def log_odds_draws(draws: RaceDraws, row: RaceRow, rng: np.random.Generator) -> FloatArray:
    """Draws of the log-odds of the runoff share, by the delta method, shape (n_draws,)."""
    error = rng.standard_t(draws.tail)
    return np.asarray(draws.location + np.sqrt(variance(draws, row)) * error)


def variance(draws: RaceDraws, row: RaceRow) -> FloatArray:
    """Square of the scale with the noise of the transfers, shape (n_draws,)."""
    side = np.array([float(group.side != 0) for group in row.groups])
    concentration = np.array([group.concentration for group in row.groups])
    shared = np.outer(draws.noise_side**2, side) + np.outer(draws.noise_other**2, 1.0 - side)
    own = np.outer(draws.noise_candidate**2, concentration)
    noise = (draws.sensitivity**2 * (own + shared)).sum(axis=1)
    return np.asarray(draws.scale**2 + noise)


@dataclass(eq=False)
class _RaceReader:
    """One race and one posterior; effects are looked up, or drawn, once each."""

    posterior: PosteriorDraws
    row: RaceRow
    rng: np.random.Generator

    def __post_init__(self) -> None:
        self._drawn: dict[tuple[str, str], FloatArray] = {}
        self._unseen: dict[str, None] = {}

    def read(self) -> RaceDraws:
        p, row = self.posterior, self.row
        n = p.n_draws
        transfer, returning = self._transfer(), self._returning()
        share = np.array([group.share for group in row.groups])
        first = 1.0 / (1.0 + np.exp(-transfer))
        loyal = LOYALTY * row.shares + (1.0 - LOYALTY) * row.shares[::-1]
        gained = returning * share
        votes = loyal + np.stack(
            [(gained * first).sum(axis=1), (gained * (1.0 - first)).sum(axis=1)], axis=1
        )
        streams = np.log(votes[:, 0]) - np.log(votes[:, 1])
        slope, shift = self._location()
        inverse = (1.0 / votes).sum(axis=1)[:, None]
        return RaceDraws(
            bind=np.stack([self._bind(side) for side in (0, 1)], axis=1),
            transfer=transfer,
            affinity=self._slope("affinity"),
            lean=self._slope("lean"),
            noise_candidate=p.number("noise.candidate"),
            noise_side=p.number("noise.side"),
            noise_other=p.number("noise.other"),
            returning=returning,
            slope=slope,
            shift=shift,
            scale=np.sqrt(np.exp(2.0 * self._log_scale(streams)) + _LEAST_VARIANCE),
            tail=2.0 + np.exp(self._of_target("scale.log_tail")),
            turnout=self._turnout(votes.sum(axis=1)),
            turnout_scale=np.sqrt(np.exp(2.0 * self._log_turnout_scale()) + _LEAST_VARIANCE),
            turnout_tail=2.0 + np.exp(p.number("turnout.log_tail")),
            streams=streams,
            sensitivity=slope[:, None] * gained * first * (1.0 - first) * inverse
            if row.groups
            else np.zeros((n, 0)),
            unseen=tuple(self._unseen),
        )

    def _effect(self, name: str, label: str | None = None) -> FloatArray:
        """An effect of a group that the race belongs to; drawn where it has not been seen."""
        wanted = next(iter(effect_labels(name, self.row)), "") if label is None else label
        if not wanted:
            return np.zeros(self.posterior.n_draws)
        found = self.posterior.effect(name, wanted) if name in self.posterior.labels else None
        if found is not None:
            return found
        if (name, wanted) not in self._drawn:
            size = self.posterior.number(f"size.{SIZES[name]}")
            self._drawn[name, wanted] = size * self.rng.standard_normal(len(size))
            self._unseen[name] = None
        return self._drawn[name, wanted]

    def _of_target(self, name: str) -> FloatArray:
        return self.posterior.number(name, WITH_BLOCS if has_blocs(self.row) else WITHOUT)

    def _slope(self, name: str) -> FloatArray:
        """Slope of the transfers on affinity or lean."""
        return self._of_target(f"transfer.{name}") + self._effect(f"{name}_place")

    @cached_property
    def _common_bind(self) -> FloatArray:
        p, row = self.posterior, self.row
        names = ("bind_country", "bind_place", "bind_era", "bind_level", "bind_kind")
        agreement = centred_agreement(row)
        later = agreement * era(row.runoff)
        effects = sum((self._effect(name) for name in names), np.zeros(p.n_draws))
        found = p.number("transfer.bind") + p.number("transfer.agreement") * agreement
        found = found + p.number("transfer.later_agreement") * later
        return np.asarray(found + effects + self._walk())

    def _walk(self) -> FloatArray:
        """The national walk up to the race's cycle; steps that nobody has taken are drawn."""
        p, where, day = self.posterior, self.row.situation, self.row.runoff
        known = p.labels["bind_walk"]
        found = p.values["bind_walk"] @ np.array(walk_steps(known, where.country, day))
        steps = [step for step in steps_to(day) if step not in known]
        size = p.number("size.walk") * np.sqrt(sum(map(abs, walk_steps(steps, where.country, day))))
        return np.asarray(found + size * self.rng.standard_normal(p.n_draws))

    def _bind(self, side: int) -> FloatArray:
        others = 1.0 - self.row.own[side] - TYPICAL_OTHERS
        return np.asarray(self._common_bind + self.posterior.number("transfer.own") * others)

    def _transfer(self) -> FloatArray:
        p, row = self.posterior, self.row
        columns = []
        affinity, lean = self._slope("affinity"), self._slope("lean")
        distance = p.number("transfer.distance") + self._effect("distance_country")
        for group in row.groups:
            value = affinity * group.affinity + lean * group.lean
            if group.side:
                value = value + group.side * self._bind(0 if group.side > 0 else 1)
            else:
                value = value + distance * nearness(row, group.bloc)
            name, direction = triple(row, group)
            if name:
                day = self._effect("triple_day", f"{name}|{row.runoff.isoformat()}")
                value = value + direction * (self._effect("triple", name) + day)
            columns.append(value)
        return np.stack(columns, axis=1) if columns else np.zeros((p.n_draws, 0))

    def _returning(self) -> FloatArray:
        p, row = self.posterior, self.row
        base = p.number("return.base") + self._effect("return_kind")
        base = base + self._effect("return_country")
        alone = np.array([float(has_blocs(row) and not group.side) for group in row.groups])
        added = np.outer(p.number("return.without_bloc"), alone)
        return np.asarray(np.exp(base[:, None] + added))

    def _location(self) -> tuple[FloatArray, FloatArray]:
        """Slope on the streams' log-odds, and what is added."""
        p, row = self.posterior, self.row
        slope = (
            1.0
            + p.number("reversion.base", row.parties)
            + self._effect("reversion_kind")
            + self._effect("reversion_place")
            + p.number("reversion.eliminated", row.parties) * (row.eliminated - TYPICAL_ELIMINATED)
        )
        shift = p.number("location.consolidation") * row.consolidation
        newest = {past.office: past for past in sorted(row.past, key=lambda past: past.held)}
        for office in BASELINE_OFFICES:
            if office in newest:
                label = f"{row.situation.country}|{office}"
                effect = self._effect("weight_country", label)
                weight = p.number("location.weight", office) + effect
                slope = slope - weight
                shift = shift + weight * newest[office].log_odds
        if has_blocs(row):
            # The difference of two blocs' effects.
            size = p.number(f"size.{day_effect(row)}") * np.sqrt(2.0)
            shift = shift + size * self.rng.standard_normal(p.n_draws)
        for sign, label in zip((1.0, -1.0), drift_blocs(row), strict=False):
            shift = shift + sign * self._effect("drift", label)
        return slope, shift

    def _log_scale(self, streams: FloatArray) -> FloatArray:
        p, row = self.posterior, self.row
        effects = sum(
            (self._effect(name) for name in ("scale_kind", "scale_level", "scale_place")),
            np.zeros(p.n_draws),
        )
        lead = np.sqrt(streams**2 + _SMOOTH) - _TYPICAL_LEAD
        return np.asarray(
            p.number("scale.base")
            + p.number("scale.parties", row.parties)
            + effects
            + p.number("scale.consolidation") * abs(row.consolidation)
            + p.number("scale.electorate") * self._electorate
            + p.number("scale.eliminated") * (row.eliminated - TYPICAL_ELIMINATED)
            + p.number("scale.lead") * lead
        )

    def _turnout(self, retained: FloatArray) -> FloatArray:
        p = self.posterior
        names = ("turnout_kind", "turnout_pairing", "turnout_level", "turnout_place")
        effects = self._effect(f"turnout_day_{turnout_apart(self.row)}")
        effects = sum((self._effect(name) for name in names), effects)
        slope = p.number("turnout.electorate") * self._electorate
        return np.asarray(p.number("turnout.base") + effects + slope + np.log(retained))

    def _log_turnout_scale(self) -> FloatArray:
        p = self.posterior
        names = ("turnout_scale_kind", "turnout_scale_level", "turnout_scale_place")
        effects = sum((self._effect(name) for name in names), np.zeros(p.n_draws))
        slope = p.number("turnout.scale_electorate") * self._electorate
        return np.asarray(p.number("turnout.scale") + effects + slope)

    @property
    def _electorate(self) -> float:
        return float(np.log(self.row.electorate) - TYPICAL_LOG_ELECTORATE)
