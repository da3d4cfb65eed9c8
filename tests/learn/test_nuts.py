"""The coordinates of the sampler: the same density, and a sampler that finds a known posterior."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from forecast.learn.effects import EffectLayout
from forecast.learn.mode import LaplaceFit
from forecast.learn.nuts import RoundCoordinates, sample, with_labels

N_EFFECTS = 4


def a_fit() -> LaplaceFit:
    """A size and four effects of it, two of them told well; and a number beside."""
    rng = np.random.default_rng(1)
    free = np.array([False, *[True] * (N_EFFECTS + 1)])
    curvature = np.diag([200.0, 80.0, 0.3, 0.0, 5.0])
    mode = np.array([0.2, *rng.standard_normal(N_EFFECTS + 1)])
    return LaplaceFit(
        mode=mode,
        free=free,
        curvature=curvature,
        size_width=np.array([0.4, *[0.0] * (N_EFFECTS + 1)]),
        size_of=np.array([-1, *[0] * N_EFFECTS, -1]),
        log_scale=np.array([0.6, *[0.0] * (N_EFFECTS + 1)]),
    )


def of_variables(z: np.ndarray) -> tuple[float, np.ndarray]:
    """A density with a ridge: data tell the products of the size and the effects."""
    size = np.exp(0.6 * z[0])
    told, width = np.array([1.0, -0.7, 0.2, 0.1]), np.array([0.05, 0.1, 2.0, 9.0])
    miss = (size * z[1:-1] - told) / width
    value = -0.5 * (z**2).sum() - 0.5 * (miss**2).sum()
    slope = -z.copy()
    slope[1:-1] -= miss / width * size
    slope[0] -= (miss / width * size * z[1:-1]).sum() * 0.6
    return float(value), slope


def test_the_gradient_is_that_of_the_density() -> None:
    where, rng = RoundCoordinates.of(a_fit(), of_variables), np.random.default_rng(2)
    for _ in range(5):
        point = rng.standard_normal(N_EFFECTS + 2)
        _, slope = where.density(point, of_variables)
        for at in range(len(point)):
            step = np.zeros_like(point)
            step[at] = 1e-6
            ahead, behind = (where.density(point + s * step, of_variables)[0] for s in (1, -1))
            assert slope[at] == pytest.approx((ahead - behind) / 2e-6, rel=1e-4, abs=1e-4)


def test_the_density_changes_by_the_jacobian() -> None:
    """log p(w) = log p(z(w)) + log |dz/dw|, the last by differences."""
    where, rng = RoundCoordinates.of(a_fit(), of_variables), np.random.default_rng(3)
    points = rng.standard_normal((2, N_EFFECTS + 2))
    apart = []
    for point in points:
        step = 1e-6 * np.eye(len(point))
        jacobian = [(where.variables(point + s) - where.variables(point - s)) / 2e-6 for s in step]
        _, log_volume = np.linalg.slogdet(np.array(jacobian))
        value, _ = where.density(point, of_variables)
        apart.append(value - of_variables(where.variables(point))[0] - log_volume)
    assert apart[0] == pytest.approx(apart[1], abs=1e-5)


def test_effects_that_are_told_are_centred_and_others_are_not() -> None:
    centred = RoundCoordinates.of(a_fit(), of_variables).centred
    assert centred[0] == centred[-1] == 0
    assert centred[1] > 0.99
    assert centred[4] < 0.01


def test_the_curvature_at_the_mode_is_that_of_a_standard_normal() -> None:
    where = RoundCoordinates.of(a_fit(), of_variables)
    step = 1e-4 * np.eye(N_EFFECTS + 2)
    curvature = np.array(
        [
            where.density(-s, of_variables)[1] - where.density(s, of_variables)[1]
            for s in step
        ]
    ) / 2e-4  # fmt: skip
    values = np.linalg.eigvalsh((curvature + curvature.T) / 2)
    assert values.max() == pytest.approx(1.0, abs=1e-3)


def test_effects_have_their_labels_in_a_file_of_draws(tmp_path) -> None:
    values = np.arange(12.0).reshape(2, 3, 2)
    posterior = xr.Dataset({"drift": (("chain", "draw", "drift_label"), values)})
    trace = xr.DataTree.from_dict({"posterior": posterior, "sample_stats": xr.Dataset()})
    with_labels(trace, EffectLayout({"drift": ("D", "R")})).to_netcdf(tmp_path / "trace.nc")
    read = xr.open_datatree(tmp_path / "trace.nc")
    assert read["posterior"]["drift"].sel(drift_label="R").values[0, 1] == 3.0


def test_the_sampler_finds_the_posterior_and_heeds_its_target() -> None:
    """Against the same density on a grid of the size, its effects integrated out one by one."""
    compiled = SimpleNamespace(density=lambda z, _: of_variables(z), names=["drift"] * 6)
    steps = []
    for target in (0.6, 0.95):
        found = sample(compiled, None, a_fit(), 5, draws=1500, target_accept=target)
        steps.append(float(found.trace["sample_stats"]["step_size"].mean()))
    assert steps[1] < 0.8 * steps[0]
    told, width = np.array([1.0, -0.7, 0.2, 0.1]), np.array([0.05, 0.1, 2.0, 9.0])
    z0 = np.linspace(-6, 6, 2001)
    size = np.exp(0.6 * z0)[:, None]
    # Of a unit normal z and told ~ N(size z, width): told ~ N(0, size² + width²).
    variance = size**2 + width**2
    log_weight = -0.5 * z0**2 - 0.5 * (np.log(variance) + told**2 / variance).sum(axis=1)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    mean = weight @ z0
    sd = np.sqrt(weight @ (z0 - mean) ** 2)
    drawn = found.vectors[:, 0]
    assert drawn.mean() == pytest.approx(mean, abs=0.15 * sd)
    assert drawn.std() == pytest.approx(sd, rel=0.1)
