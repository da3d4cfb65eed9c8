from datetime import date

import numpy as np
import pytest
from scipy import integrate, stats

from forecast.errors import ForecastError
from forecast.evidence.poll_error_model import QUICK, build_model, learn_poll_errors
from forecast.evidence.poll_kinds import RaceKind
from forecast.evidence.poll_record import as_arrays
from tests.evidence.builders import simulated_record

TRUE = {
    "general": 0.06, "runoff": 0.15, "df": 4.0, "undecided_race": 0.3, "day_sd": 0.05,
    "house_sd": 0.06, "sponsor": 0.1, "design": 1.2, "poll": 0.04, "drift": 0.03,
}  # fmt: skip


def log_likelihood_by_quadrature(arrays, point):
    """The model written plainly: the error of every race integrated numerically."""
    total = 0.0
    own = (
        point["design"] * arrays.sampling
        + point["poll"] ** 2
        + (point["undecided_poll"] * arrays.undecided) ** 2
        + point["drift"] ** 2 * arrays.age / 7
    )
    house = point["house_sd"] * point["house_score"][arrays.pollster]
    rest = arrays.error - arrays.orientation * house - arrays.partisan * point["sponsor"]
    day = point["day_sd"] * point["day_score"][arrays.day_of_race] * arrays.orientation_of_race
    for race in range(len(arrays.races)):
        mine = arrays.race == race
        undecided = arrays.undecided[mine].mean()
        size = np.hypot(np.exp(point["level"]), point["undecided_race"] * undecided)

        def density(error, mine=mine, race=race, size=size):
            polls = stats.norm.pdf(rest[mine], day[race] + error, np.sqrt(own[mine])).prod()
            return polls * stats.t.pdf(error / size, point["df"]) / size

        total += np.log(integrate.quad(density, -3, 3, points=[-0.2, 0.0, 0.2], limit=400)[0])
    return total


def test_the_sum_over_the_errors_of_races_is_the_integral():
    record = simulated_record(np.random.default_rng(8), n_days=3, races_a_day=4, true=TRUE)
    arrays = as_arrays(record)
    model = build_model(arrays)
    rng = np.random.default_rng(9)
    start = {name: np.zeros_like(value) for name, value in model.initial_point().items()}
    points, values = [], []
    compiled = model.compile_logp(vars=model.potentials, jacobian=False)
    for _ in range(3):
        # Log-scaled hyperparameters, no offset by kind: only the level sizes the races.
        raw = dict(start)
        raw["level"] = np.array(rng.normal(-2.3, 0.3))
        raw["sponsor"] = np.array(rng.normal(0, 0.1))
        sizes = ["undecided_race", "day_sd", "house_sd", "design", "poll", "undecided_poll",
                 "drift", "df_above_2"]  # fmt: skip
        middles = [0.3, 0.05, 0.05, 1.0, 0.03, 0.3, 0.03, 3.0]
        positive = {n: m * np.exp(rng.normal(0, 0.3)) for n, m in zip(sizes, middles, strict=True)}
        raw.update({f"{name}_log__": np.array(np.log(v)) for name, v in positive.items()})
        for name in ("day_score", "house_score"):
            raw[name] = rng.standard_normal(raw[name].shape)
        values.append(float(compiled(raw)))
        points.append(
            log_likelihood_by_quadrature(
                arrays, {**positive, **raw, "df": 2 + positive["df_above_2"]}
            )
        )
    # The potential leaves out a constant: differences between points must agree.
    np.testing.assert_allclose(np.diff(values), np.diff(points), atol=0.02)


def test_too_short_a_record_is_refused():
    record = simulated_record(np.random.default_rng(1), n_days=2, races_a_day=5, true=TRUE)
    with pytest.raises(ForecastError, match="cannot be learned"):
        learn_poll_errors(record)


@pytest.mark.slow
def test_known_errors_are_recovered():
    record = simulated_record(np.random.default_rng(5), n_days=25, races_a_day=24, true=TRUE)
    errors = learn_poll_errors(record, date(2100, 1, 1), QUICK)
    for stage in ("general", "runoff"):
        size = errors.race_error[RaceKind("House", stage)]
        assert abs(np.log(size.median / TRUE[stage])) < 3 * size.log_sd
        assert size.log_sd < 0.35
    assert abs(errors.sponsor.mean - TRUE["sponsor"]) < 4 * errors.sponsor.sd
    assert errors.sponsor.sd < 0.02
    assert errors.house == pytest.approx(TRUE["house_sd"], rel=0.4)
    assert errors.day == pytest.approx(TRUE["day_sd"], rel=0.5)
    assert errors.design == pytest.approx(TRUE["design"], rel=0.25)
    assert 2.5 < errors.df < 9


@pytest.mark.slow
def test_later_elections_change_nothing():
    record = simulated_record(np.random.default_rng(6), n_days=12, races_a_day=12, true=TRUE)
    day = sorted({poll.election for poll in record})[8]
    earlier = [poll for poll in record if poll.election < day]
    assert learn_poll_errors(record, day, QUICK) == learn_poll_errors(earlier, day, QUICK)
