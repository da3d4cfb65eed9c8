"""Posteriors that are the priors, and small tables."""

from collections.abc import Sequence

import numpy as np

from forecast.learn.coefficient_draws import LearnedFrom, PosteriorDraws, natural_draws
from forecast.learn.effects import NUMBER_LABELS, SIZES, layout_of
from forecast.learn.hierarchical_priors import load_hierarchy_priors
from forecast.learn.race_row import RaceRow

NOWHERE = LearnedFrom("", 0, "", "", {}, [], "prior", {}, {})


def prior_posterior(rows: Sequence[RaceRow], seed: int, n_draws: int) -> PosteriorDraws:
    """Draws from the priors, as if the races had taught nothing."""
    layout, priors = layout_of(rows), load_hierarchy_priors()
    names = [n for n in priors for _ in NUMBER_LABELS.get(n, ("",))]
    names += [effect for effect in SIZES for _ in layout.labels[effect]]
    vectors = np.random.default_rng(seed).standard_normal((n_draws, len(names)))
    values, labels = natural_draws(vectors, names, layout, priors, rows)
    return PosteriorDraws(values, labels, NOWHERE)


def without_days(posterior: PosteriorDraws) -> PosteriorDraws:
    """The same with no surprise of days, which is drawn anew for every race."""
    gone = ("size.day_", "size.triple_day", "size.turnout_day")
    values = {n: v * 0.0 if n.startswith(gone) else v for n, v in posterior.values.items()}
    return PosteriorDraws(values, posterior.labels, posterior.learned_from)
