"""The key of a stored row: every module that a row comes from is in it, and none is passed over."""

from pathlib import Path

import pytest

from forecast.errors import ForecastError
from forecast.score import store
from tests.test_imports import PACKAGE, imported

# What makes a row; all that they import follows.
MAKERS = ("learned_forecaster", "training_fit", "row")


def source(name: str) -> Path | None:
    """The file of a module, None where the name is one of something in a module."""
    path = PACKAGE.parent.joinpath(*name.split("."))
    found = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return found if found.is_file() else None


def all_imported(path: Path, seen: set[Path]) -> set[Path]:
    """The modules that a module imports, now or when it is called, and those that they do."""
    for name in imported(path):
        found = source(name)
        if found is not None and found not in seen:
            seen.add(found)
            all_imported(found, seen)
    return seen


def test_every_module_that_makes_a_row_is_hashed() -> None:
    makers = {PACKAGE / "score" / f"{name}.py" for name in MAKERS}
    needed = makers.union(*(all_imported(path, set()) for path in makers))
    assert len(needed) > 30
    # The rooms have a docstring each and no code.
    needed = {path for path in needed if path.name != "__init__.py"}
    assert needed - set(store.hashed_files()) == set()


@pytest.mark.parametrize("names", ["ROOMS", "MODULES"])
def test_a_hashed_module_that_is_missing_fails(names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, names, ("score/renamed.py",))
    with pytest.raises(ForecastError, match=r"renamed\.py is named in .* and is not there"):
        store.hashed_files()


def test_what_ships_for_learning_is_hashed() -> None:
    names = {path.name for path in store.hashed_files()}
    assert {"training.npz", "runoff.yaml", "hierarchy.yaml"} <= names
