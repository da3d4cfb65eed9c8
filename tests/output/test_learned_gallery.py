"""The gallery of the model over races: from draws to a verdict and figures, or an error."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

from forecast.cli import main as cli
from forecast.learn.effects import NUMBER_LABELS, SIZES
from forecast.learn.hierarchical_priors import load_hierarchy_priors
from forecast.output.gallery import learned_gallery, sampling_figures
from forecast.output.gallery.learned_gallery import learned_quantities, write_learned_gallery

CHAINS, DRAWS = 2, 1200
FEW = ("transfer.bind", "size.place", "size.triple", "size.turnout_kind", "size.scale_kind")


def made_up_trace(apart: float = 0.0) -> Any:
    """Independent draws of every variable; the chains differ in one of them by `apart`."""
    rng = np.random.default_rng(1)
    labels = {name: NUMBER_LABELS.get(name, ("",)) for name in load_hierarchy_priors()}
    labels |= dict.fromkeys(SIZES, ("here", "there"))
    posterior = {}
    for name, of_name in labels.items():
        values = rng.standard_normal((CHAINS, DRAWS, len(of_name)))
        if name == "transfer.bind":
            values[1] += apart
        posterior[name] = (("chain", "draw", f"{name}_dim_0"), values)
    coords = {f"{effect}_dim_0": ["here", "there"] for effect in SIZES}
    energy = rng.standard_normal((CHAINS, DRAWS))
    stats = {
        "diverging": (("chain", "draw"), np.zeros((CHAINS, DRAWS), dtype=bool)),
        "energy": (("chain", "draw"), energy),
    }
    return xr.DataTree.from_dict(
        {"posterior": xr.Dataset(posterior, coords), "sample_stats": xr.Dataset(stats)}
    )


@pytest.fixture(autouse=True)
def few_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling_figures, "MAX_PANELS", 2)
    # Batches of two of a hundred numbers would be fifty figures of one sort.
    kept = {name: prior for name, prior in load_hierarchy_priors().items() if name in FEW}
    monkeypatch.setattr(learned_gallery, "load_hierarchy_priors", lambda: kept)


def test_sound_draws_pass_and_chains_that_disagree_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    sound = write_learned_gallery(made_up_trace(), tmp_path / "sound", told.append)
    assert sound.healthy, sound.faults
    assert {"rank", "trace", "energy", "ess"} <= {figure.name for figure in sound.figures}
    for figure in sound.figures:
        if figure.name != "pairs":
            assert (tmp_path / "sound" / f"{figure.name}.png").stat().st_size > 5_000
    assert "index.html" in told[-1]
    monkeypatch.setattr(learned_gallery, "_figures", lambda trace, priors: ())
    broken = write_learned_gallery(made_up_trace(3.0), tmp_path / "broken", told.append)
    assert not broken.healthy
    assert "transfer.bind" in " ".join(broken.faults)
    assert "FAILED" in (tmp_path / "broken" / "index.html").read_text()


def test_the_worst_sampled_number_comes_first() -> None:
    first = learned_quantities(made_up_trace(3.0), load_hierarchy_priors())[0]
    assert first.path == "transfer.bind"
    # In its own units: the prior's mean is 1.2.
    assert abs(first.prior.mean() - 1.2) < 0.1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["learned"], "forecast learn --trace"),
        (["learned", "--trace", "none.nc"], "none.nc: no draws of the model over races"),
        (["ga06-2017", "--trace", "none.nc"], "--trace goes with RACE learned"),
    ],
)
def test_what_is_missing_is_said_with_the_remedy(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.app, ["diagnose", *arguments])
    assert result.exit_code != 0
    assert message in " ".join(f"{result.output} {result.exception}".split())
