"""Every command answers bad usage at once, before it reads or loads anything large."""

import json
import subprocess
import sys

import pytest

from forecast.cli import main as cli
from forecast.cli.lazy_group import load_command

WRONG = {
    "simulate": [["no-such-race"], ["--draws", "0"], ["--set", "runoff.loyalty"]],
    "report": [["no-such-race"], ["--draws", "x"], ["--as-of", "2017-13-01"]],
    "night": [["no-such-race", "--returns", "no.csv"], ["--draws", "1"]],
    "plot": [["no-such-figure"], ["margin", "no-such-race"], []],
    "scenarios": [["no-such-race"], ["--file", "no.yaml"]],
    "flows": [["no-such-race"], ["--from", "no.csv"], ["--method", "x"]],
    "fit": [["no-such-race"], ["--seed", "-1"]],
    "diagnose": [["no-such-race"], ["learned"], ["ga06-2017", "--trace", "no.nc"]],
    "priors show": [["no-such-race"], ["--priors", "no.yaml"]],
    "priors check": [["no-such-race"], ["--set", "x"]],
    "priors diff": [["no.yaml", "default"], ["default"]],
    "priors template": [["no-such-race"]],
    "data import": [["no.csv"], []],
    "data check": [["no-such-race"]],
    "data show": [["no-such-race"]],
    "data list": [["--no-such-option"], ["--country", "Narnia"], ["--parties", "three"]],
    "learn": [["no-such-folder"], ["--out", "learned.csv"], ["--draws", "1"]],
    "polls learn": [["--no-such-option"]],
    "polls score": [["--no-such-option"]],
    "compare": [["no.json", "no.json"], ["no.json"]],
    "doctor": [["--no-such-option"]],
    "cache list": [["--no-such-option"]],
    "cache clear": [["--no-such-option"]],
    "score": [["no-such-race"], ["--design", "x"]],
    "backtest": [
        ["--races", "no-such-folder"],
        ["--design", "x"],
        ["--tls-ca", "no.pem"],
        ["--scheduler", "tcp://127.0.0.1:1"],
    ],
}
PROGRAM = """
import contextlib, io, json, sys
from forecast.cli import main as cli
found = []
for words in json.loads(sys.argv[1]):
    sys.argv = ["forecast", *words]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.run(cli.app)
    heavy = sorted({"pymc", "arviz", "matplotlib", "altair"} & set(sys.modules))
    found.append([words, code, err.getvalue(), heavy])
print(json.dumps(found))
"""


@pytest.mark.timeout(300)
def test_bad_usage_is_answered_at_once(tmp_path) -> None:
    commands = [[*name.split(), *words] for name, tries in WRONG.items() for words in tries]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(commands)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    for words, code, said, heavy in json.loads(done.stdout):
        assert code == 2, (words, code, said)
        assert said.strip(), words
        assert "Traceback" not in said, words
        assert heavy == [], words
    assert list(tmp_path.iterdir()) == []


def test_no_command_is_left_out() -> None:
    there = set()
    for name, entry in cli.COMMANDS.items():
        inner = getattr(load_command(name, entry), "commands", None)
        there |= {f"{name} {one}" for one in inner} if inner else {name}
    assert there == set(WRONG)
