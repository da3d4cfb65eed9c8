"""Any evidence moves any draws: toys that weigh, that move votes in closed form, and both."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pytest

from forecast import variations, workflow
from forecast.errors import ForecastError
from forecast.evidence.conditioning import MIN_WEIGHTED_DRAWS, condition, draw_conditioned
from forecast.evidence.weighted_draws import ShareSummary, WeightedDraws
from forecast.runoff.simulation import RunoffDraws
from forecast.stats.distributions import expit, logit
from tests.evidence.builders import draws_of

N_DRAWS = 20_000
PRIOR_MEAN, PRIOR_SD = 0.15, 0.2
ALONE = ShareSummary(0.5, 0.1, 0.5)


def simulate_some(n_draws, first_draw=0):
    """Log-odds normal around the prior's mean, whole blocks or not."""
    scores = np.random.default_rng([first_draw, 7]).standard_normal(n_draws)
    return draws_of(expit(PRIOR_MEAN + PRIOR_SD * scores))


def log_odds_of(conditioned):
    return logit(np.clip(conditioned.shares, 1e-9, 1 - 1e-9))


@dataclass(frozen=True)
class Weighing:
    """A normal measurement of the log-odds, taken into the weights."""

    mean: float
    sd: float
    kind: str = "measurements"
    known_to: date = date(2017, 6, 19)
    inputs: dict[str, str] = field(default_factory=lambda: {"measured.csv": "1" * 64})
    simulated_per_draw: int = 3
    moves_votes: bool = False
    alone: ShareSummary | None = None

    def condition(self, simulated):
        z = (log_odds_of(simulated) - self.mean) / self.sd
        return simulated.reweighted(-0.5 * z**2)


@dataclass(frozen=True)
class Moving:
    """The same measurement in closed form: every draw is moved, none is lost.

    For a normal draw x of sd s and a measurement m of sd e, x + s² / (s² + e²) (m + e z − x)
    with z standard normal is a draw given the measurement (Matheron's rule). The margin of
    the county moves with it, total votes stay.
    """

    mean: float
    sd: float
    kind: str = "returns"
    known_to: date = date(2017, 6, 20)
    inputs: dict[str, str] = field(default_factory=lambda: {"returns.csv": "2" * 64})
    simulated_per_draw: int = 1
    moves_votes: bool = True
    alone: ShareSummary | None = ALONE
    prior_sd: float = PRIOR_SD

    def condition(self, simulated):
        x = log_odds_of(simulated)
        z = np.random.default_rng(11).standard_normal(len(x))
        gain = self.prior_sd**2 / (self.prior_sd**2 + self.sd**2)
        shares = expit(x + gain * (self.mean + self.sd * z - x))
        totals = simulated.draws.county_votes.sum(axis=2)
        pair = np.stack([shares, 1 - shares], axis=-1)[:, None, :]
        return simulated.moved(totals[:, :, None] * pair)


def exact(*measured):
    """Mean and sd of the log-odds given normal measurements (mean, sd)."""
    pairs = [(PRIOR_MEAN, PRIOR_SD), *measured]
    precision = sum(1 / sd**2 for _, sd in pairs)
    return sum(mean / sd**2 for mean, sd in pairs) / precision, precision**-0.5


def close(draws: RunoffDraws, mean, sd, n_independent):
    x = log_odds_of(WeightedDraws(draws))
    assert abs(x.mean() - mean) < 5 * sd / np.sqrt(n_independent)
    assert abs(x.std() - sd) < 5 * sd / np.sqrt(2 * n_independent)


@pytest.mark.parametrize(
    "evidence", [Weighing(-0.1, 0.15), Moving(-0.1, 0.15)], ids=["weights", "closed form"]
)
def test_weights_and_the_closed_form_give_the_same_posterior(evidence):
    found = draw_conditioned(simulate_some, (evidence,), N_DRAWS, 0.01, seed=5)
    assert found.draws.n_draws == N_DRAWS
    close(found.draws, *exact((-0.1, 0.15)), found.draws.effective)


