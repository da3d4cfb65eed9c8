"""A whole forecast: what it reads and makes, it reads and makes once."""

import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np
import pytest

from forecast import fitted_race, workflow
from forecast.defaults import PriorChoice
from forecast.files import shipped_folder
from forecast.learn.learned_priors import learned_distributions
from forecast.learn.posterior_file import read_posterior
from forecast.learn.race_priors import resolve_race
from forecast.learn.race_row import race_row
from forecast.priors.documents import read_document
from forecast.priors.layers import DEFAULT_FILES, RACE_FILE, PriorLayers, load_priors, read_layers
from forecast.race.candidates import candidate_affinity, candidate_lean
from forecast.race.folder import file_hashes, load_race
from forecast.race.units import unit_data
from forecast.record.find import find_race
from tests.page_forecasts import quick_fit

ONCE = (
    load_race,
    unit_data,
    candidate_affinity,
    candidate_lean,
    race_row,
    read_layers,
    read_posterior,
    learned_distributions,
    PriorLayers.resolve,
)


@contextmanager
def counted(*functions: Callable[..., Any]) -> Iterator[Counter[str]]:
    """How often functions are called, under whatever name a module has imported them."""
    names: dict[CodeType, str] = {f.__code__: f.__qualname__ for f in functions}
    calls: Counter[str] = Counter()

    def follow(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in names:
            calls[names[frame.f_code]] += 1
            if frame.f_code is read_document.__code__:
                calls[str(frame.f_locals["path"])] += 1

    before = sys.getprofile()
    sys.setprofile(follow)
    try:
        yield calls
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize("polls", [False, True])
def test_a_race_is_read_prepared_and_its_priors_resolved_once(
    polls: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fitted_race, "get_fit", quick_fit)
    mine = tmp_path / "mine.npz"
    mine.write_text("runoff: {loyalty: {low: 0.9}}\n", encoding="utf-8")
    with counted(*ONCE) as calls:
        made = workflow.simulate(
            "ga06-2017", draws=500, polls=polls, priors=mine, settings=["runoff.drift.sd=1"]
        )
    assert calls == {function.__qualname__: 1 for function in ONCE}
    assert made.without_judgement is not None  # simulated too, from the same race


def test_the_forecast_without_positions_is_that_of_a_race_without_any(
    monkeypatch: pytest.MonkeyPatch, copied_race: Path
) -> None:
    monkeypatch.setattr(fitted_race, "get_fit", quick_fit)
    file = copied_race / "race.yaml"
    said = file.read_text(encoding="utf-8")
    bare = "\n".join(
        line for line in said.splitlines() if not line.startswith(("country:", "state:"))
    )
    bare += "\ncountry: Nowhere\n"
    file.write_text(f"{bare}positions: {{R: 1, D: -1}}\n", encoding="utf-8")
    kept = "runoff.loyalty.low=0.9"
    made = workflow.simulate(copied_race, draws=500, polls=False, settings=[kept])
    assert made.without_positions is not None
    assert made.without_positions.margin != made.forecast.margin
    # Of what the user sets the positions say nothing.
    of_one = workflow.simulate(
        copied_race, draws=500, polls=False, settings=[kept, "runoff.transfer.other.value=0.5"]
    )
    entries = {entry.path: entry for entry in of_one.priors.entries}
    assert entries["runoff.transfer.other"].without_positions is None
    assert entries["runoff.transfer.bloc"].without_positions is not None
    file.write_text(bare, encoding="utf-8")
    plain = workflow.simulate(copied_race, draws=500, polls=False, settings=[kept])
    assert plain.without_positions is None
    assert made.without_positions == replace(plain.forecast, flows=())


def test_every_prior_document_is_read_once() -> None:
    folder = find_race("ga06-2017")
    with counted(read_document) as calls:
        resolve_race(load_race(folder), folder, PriorChoice())
    assert calls.pop("read_document") == len(calls) == 4
    assert {Path(name).name for name in calls} == {*DEFAULT_FILES, RACE_FILE}


def test_the_assumption_of_the_documents_is_that_of_the_race() -> None:
    folder = find_race("ga06-2017")
    race = load_race(folder)
    returns = replace(race.first_round, registered=np.full(race.first_round.n_units, np.nan))
    unknown = replace(race, first_round=returns)
    path = "settings.assumptions.turnout_if_unknown"
    for settings, share in (((), 0.5), ((f"{path}=0.25",), 0.25)):
        resolved = resolve_race(unknown, folder, PriorChoice(settings=settings))
        units = resolved.prepared.units
        assert resolved.priors.turnout_if_unknown(race) == share
        # Votes over the share, rounded: never off by more than half a voter.
        assert abs(units.eligible - units.votes_cast / share).max() <= 0.5
        assert not units.eligible_known


def test_priors_that_are_resolved_already_are_taken_as_they_are() -> None:
    folder = find_race("ga06-2017")
    priors = load_priors(settings=["settings.assumptions.turnout_if_unknown=0.4"])
    assert resolve_race(load_race(folder), folder, priors).priors is priors


def learned_files(name: str) -> set[str]:
    return {f"models/learned/{name}{suffix}" for suffix in (".npz", ".json")}


@pytest.mark.parametrize(
    ("race", "choice", "expected"),
    [
        ("ga06-2017", {}, {"priors.yaml", *learned_files("before-2017-06-20")}),
        ("ga06-2017", {"learned": "none"}, {"priors.yaml"}),
        ("la_gov_2015", {}, learned_files("before-2012-01-01")),
    ],
)
def test_every_file_of_the_priors_is_among_their_files(
    race: str, choice: dict[str, Any], expected: set[str]
) -> None:
    folder = find_race(race)
    resolved = resolve_race(load_race(folder), folder, PriorChoice(**choice))
    defaults = {f"models/{name}.yaml" for name in ("first_round", "runoff", "settings")}
    assert file_hashes(resolved.priors.files, folder).keys() == defaults | expected


def test_files_of_the_user_go_by_the_path_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("priors.yaml").write_text("runoff: {loyalty: {low: 0.9}}", encoding="utf-8")
    for suffix in (".npz", ".json"):
        shipped = shipped_folder("models") / "learned" / f"before-2017-06-20{suffix}"
        shutil.copy(shipped, f"mine{suffix}")
    folder = find_race("ga06-2017")
    choice = PriorChoice(file=Path("priors.yaml"), learned="mine.npz")
    priors = resolve_race(load_race(folder), folder, choice).priors
    assert {"./priors.yaml", "priors.yaml", "./mine.npz"} < file_hashes(priors.files, folder).keys()


def test_the_forecast_without_blocs_is_that_of_a_race_without_any(
    monkeypatch: pytest.MonkeyPatch, copied_race: Path
) -> None:
    monkeypatch.setattr(fitted_race, "get_fit", quick_fit)
    file = copied_race / "race.yaml"
    said = file.read_text(encoding="utf-8")
    bare = re.sub(r"(?m)^(country|state):.*\n", "", said) + "\ncountry: Nowhere\n"
    assert "R: [REP]" in bare
    # In the country itself blocs are what its races taught.
    at_home = said.replace("R: [REP]", "R: [REP, IND]")
    for text, own in ((bare, False), (bare.replace("R: [REP]", "R: [REP, IND]"), True)):
        file.write_text(text, encoding="utf-8")
        made = workflow.simulate(copied_race, draws=500)
        assert (made.without_blocs is not None) == own
        assert ("blocs" in made.without_both) == own
    assert made.without_blocs is not None
    assert made.without_blocs.margin != made.forecast.margin
    file.write_text(at_home, encoding="utf-8")
    assert workflow.simulate(copied_race, draws=500).without_blocs is None
