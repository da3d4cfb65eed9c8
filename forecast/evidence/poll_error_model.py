"""The model of poll errors, learned from finished elections (PyMC).

On the log-odds scale, for poll i of race r, of kind k, on day d, by house h:

    error_i = o_r day_d + race_r + o_i house_h + π_i sponsor + own_i
    race_r  ~ Student t(df, 0, √(τ_k² + (γ ū_r)²))
    own_i   ~ Normal(0, √(design v_i + σ² + (κ u_i)² + ρ² age_i / 7))
    log τ_k = level + office_k + stage_k + cell_k

o is 1 for a Democrat against a Republican and turns with them, 0 for other pairs; π names the
sponsor's side; v is the variance of simple random sampling, u the undecided. The errors of
races are summed over exactly (see `scale_mixture`), so only what races share is sampled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

import arviz
import numpy as np
import nutpie
import pymc as pm
from pytensor import tensor

from forecast.errors import ForecastError, UnhealthyFitError
from forecast.evidence.poll_errors import Estimate, PollErrors, RaceErrorScale
from forecast.evidence.poll_kinds import OFFICES, STAGES, RaceKind
from forecast.evidence.poll_record import PollArrays, RecordPoll, as_arrays, before, close_races
from forecast.stats.arrays import FloatArray
from forecast.stats.scale_mixture import LOG_VARIANCES

# With fewer the scale of the races' error is told by its prior; judgement.
MIN_RACES = 50
# Judgement: a few divergences of thousands of draws do not move a posterior mean.
MAX_DIVERGENT_SHARE = 0.01
# A house with a single poll says nothing that the spread of the houses does not.
MIN_POLLS_OF_HOUSE = 2


@dataclass(frozen=True)
class LearningSettings:
    """How long the model is sampled, and which diagnostics a fit must pass.

    Attributes
    ----------
    chains, tune, draws
        Chains, and the draws of each before and after adapting.
    seed
        The same seed gives the same draws.
    max_rhat, min_effective
        Over every hyperparameter; a fit beyond them is refused.
    """

    chains: int = 2
    tune: int = 600
    draws: int = 2000
    seed: int = 2017
    max_rhat: float = 1.01
    min_effective: float = 400.0


# Means of a few hyperparameters need few draws; a score learns again for many years.
QUICK = LearningSettings(draws=700, max_rhat=1.03, min_effective=100.0)
LONGER = LearningSettings(tune=1000, draws=1500, seed=2018, max_rhat=1.03, min_effective=100.0)


def learn_poll_errors(
    record: Sequence[RecordPoll],
    before_day: date | None = None,
    settings: LearningSettings = LearningSettings(),
) -> PollErrors:
    """Learn the errors of polls from the elections before a day.

    Parameters
    ----------
    record
        Polls of finished elections.
    before_day
        Elections on this day or later are not looked at; None uses all.
    settings
        Settings of the sampler.

    Raises
    ------
    ForecastError
        With fewer than `MIN_RACES` close races before the day.
    UnhealthyFitError
        When the chains disagree, diverge or are too short.
    """
    used = close_races(record if before_day is None else before(record, before_day))
    n_races = len({poll.race for poll in used})
    if n_races < MIN_RACES:
        raise ForecastError(
            f"the record has {n_races} close races before {before_day}, and errors of polls "
            f"cannot be learned from fewer than {MIN_RACES}; give a longer record"
        )
    arrays = as_arrays(used)
    posterior = _sample(arrays, settings)
    return _summarize(used, arrays, posterior, before_day)


def _sample(arrays: PollArrays, settings: LearningSettings) -> dict[str, FloatArray]:
    """Posterior draws by name, chains joined; shape (n_draws, ...)."""
    model = build_model(arrays)
    trace = nutpie.sample(
        nutpie.compile_pymc_model(model),
        chains=settings.chains,
        tune=settings.tune,
        draws=settings.draws,
        target_accept=0.85,
        seed=settings.seed,
        progress_bar=False,
    )
    names = [*_SCALARS, "log_tau", "house"]
    checked = arviz.summary(trace, var_names=[*_SCALARS, "log_tau"], round_to="none")
    divergences = int(trace.sample_stats["diverging"].sum())
    rhat, ess = float(checked["r_hat"].max()), float(checked["ess_bulk"].min())
    if divergences > MAX_DIVERGENT_SHARE * settings.chains * settings.draws or (
        rhat > settings.max_rhat or ess < settings.min_effective
    ):
        raise UnhealthyFitError(
            f"the fit of poll errors failed its diagnostics: {divergences} divergences, R-hat "
            f"{rhat:.3f}, smallest effective sample size {ess:.0f}; sample longer or with another "
            "seed"
        )
    posterior = {}
    for name in names:
        values = np.asarray(trace.posterior[name].values)
        posterior[name] = values.reshape(-1, *values.shape[2:])
    return posterior


_SCALARS = (
    "df",
    "undecided_race",
    "day_sd",
    "design",
    "poll",
    "undecided_poll",
    "drift",
    "house_sd",
    "sponsor",
)


def build_model(arrays: PollArrays) -> Any:
    """PyMC model of the errors of polls; its priors are wide and stand in docs/polls.md."""
    pt: Any = tensor

    n_races = len(arrays.races)
    office = np.array([OFFICES.index(kind.office) for kind in arrays.kinds])
    stage = np.array([STAGES.index(kind.stage) for kind in arrays.kinds])
    counts = np.bincount(arrays.race, minlength=n_races)
    mean_undecided = np.bincount(arrays.race, arrays.undecided, n_races) / counts
    with pm.Model() as model:
        level = pm.Normal("level", np.log(0.12), 0.7)
        by_office = pm.Normal("office", 0, 1, shape=len(OFFICES))
        by_stage = pm.Normal("stage", 0, 1, shape=len(STAGES))
        by_cell = pm.Normal("cell", 0, 1, shape=(len(OFFICES), len(STAGES)))
        spread = [pm.HalfNormal(f"{name}_sd", 0.3) for name in ("office", "stage", "cell")]
        log_tau = pm.Deterministic(
            "log_tau",
            level
            + spread[0] * by_office[:, None]
            + spread[1] * by_stage[None, :]
            + spread[2] * by_cell,
        )
        df = pm.Deterministic("df", 2 + pm.Gamma("df_above_2", 2, 0.2))
        undecided_race = pm.HalfNormal("undecided_race", 1)
        day_sd = pm.HalfNormal("day_sd", 0.1)
        day = pm.Normal("day_score", 0, 1, shape=len(arrays.days)) * day_sd
        house_sd = pm.HalfNormal("house_sd", 0.15)
        house_score = pm.Normal("house_score", 0, 1, shape=len(arrays.pollsters))
        house = pm.Deterministic("house", house_sd * house_score)
        sponsor = pm.Normal("sponsor", 0, 0.2)
        design = pm.LogNormal("design", 0, 0.5)
        poll = pm.HalfNormal("poll", 0.15)
        undecided_poll = pm.HalfNormal("undecided_poll", 1)
        drift = pm.HalfNormal("drift", 0.1)

        own = (
            design * arrays.sampling
            + poll**2
            + (undecided_poll * arrays.undecided) ** 2
            + drift**2 * arrays.age / 7
        )
        residual = (
            arrays.error - arrays.orientation * house[arrays.pollster] - arrays.partisan * sponsor
        )

        # With e the race's error: Π N(residual_i; e, own_i) = rest · N(e; mean, 1 / precision).
        def by_race(values: Any) -> Any:
            return pt.inc_subtensor(pt.zeros(n_races)[arrays.race], values)

        precision = by_race(1 / own)
        mean = by_race(residual / own) / precision
        rest = (
            -0.5 * (pt.log(own).sum() + (residual**2 / own).sum())
            + 0.5 * (precision * mean**2).sum()
            - 0.5 * pt.log(precision).sum()
        )
        variance_of_race = (
            pt.exp(2 * log_tau[office, stage]) + (undecided_race * mean_undecided) ** 2
        )
        variance = variance_of_race[:, None] * np.exp(LOG_VARIANCES) + (1 / precision)[:, None]
        distance = (mean - arrays.orientation_of_race * day[arrays.day_of_race])[:, None]
        unscaled = -df / 2 * (LOG_VARIANCES + np.exp(-LOG_VARIANCES))
        weights = unscaled - pt.logsumexp(unscaled)
        log_normal = -0.5 * (pt.log(variance) + distance**2 / variance)
        pm.Potential("polls", rest + pt.logsumexp(weights + log_normal, axis=1).sum())
    return model


def _summarize(
    used: Sequence[RecordPoll],
    arrays: PollArrays,
    posterior: dict[str, FloatArray],
    before_day: date | None,
) -> PollErrors:
    mean = {name: float(posterior[name].mean()) for name in _SCALARS}
    log_tau = posterior["log_tau"]
    sizes = {}
    for (row, office), (column, stage) in product(enumerate(OFFICES), enumerate(STAGES)):
        kind, values = RaceKind(office, stage), log_tau[:, row, column]
        races = sum(1 for other in arrays.kinds if other == kind)
        sizes[kind] = RaceErrorScale(float(np.exp(np.median(values))), float(values.std()), races)
    house = posterior["house"]
    counts = np.bincount(arrays.pollster, minlength=len(arrays.pollsters))
    return PollErrors(
        before=before_day,
        newest=max(poll.election for poll in used),
        n_polls=len(used),
        n_races=len(arrays.races),
        race_error=sizes,
        df=float(np.median(posterior["df"])),
        undecided_race=mean["undecided_race"],
        day=mean["day_sd"],
        design=mean["design"],
        poll=mean["poll"],
        undecided_poll=mean["undecided_poll"],
        drift=mean["drift"],
        house=mean["house_sd"],
        sponsor=Estimate(mean["sponsor"], float(posterior["sponsor"].std())),
        houses={
            name: Estimate(float(house[:, number].mean()), float(house[:, number].std()))
            for number, name in enumerate(arrays.pollsters)
            if counts[number] >= MIN_POLLS_OF_HOUSE
        },
        typical_sample=float(np.median([poll.sample for poll in used])),
    )