@pytest.mark.parametrize("turned", [False, True])
def test_two_pieces_of_evidence_compose_in_any_order(turned):
    pieces = [Weighing(-0.1, 0.15), Moving(0.3, 0.25)]
    found = draw_conditioned(
        simulate_some, pieces[::-1] if turned else pieces, N_DRAWS, 0.01, seed=5
    )
    close(found.draws, *exact((-0.1, 0.15), (0.3, 0.25)), found.draws.effective)
    # Without each piece the other one is still in place.
    effects = {used.evidence.kind: used.effect for used in found.evidence}
    assert len({effect.combined for effect in effects.values()}) == 1
    for kind, other in (("measurements", (0.3, 0.25)), ("returns", (-0.1, 0.15))):
        mean, sd = exact(other)
        assert effects[kind].without.mean == pytest.approx(expit(mean), abs=5 * sd / 4 / 100)
    assert effects["returns"].alone == ALONE


def test_evidence_that_weighs_sees_the_votes_as_they_stay():
    both = condition(simulate_some(N_DRAWS), [Weighing(-0.1, 0.15), Moving(0.3, 0.25)])
    z = (log_odds_of(both) + 0.1) / 0.15
    np.testing.assert_allclose(both.log_weights, -0.5 * z**2)


def test_without_evidence_the_draws_are_those_simulated():
    found = draw_conditioned(simulate_some, (), 500, 0.01, seed=5)
    np.testing.assert_array_equal(found.draws.county_votes, simulate_some(500).county_votes)
    assert (found.evidence, found.draws.copies) == ((), None)


@pytest.mark.parametrize(
    ("evidence", "wanted", "simulated"),
    [
        ([Weighing(0.1, 0.3)], 2_000, 6_000),
        ([Weighing(0.1, 0.3)], 100, MIN_WEIGHTED_DRAWS),
        ([Moving(0.1, 0.3)], 100, 100),
        ([Moving(0.1, 0.3), Weighing(0.1, 0.3)], 2_000, 6_000),
    ],
)
def test_as_many_are_simulated_as_the_evidence_asks_for(evidence, wanted, simulated):
    found = draw_conditioned(simulate_some, evidence, wanted, 0.01, seed=5)
    assert (found.draws.n_draws, found.draws.n_simulated) == (wanted, simulated)


def test_draws_until_the_error_of_the_conditioned_ones_is_small():
    error = 0.004
    plain = draw_conditioned(simulate_some, (), None, error, seed=5).draws
    evidence = (Weighing(0.0, 0.1),)
    found = draw_conditioned(simulate_some, evidence, None, error, seed=5).draws
    assert found.n_draws == found.n_simulated // 3
    assert found.n_simulated > plain.n_simulated


def test_evidence_far_from_the_forecast_is_refused_by_its_name():
    with pytest.raises(ForecastError, match="the measurements lie where the forecast has few"):
        draw_conditioned(simulate_some, (Weighing(3.0, 0.02),), 2_000, 0.01, seed=5)


@pytest.fixture
def without_sampling(simulation, monkeypatch):
    fitted = simulation.fitted
    monkeypatch.setattr(workflow, "fit_race", lambda *_: fitted)
    monkeypatch.setattr(
        workflow, "simulate_runoffs", lambda *_, n_draws, **__: simulate_some(n_draws)
    )
    monkeypatch.setattr(workflow.race_folder, "input_hashes", lambda _: {"race.yaml": "0" * 64})
    monkeypatch.setattr(workflow, "summarize", lambda draws, *_: draws)


def test_a_kind_of_evidence_of_ones_own_passes_through_the_workflow(without_sampling):
    toy = Moving(-0.1, 0.15)
    simulation = workflow.simulate("small", draws=N_DRAWS, evidence=[toy])
    close(simulation.draws, *exact((-0.1, 0.15)), N_DRAWS)
    (used,) = simulation.evidence
    assert used.evidence is toy
    assert used.effect.without.mean == pytest.approx(expit(PRIOR_MEAN), abs=0.002)
    assert used.effect.alone == toy.alone
    assert used.effect.combined.mean == pytest.approx(expit(exact((-0.1, 0.15))[0]), abs=0.002)
    assert simulation.inputs.items() >= {"race.yaml": "0" * 64, "returns.csv": "2" * 64}.items()
    assert simulation.polls is None


def test_forecasts_of_units_refuse_votes_that_evidence_moved(without_sampling):
    simulation = workflow.simulate("small", draws=100, evidence=[Moving(-0.1, 0.15)])
    with pytest.raises(ForecastError, match="returns moved the votes"):
        variations.unit_forecasts(simulation)
