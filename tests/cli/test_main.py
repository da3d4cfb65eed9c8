"""The command line: help, exit codes, one message an error, nothing heavy imported."""

import errno
import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import forecast
from forecast import defaults, workflow
from forecast.cli import main as cli
from forecast.cli.lazy_group import LazyCommand, load_command
from forecast.errors import ForecastError, InputError, UnhealthyFitError

HEAVY = ("pymc", "arviz", "pandas", "matplotlib", "scipy", "pyarrow", "nutpie", "rich")


def run_with(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Exit code of the program with these arguments, in this process."""
    monkeypatch.setattr(sys, "argv", ["forecast", *arguments])
    return cli.run(cli.app)


def raising(error: BaseException) -> Callable[[], object]:
    def program() -> object:
        raise error

    return program


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InputError("no race named 'x'", ["line 2"]), 2, "error: no race named 'x'\n  line 2\n"),
        (ForecastError("cannot"), 1, "error: cannot\n"),
        (UnhealthyFitError("3 divergences"), 1, "error: 3 divergences\n"),
        (KeyboardInterrupt(), 130, "interrupted; nothing was left half written\n"),
        (SystemExit(130), 130, "interrupted; nothing was left half written\n"),
        (MemoryError(), 1, "error: not enough memory; ask for fewer draws with --draws\n"),
        (
            OSError(errno.ENOSPC, "No space left on device", "a.json"),
            1,
            "error: the disk is full for a.json; free some space and run it again\n",
        ),
        (OSError(errno.EACCES, "Permission denied", "c"), 1, "error: Permission denied: c\n"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 1, ""),
        (SystemExit(2), 2, ""),
        (SystemExit(None), 0, ""),
    ],
)
def test_what_is_raised_is_one_message_and_an_exit_code(
    error: BaseException, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(raising(error)) == code
    captured = capsys.readouterr()
    assert captured.err == message
    assert captured.out == ""


def every_command() -> list[list[str]]:
    """The words of every command and group, from the table down."""
    words: list[list[str]] = [[]]
    for name, entry in cli.COMMANDS.items():
        loaded = load_command(name, entry)
        words += [[name], *([name, inner] for inner in getattr(loaded, "commands", ()))]
    return words


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_every_help_has_an_example(
    command: list[str],
    flag: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_with(monkeypatch, *command, flag) == 0
    text = capsys.readouterr().out
    assert "Example: forecast" in text
    assert max(len(line) for line in text.splitlines()) <= 80


@pytest.mark.parametrize(("name", "entry"), cli.COMMANDS.items())
def test_the_table_says_of_a_command_what_its_own_help_says(name: str, entry: LazyCommand) -> None:
    loaded = load_command(name, entry)
    assert loaded.name == name
    assert (loaded.help or "").split("\n\n")[0].replace("\n", " ") == entry.line


def test_a_command_is_loaded_when_it_is_asked_for() -> None:
    code = (
        "import sys; sys.argv = ['forecast', {}]\n"
        "from forecast.cli import main as cli; cli.run(cli.app)\n"
        "print(*(m for m in sys.modules if m.startswith('forecast.cli.')), file=sys.stderr)"
    )
    ours = {f"forecast.cli.{name}" for name in ("main", "lazy_group", "interrupts", "printing")}
    assert printed_modules(code.format("'--help'")) == ours
    fit = printed_modules(code.format("'fit', '--help'"))
    assert fit == ours | {
        f"forecast.cli.{name}" for name in ("completion", "fit_command", "options", "records")
    }


def test_every_module_of_a_command_is_in_the_table() -> None:
    homes = {entry.home.split(":")[0] for entry in cli.COMMANDS.values()}
    folder = Path(cli.__file__).parent
    assert homes == {path.stem for path in folder.glob("*_command*.py")}


def test_a_mistyped_command_is_answered_with_the_nearest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_with(monkeypatch, "simulat") == 2
    assert "Did you mean 'simulate'?" in capsys.readouterr().err


def test_the_version_is_that_of_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_with(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"forecast {forecast.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["simulate", "--draws", "0"], "--draws"),
        (["simulate", "--draws", "many"], "nor auto"),
        (["simulate", "--error", "0.1"], "goes with --draws auto"),
        (["simulate", "--nonsense"], "--nonsense"),
        (["guess"], "guess"),
        (["simulate", "nowhere-1999"], "nowhere-1999"),
        (["simulate", "--set", "runoff.loyality.low=0.9"], "runoff.loyality"),
        (["priors", "check", "--priors", "no_such_file.yaml"], "no_such_file.yaml"),
    ],
)
def test_wrong_usage_and_input_end_with_2(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_with(monkeypatch, *arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_priors_show_and_check_say_who_set_a_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_with(monkeypatch, "priors", "show", "--set", "runoff.loyalty.low=0.9") == 0
    text = capsys.readouterr().out
    [row] = [line for line in text.splitlines() if line.startswith("  runoff.loyalty ")]
    assert row.split()[1] == "0.900"
    assert row.endswith("command line")
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "target_accept 0.9" in text  # a failed fit sends its reader here
    assert run_with(monkeypatch, "priors", "check") == 0
    assert capsys.readouterr().out.startswith("OK: ")


def test_the_template_is_a_valid_prior_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run_with(monkeypatch, "priors", "template") == 0
    path = tmp_path / "mine.yaml"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert run_with(monkeypatch, "priors", "check", "--priors", str(path)) == 0
    capsys.readouterr()
    # Learned values have more digits than a template: none of them is a difference.
    assert run_with(monkeypatch, "priors", "diff", "default", str(path)) == 0
    assert capsys.readouterr().out.startswith("no prior differs")


def test_the_defaults_are_those_of_the_library() -> None:
    accepted = inspect.signature(workflow.simulate).parameters
    assert accepted["seed"].default == defaults.DEFAULT_SEED
    assert accepted["draws"].default == defaults.DEFAULT_DRAWS


def printed_modules(code: str) -> set[str]:
    """What a fresh interpreter prints to standard error, word by word."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stderr.split())


def loaded_after(code: str) -> set[str]:
    """Top-level modules in a fresh interpreter after some code."""
    ending = "\nimport sys; print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    return printed_modules(code + ending)


@pytest.mark.parametrize(
    "code",
    [
        "import forecast; dir(forecast)",
        "import sys; sys.argv = ['forecast', '--help']\n"
        "from forecast.cli import main as cli; assert cli.run(cli.app) == 0",
        "import sys; sys.argv = ['forecast', 'simulate', '--help']\n"
        "from forecast.cli import main as cli; assert cli.run(cli.app) == 0",
        "import forecast.workflow, forecast.output.forecast_text, forecast.output.document",
    ],
)
def test_nothing_heavy_is_imported(code: str) -> None:
    assert loaded_after(code).isdisjoint(HEAVY)


def test_help_does_not_even_import_numpy() -> None:
    code = (
        "import sys; sys.argv = ['forecast', '--help']\n"
        "from forecast.cli import main as cli; cli.run(cli.app)"
    )
    assert "numpy" not in loaded_after(code)


def test_the_package_names_its_public_functions_lazily() -> None:
    assert set(dir(forecast)) == set(forecast.__all__)
    for name in forecast.__all__:
        assert getattr(forecast, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        _ = forecast.simulat
