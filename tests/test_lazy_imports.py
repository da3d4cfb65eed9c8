"""Imports that wait: loaded when first used, and then like any other module."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from forecast.lazy_imports import lazy_imports, lazy_names


def run(code: str) -> list[str]:
    """Words that a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.split()


LOADED = "'numpy' in sys.modules"
BLOCK = """
import sys
from forecast.lazy_imports import lazy_imports
with lazy_imports():
    from forecast.runoff import monte_carlo
"""


def test_a_module_is_loaded_when_it_is_first_used() -> None:
    code = f"{BLOCK}print({LOADED}); monte_carlo.wins_of; print({LOADED})"
    assert run(code) == ["False", "True"]


def test_a_lazy_module_is_the_one_that_others_import() -> None:
    code = (
        f"{BLOCK}from forecast.runoff.monte_carlo import wins_of as direct\n"
        "print(monte_carlo.wins_of is direct)"
    )
    assert run(code) == ["True"]


def test_what_is_imported_after_a_block_does_not_wait() -> None:
    assert run(f"{BLOCK}import forecast.runoff.seeds; print({LOADED})") == ["True"]


def test_looking_at_the_stack_loads_nothing() -> None:
    """`inspect` asks every module for its file, and libraries call it while they are imported."""
    code = (
        f"{BLOCK}import inspect; inspect.stack(); hasattr(monte_carlo, '__wrapped__')\n"
        "print('numpy' in sys.modules, monte_carlo.__file__.endswith('monte_carlo.py'))"
    )
    assert run(code) == ["False", "True"]


def test_a_name_that_a_lazy_module_lacks_is_said() -> None:
    code = (
        f"{BLOCK}try:\n    monte_carlo.win\n"
        "except AttributeError as error:\n    print(str(error).replace(' ', '_'))"
    )
    assert run(code) == ["module_'forecast.runoff.monte_carlo'_has_no_attribute_'win'"]


def test_a_block_that_fails_leaves_no_trace() -> None:
    finders = list(sys.meta_path)
    with pytest.raises(ImportError, match="no_such_module"), lazy_imports():
        from forecast.runoff import no_such_module  # noqa: F401
    assert sys.meta_path == finders


def test_names_come_from_their_modules_and_others_are_refused() -> None:
    load = lazy_names("forecast", {"load_race": "fitted_race"})
    assert load("load_race").__module__ == "forecast.fitted_race"
    with pytest.raises(AttributeError, match="module 'forecast' has no attribute 'races'"):
        load("races")


def test_a_fault_of_a_lazy_module_is_its_own(tmp_path: Path) -> None:
    """A module that cannot be imported says so where it is first used, with its own error."""
    package = tmp_path / "forecast"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "broken.py").write_text("import nowhere_at_all", encoding="utf-8")
    shutil.copy(sys.modules[lazy_names.__module__].__file__ or "", package)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from forecast.lazy_imports import lazy_imports\n"
        "with lazy_imports():\n    from forecast import broken\n"
        "try:\n    broken.anything\n"
        "except ModuleNotFoundError as error:\n    print(error.name)"
    )
    assert run(code) == ["nowhere_at_all"]
