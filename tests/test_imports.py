"""What imports what: one way only, and nothing heavy on the way to a forecast."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from forecast import defaults
from forecast.first_round.diagnosis import Diagnosis
from forecast.first_round.fit_cache import FitCache, FitTask
from forecast.first_round.fitting import MODEL_VERSION
from forecast.learn.race_priors import resolve_race
from forecast.race.folder import load_race
from forecast.record.find import find_race
from tests.runoff.builders import make_posterior

PACKAGE = Path(__file__).parents[1] / "forecast"
MODULES = sorted(PACKAGE.rglob("*.py"))

# From the top down: a room imports itself and the rooms above it, nothing else. The list is the
# one of CONTRIBUTING.md.
ROOMS = (
    "errors",
    "lazy_imports",
    "defaults",
    "files",
    "yaml_text",
    "json_text",
    "stats",
    "race",
    "importing",
    "priors",
    "record",
    "first_round",
    "runoff",
    "learn",
    "evidence",
    "fitted_race",
    "workflow",
    "variations",
    "night",
    "diagnose",
    "score",
    "transfers",
    "output",
    "cli",
)
HEAVY = ("pymc", "pytensor", "nutpie", "arviz", "numba")
# What neither help nor a forecast from the cache may wait for, by its name in sys.modules.
SLOW = {
    *HEAVY,
    *("pandas", "matplotlib", "scipy", "xarray", "pyarrow", "netCDF4", "altair", "jinja2", "rich"),
    *("pydantic", "jsonschema", "numpy.polynomial"),
}


def module_name(path):
    parts = ("forecast", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path):
    """Names of the modules of the package that a file imports, at any depth."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in found if name.split(".")[0] == "forecast"}


def room(name):
    """Room of a module; the package itself only hands names on, and has none."""
    _, *rest = name.split(".")
    return rest[0] if rest else None


def may_import(own, other):
    """Whether a module of one room may import a module of another."""
    if room(other) is None or room(other).startswith("__"):
        return True
    return ROOMS.index(room(other)) <= ROOMS.index(room(own))


def loaded_after(statement):
    """Modules that a fresh interpreter has loaded after a statement."""
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_go_down_the_house(path):
    own = module_name(path)
    if own == "forecast":
        return
    assert room(own) in ROOMS, f"{own} is in no room: name it in ROOMS and in CONTRIBUTING.md"
    upward = [name for name in imported(path) if not may_import(own, name)]
    assert not upward, f"{own} imports {', '.join(upward)}, which stand below it"


def test_contributing_names_the_same_rooms_in_the_same_order():
    text = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.split("## The house")[1].split("| room |")[1].split("\n\n")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines()[2:]]
    assert tuple(rows) == ROOMS


def test_every_room_of_the_list_is_there():
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py"}
    there |= {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert there - {"__init__"} == set(ROOMS)


@pytest.mark.parametrize(
    ("source", "upward"),
    [
        ("from forecast.score import backtest", ["forecast.score", "forecast.score.backtest"]),
        ("import forecast.cli.main", ["forecast.cli.main"]),
        ("def late():\n    from forecast import workflow", ["forecast.workflow"]),
        (
            "with lazy_imports():\n    from forecast.output import words",
            ["forecast.output", "forecast.output.words"],
        ),
        ("from forecast.race.contest import Race\nfrom forecast import __version__", []),
    ],
)
def test_an_upward_import_is_found(source, upward, tmp_path):
    path = tmp_path / "made_up.py"
    path.write_text(source, encoding="utf-8")
    own = "forecast.runoff.made_up"
    assert sorted(name for name in imported(path) if not may_import(own, name)) == upward


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_no_forecast_can_see_the_counted_runoff(path):
    """Only the readers, the commands on race folders and the scores may import it."""
    own = module_name(path)
    allowed = (
        "forecast.race.",
        "forecast.importing.",
        "forecast.record.finished_races",
        "forecast.learn",
        "forecast.score",
        "forecast.transfers",
        "forecast.cli.data_commands",
    )
    if not own.startswith(allowed):
        assert "forecast.race.runoff_result" not in imported(path)


def test_nothing_on_the_way_to_a_forecast_loads_the_counted_runoff():
    loaded = loaded_after("import forecast.workflow, forecast.output.document")
    assert "forecast.race.folder" in loaded
    assert "forecast.race.runoff_result" not in loaded


def test_the_core_stands_alone():
    modules = [module_name(path) for path in MODULES if path.parent.name == "runoff"]
    loaded = loaded_after(f"import {', '.join(modules)}")
    assert "numpy" in loaded
    assert not loaded & {*HEAVY, "pandas", "typer", "scipy", "rich"}


@pytest.mark.parametrize(
    "module", ["forecast.priors.layers", "forecast.first_round.fitting", "forecast.workflow"]
)
def test_a_forecast_from_the_cache_does_not_pay_for_the_sampler(module):
    assert not loaded_after(f"import {module}") & {*HEAVY, "pandas"}


@pytest.fixture(scope="module")
def cached_fit(tmp_path_factory):
    """A cache that holds a fit of the default race, made up instead of sampled."""

    class NoTrace:
        def to_netcdf(self, path):
            path.write_bytes(b"no posterior")

    folder = find_race(defaults.DEFAULT_RACE)
    race = load_race(folder)
    resolved = resolve_race(race, folder, defaults.PriorChoice())
    task = FitTask(
        "first round", MODEL_VERSION, resolved.prepared, resolved.priors, defaults.DEFAULT_SEED
    )
    diagnosis = Diagnosis(0, 1.0, 4000.0, 4000.0, ("", "", ""), "made up", 0.0)
    root = tmp_path_factory.mktemp("cache")
    FitCache(root / "fits").store(
        task.key,
        arrays=vars(make_posterior(resolved.prepared.units)),
        diagnosis=vars(diagnosis),
        trace=NoTrace(),
        race=race.contest.id,
        source=folder.name,
    )
    return root


def run_forecast(*arguments):
    """What the program prints, and the modules that its process has imported from start to end."""
    command = [sys.executable, "-X", "importtime", "-m", "forecast.cli.main", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert done.stderr.splitlines() == lines, "nothing but the imports is said"
    return done.stdout, {line.split("|")[-1].strip() for line in lines}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["simulate", "--help"], ["data", "--help"], ["polls", "--help"]]
)
def test_help_is_quick_to_come(arguments):
    text, loaded = run_forecast(*arguments)
    assert text.startswith("Usage: ")
    assert "typer" in loaded
    assert not loaded & {*SLOW, "numpy", "yaml"}


@pytest.mark.parametrize(
    "arguments", [["--json"], [], ["--no-polls", "--set", "runoff.loyalty.low=0.9"]]
)
def test_a_second_forecast_imports_nothing_slow(arguments, cached_fit, monkeypatch):
    monkeypatch.setenv("FORECAST_CACHE", str(cached_fit))
    text, loaded = run_forecast("simulate", "--draws", "2000", *arguments)
    if "--json" in arguments:
        document = json.loads(text)
        assert (document["draws"], document["diagnostics"]["method"]) == (2000, "made up")
        assert document["polls"]["n_polls"] > 0
    assert {"numpy", "forecast.runoff.simulation"} <= loaded
    assert not loaded & SLOW
