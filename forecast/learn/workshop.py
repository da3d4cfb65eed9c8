"""Learn from finished races: the hierarchical model fitted, its joint draws ready to be saved."""

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from forecast.defaults import DEFAULT_SEED, LEARN_DRAWS, LEARN_TARGET_ACCEPT
from forecast.errors import InputError
from forecast.files import write_atomically
from forecast.first_round.diagnosis import Diagnosis
from forecast.learn.coefficient_draws import (
    LearnedFrom,
    PosteriorDraws,
    natural_draws,
    places_of,
)
from forecast.learn.design import design_of
from forecast.learn.effects import EffectLayout, layout_of
from forecast.learn.hierarchical_model import build_model
from forecast.learn.hierarchical_priors import Prior, load_hierarchy_priors
from forecast.learn.level_scales import level_scales
from forecast.learn.mode import Compiled, LaplaceFit, Races, fit_laplace
from forecast.learn.nuts import sample, with_labels
from forecast.learn.posterior_file import LearnedPosterior
from forecast.learn.training_table import FinishedRow, Table

NUTS, LAPLACE = "nuts", "laplace"
FEWEST_RACES = 20
N_DRAWS = 1000
SEED = DEFAULT_SEED


@dataclass(frozen=True, eq=False)
class Workshop:
    """The model of a table, compiled once for every fit to a part of it."""

    table: Table
    layout: EffectLayout
    priors: dict[str, Prior]
    races: Races
    compiled: Compiled

    @classmethod
    def of(cls, table: Sequence[FinishedRow], priors_file: Path | None = None) -> "Workshop":
        """Build and compile the model."""
        rows = [finished.row for finished in table]
        layout, priors = layout_of(rows), load_hierarchy_priors(priors_file)
        odds = np.array([finished.log_odds for finished in table])
        turnout = np.array([finished.log_turnout for finished in table])
        races = Races(design_of(rows, layout), odds, turnout)
        model, said = build_model(races.design, odds, turnout, layout, priors)
        return cls(tuple(table), layout, priors, races, Compiled.of(model, said))

    def learn(
        self,
        *,
        before: date | None = None,
        leave_out_days: Collection[date] = (),
        leave_out_places: Collection[str] = (),
        method: str = NUTS,
        near: LaplaceFit | None = None,
        seed: int = SEED,
        draws: int = LEARN_DRAWS,
        target_accept: float = LEARN_TARGET_ACCEPT,
        trace: Path | None = None,
    ) -> LearnedPosterior:
        """Fit the model to a part of the table.

        Parameters
        ----------
        before
            Use only runoffs held before this day.
        leave_out_days, leave_out_places
            Leave out the runoffs of these days and places ("US GA", "France").
        method
            "nuts", or "laplace" for a normal around the mode.
        near
            A fit to nearly the same races, to start from.
        seed
            Of all that is random.
        draws, target_accept
            Of each chain of NUTS, and the mean acceptance that its step size aims at.
        trace
            Where the draws of NUTS go whole, for `forecast diagnose learned`; a NetCDF file.

        Raises
        ------
        InputError
            When fewer than 20 races are left.
        """
        keep = np.array(
            [
                (before is None or f.row.runoff < before)
                and f.row.runoff not in leave_out_days
                and f.row.situation.place not in leave_out_places
                for f in self.table
            ]
        )
        if keep.sum() < FEWEST_RACES:
            raise InputError(
                f"{keep.sum()} finished races to learn from, of {len(keep)} given: "
                f"{FEWEST_RACES} are needed; give more, or a later day"
            )
        kept = [f for f, chosen in zip(self.table, keep.tolist(), strict=True) if chosen]
        taught = [finished.row for finished in kept]
        races = self.races.take(keep)
        fitted = fit_laplace(self.compiled, races, self.priors, near)
        if method == LAPLACE:
            vectors = fitted.draws(np.random.default_rng(seed), N_DRAWS)
            diagnostics: dict[str, float] = {}
        else:
            shown = sys.stderr.isatty()
            sampled = sample(
                self.compiled,
                races,
                fitted,
                seed,
                draws,
                target_accept=target_accept,
                progress=shown,
            )
            thin = np.linspace(0, len(sampled.vectors) - 1, N_DRAWS).round().astype(int)
            vectors, diagnostics = sampled.vectors[thin], health(sampled.diagnosis)
            if trace is not None:
                write_atomically(trace, with_labels(sampled.trace, self.layout).to_netcdf)
        values, labels = natural_draws(
            vectors, self.compiled.names, self.layout, self.priors, taught
        )
        days = sorted(row.runoff for row in taught)
        learned_from = LearnedFrom(
            before=before.isoformat() if before else "",
            n_races=len(taught),
            first=days[0].isoformat(),
            last=days[-1].isoformat(),
            by_place=places_of(taught),
            left_out=[*(d.isoformat() for d in leave_out_days), *leave_out_places],
            method=method,
            diagnostics=diagnostics,
            versions={"program": _version()},
        )
        return LearnedPosterior(PosteriorDraws(values, labels, learned_from), level_scales(kept))


def health(diagnosis: Diagnosis) -> dict[str, float]:
    """The numbers of a diagnosis, for the header of a learned file."""
    return {
        "divergences": float(diagnosis.divergences),
        "r_hat_max": diagnosis.max_r_hat,
        "ess_bulk_min": diagnosis.min_ess_bulk,
        "ess_tail_min": diagnosis.min_ess_tail,
        "seconds": diagnosis.seconds,
    }


def _version() -> str:
    try:
        return version("runoff-forecast")
    except PackageNotFoundError:
        return "unknown"
