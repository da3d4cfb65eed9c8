"""Estimate where the votes went: one call from two margins to a labelled result."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from forecast.defaults import DEFAULT_SEED, Notify, silent
from forecast.errors import InputError
from forecast.first_round.diagnosis import Diagnosis
from forecast.lazy_imports import lazy_imports
from forecast.priors.prior_set import SamplerSettings
from forecast.stats.arrays import Float32Array, FloatArray
from forecast.transfers.cell_draws import draw_cells, expected_cells
from forecast.transfers.cell_fit import CellFit, Progress, fit_cells
from forecast.transfers.context_fit import fit_with_context
from forecast.transfers.open_cells import OpenCells
from forecast.transfers.parameter_draws import draw_parameters_of
from forecast.transfers.transfer_priors import (
    Dispersion,
    RatePrior,
    TransferPriors,
    shipped_priors,
)
from forecast.transfers.two_margins import CountedElection, TwoMargins, match_counts
from forecast.transfers.unit_rates import CellProblem

with lazy_imports():
    from forecast.transfers import labelled_cells, sampled_rates

Method = Literal["fast", "nuts"]
Kind = Literal["auto", "table", "ranked", "runoff"]

FULL_DRAWS = 1000
# Cells of all units from which fewer draws must do, and how many: five and ninety-five in a
# hundred are then told to a seventh of a standard deviation.
MANY_CELLS = 300_000
FEW_DRAWS = 200
# With --prior none: log rates that may be anything, and no pull known.
FLAT_SPREAD = 3.0


@dataclass(frozen=True, eq=False)
class RatePriorGiven:
    """A prior of the mean log rates that comes from elsewhere, as the streams of a forecast.

    Attributes
    ----------
    mean
        Shape (n_from, n_to).
    covariance
        Shape (n_from * n_to,) twice.
    name
        In words, for the reader.
    """

    mean: FloatArray
    covariance: FloatArray
    name: str


@dataclass(frozen=True, eq=False)
class TransferEstimate:
    """Where the votes went, with what is known of it.

    Attributes
    ----------
    margins
        What it was estimated from.
    tree
        DataTree with the group posterior: ``votes`` (chain, draw, from, to) that really moved,
        and what lies behind them (``log_rates``, ``pull``, ``make_up``, ``spread``); and the
        group constant_data: ``lower`` and ``upper`` (from, to), the bounds of the margins alone,
        and ``no_pull`` and ``double_pull``, the table as the pull of the neighbours is 0 or
        twice what it is taken to be.
    groups, units
        Datasets with ``mean`` (group or unit, from, to) and ``quantile`` (..., probability).
    method, prior
        In words.
    asked
        Whether the prior of the rates was asked how much the context can do, as the streams are.
    spread
        Between units: standard deviation of log rates.
    sampled
        The chains of the sampled model; None for the fast estimate, which has none.
    seconds
        Wall time.
    notes
        What a reader must know, a sentence each.
    """

    margins: TwoMargins
    tree: Any
    groups: Any
    units: Any
    method: str
    prior: str
    asked: bool
    spread: float
    sampled: "sampled_rates.SampledRates | None"
    seconds: float
    notes: tuple[str, ...]

    @property
    def diagnosis(self) -> Diagnosis | None:
        """Health of the sampled model; None for the fast estimate."""
        return None if self.sampled is None else self.sampled.diagnosis

    @property
    def votes(self) -> Float32Array:
        """Draws of the table, shape (n_draws, n_from, n_to)."""
        values = self.tree["posterior"]["votes"].values
        return np.asarray(values.reshape((-1, *values.shape[2:])))

    @property
    def totals(self) -> FloatArray:
        """Votes of every row, shape (n_from,)."""
        return np.asarray(self.margins.from_votes.sum(axis=0))


def estimate_transfers(
    from_votes: Any,
    to_votes: Any,
    *,
    units: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    from_labels: Sequence[str] | None = None,
    to_labels: Sequence[str] | None = None,
    registered: Any = None,
    registered_after: Any = None,
    stays: Sequence[str] = (),
    kind: Kind = "auto",
    method: Method = "fast",
    draws: int | None = None,
    seed: int = DEFAULT_SEED,
) -> TransferEstimate:
    """Estimate where the votes of one election went in another, from both counts by unit.

    Parameters
    ----------
    from_votes, to_votes
        Votes of the first and the second election: arrays of shape (n_units, n_choices), or
        DataFrames with a row a unit and a column a choice, whose index names the units and is
        matched.
    units
        Names of the units, where arrays are given.
    groups
        County or district of each unit of the first election; one for all where left out.
    from_labels, to_labels
        Names of the choices, where arrays are given.
    registered, registered_after
        Registered voters at both elections, shape (n_units,), NaN where unknown.
    stays
        Choices of both elections whose voters cannot have gone elsewhere: the last candidates
        standing on ranked ballots.
    kind
        Which of the priors that ship: "table" for two lists of options, "ranked" for ranked
        ballots, "runoff" for two rounds. "auto" takes "ranked" where somebody stays, "runoff" where
        all columns but one have the name of a row and rows are more than columns, else "table".
    method
        "fast" or "nuts".
    draws
        Draws of the votes; by default a thousand, two hundred of large tables.
    seed
        The same seed gives the same numbers.

    Returns
    -------
    TransferEstimate
        The posterior as an ArviZ DataTree, and all that goes with it.

    Raises
    ------
    InputError
        When the counts are unsound or don't belong together.
    """
    first = _count("first election", from_votes, units, groups, from_labels, registered)
    second = _count("second election", to_votes, units, groups, to_labels, registered_after)
    margins = match_counts(first, second)
    margins = with_stays(margins, stays)
    return estimate_margins(margins, kind=kind, method=method, draws=draws, seed=seed)


def _count(
    name: str,
    votes: Any,
    units: Sequence[str] | None,
    groups: Sequence[str] | None,
    labels: Sequence[str] | None,
    registered: Any,
) -> CountedElection:
    """A count from an array or a DataFrame."""
    if hasattr(votes, "columns"):
        units = [str(unit) for unit in votes.index]
        labels = [str(label) for label in votes.columns]
        votes = votes.to_numpy()
    try:
        values = np.asarray(votes, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: votes are not all numbers ({error})") from None
    if values.ndim != 2:
        raise InputError(
            f"{name}: votes have a row a unit and a column a choice, not shape {values.shape}"
        )
    n_units, n_choices = values.shape
    units = [str(index + 1) for index in range(n_units)] if units is None else units
    groups = ["all"] * len(units) if groups is None else groups
    labels = [f"{name} {index + 1}" for index in range(n_choices)] if labels is None else labels
    voters = np.full(n_units, np.nan) if registered is None else np.asarray(registered, float)
    if len(units) != n_units or len(groups) != n_units or voters.shape != (n_units,):
        raise InputError(
            f"{name}: {n_units} units by the votes, {len(units)} by their names, {len(groups)} by "
            f"their groups, {len(voters)} by their registered voters; give each once a unit"
        )
    return CountedElection(
        name,
        tuple(map(str, units)),
        tuple(map(str, groups)),
        tuple(map(str, labels)),
        values,
        voters,
    )


def with_stays(margins: TwoMargins, stays: Sequence[str]) -> TwoMargins:
    """Margins with rows whose voters are known to stay with the column of the same name.

    Raises
    ------
    InputError
        When there is no such row and column, or the column has fewer votes than the row somewhere.
    """
    pairs = []
    for name in stays:
        if name not in margins.from_labels or name not in margins.to_labels:
            raise InputError(
                f"{name!r} cannot stay: it is no choice of both elections; the first has "
                f"{', '.join(margins.from_labels)}, the second {', '.join(margins.to_labels)}"
            )
        row, column = margins.from_labels.index(name), margins.to_labels.index(name)
        lost = margins.from_votes[:, row] > margins.to_votes[:, column]
        if lost.any():
            unit = margins.units[int(np.argmax(lost))]
            raise InputError(
                f"not all voters of {name!r} stayed: in {lost.sum():,} units, {unit!r} among them, "
                "it has fewer votes in the second count than in the first; leave it out of --stays"
            )
        pairs.append((row, column))
    return replace(margins, stays=tuple(pairs))


def estimate_margins(
    margins: TwoMargins,
    *,
    kind: Kind = "auto",
    given: RatePriorGiven | None = None,
    flat: bool = False,
    method: Method = "fast",
    draws: int | None = None,
    seed: int = DEFAULT_SEED,
    settings: SamplerSettings | None = None,
    notify: Notify = silent,
    progress: Progress = lambda _: None,
) -> TransferEstimate:
    """Estimate where the votes went, from margins that agree.

    Parameters
    ----------
    margins
        Both margins.
    kind
        As in `estimate_transfers`.
    given
        A prior of the mean log rates instead of the one that ships.
    flat
        Take rates as good as unknown instead.
    method, draws, seed
        As in `estimate_transfers`.
    settings
        Of the sampler; needed for "nuts" only.
    notify
        Called with a line that the user should read.
    progress
        Called with the part of the work that is done, 0 to 1.
    """
    started = time.perf_counter()
    cells = OpenCells.of(margins)
    chosen = _kind(margins) if kind == "auto" else kind
    priors = shipped_priors(chosen)
    if flat:
        priors = replace(priors, dispersion=Dispersion(1.0, priors.dispersion.tail))
    mean, precision, prior_name = _rate_prior(cells, priors, chosen, given, flat=flat)
    problem = CellProblem(cells.rows, cells.columns, cells.settled, mean, precision)
    fit, narrowing = _fit(
        problem, priors, lambda part: progress(0.3 * part), asked=given is not None
    )
    n_cells = problem.rows.shape[0] * problem.n_rows * problem.n_columns
    n_draws = draws or (FULL_DRAWS if n_cells <= MANY_CELLS else FEW_DRAWS)
    rng = np.random.default_rng([seed, 1])
    sampled, how = None, "fast normal approximation"
    if method == "nuts":
        notify("sampling the mean rates with NUTS: half a minute or more, most of it to compile")
        sampled = sampled_rates.sample_rates(problem, fit.effects, priors, settings, seed)
        how = sampled.diagnosis.method
    thinned = None if sampled is None else sampled.thinned(n_draws)
    parameters = draw_parameters_of(fit, priors, n_draws, rng, thinned, narrowing)
    votes = draw_cells(
        problem, fit, parameters, cells.groups, seed, lambda part: progress(0.3 + 0.7 * part)
    )
    notes = [*margins.notes]
    if not fit.at_rest:
        notes.append(
            f"the fast estimate did not come to rest in {fit.rounds} rounds; try --method nuts"
        )
    if n_draws < FULL_DRAWS and draws is None:
        notes.append(f"{n_draws} draws, for the table is large: ends of intervals are rough")
    if max(problem.n_rows, problem.n_columns) > len(problem.rows):
        notes.append(
            f"{problem.n_rows} by {problem.n_columns} choices, but {len(problem.rows)} "
            f"unit{'s' * (len(problem.rows) > 1)} with voters: most of what is said comes from the "
            "prior"
        )
    constants = {
        name: expected_cells(problem, fit.effects.times_pull(factor), priors.spread, fit)
        for name, factor in (("no_pull", 0.0), ("double_pull", 2.0))
    }
    return TransferEstimate(
        margins=margins,
        tree=labelled_cells.posterior_tree(margins, cells, votes, parameters, constants),
        groups=labelled_cells.group_cells(margins, cells, votes),
        units=labelled_cells.unit_cells(margins, cells, votes),
        method=how,
        prior=prior_name,
        asked=given is not None,
        spread=fit.spread,
        sampled=sampled,
        seconds=time.perf_counter() - started,
        notes=tuple(notes),
    )


def _fit(
    problem: CellProblem, priors: TransferPriors, progress: Progress, *, asked: bool
) -> tuple[CellFit, FloatArray | None]:
    """The mean log rates; and where the prior of these is asked of the context, its narrowing."""
    if asked:
        found = fit_with_context(problem, priors, progress)
        return found.fit, found.narrowing
    effects = priors.context.mean(problem.n_rows, problem.n_columns)
    return fit_cells(problem, effects, priors.spread, progress), None


def _kind(margins: TwoMargins) -> Literal["table", "ranked", "runoff"]:
    """What the names say: a runoff's columns are some of its rows, and one for the others."""
    if margins.stays:
        return "ranked"
    named = len(margins.same) + len(margins.stays)
    n_from, n_to = len(margins.from_labels), len(margins.to_labels)
    return "runoff" if named >= max(n_to - 1, 1) and n_from > n_to else "table"


def _rate_prior(
    cells: OpenCells,
    priors: TransferPriors,
    kind: str,
    given: RatePriorGiven | None,
    *,
    flat: bool,
) -> tuple[FloatArray, FloatArray, str]:
    """Mean and precision of the log rates of the open cells, and what to call the prior."""
    if given is not None:
        rows, columns = cells.kept_rows, cells.kept_columns
        width = given.mean.shape[1]
        picked = (rows[:, None] * width + columns).ravel()
        covariance = given.covariance[np.ix_(picked, picked)]
        return given.mean[np.ix_(rows, columns)], np.linalg.inv(covariance), given.name
    rates, name = priors.rates, f"shipped, for a {kind}"
    if flat:
        rates, name = RatePrior(FLAT_SPREAD, FLAT_SPREAD, 0.0, FLAT_SPREAD), "flat"
    totals, n_rows = cells.columns.sum(axis=0), len(cells.kept_rows)
    mean, precision = rates.normal(totals, n_rows, cells.same, cells.nobody)
    return mean, precision, name
