"""The prior documents: layers, faults, and that every prior is connected to the forecast."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from forecast.errors import InputError
from forecast.priors import layers
from forecast.priors.documents import template
from forecast.priors.layers import load_priors, read_layers
from forecast.priors.prior_set import KINDS_OF_UNIT, SUPPORTS, PriorSet
from forecast.race.contest import Race
from forecast.runoff.simulation import simulate_runoffs
from forecast.stats.distributions import ShareRange
from tests.runoff.test_twin import random_race
from tests.small_forecasts import small_race


def a_race(first_round: date, runoff: date = date(2017, 6, 20), kind: str = "") -> Race:
    race = small_race()
    contest = replace(race.contest, first_round=first_round, runoff=runoff, kind=kind)
    return replace(race, contest=contest)


def entry_values(priors: PriorSet, path: str) -> tuple[dict[str, float], str]:
    entry = next(e for e in priors.entries if e.path == path)
    return dict(entry.values), entry.origin


def test_layers_override_one_another(tmp_path: Path) -> None:
    (tmp_path / "priors.yaml").write_text(
        "runoff:\n  loyalty: {low: 0.90, high: 0.99}\n  transfer:\n    bloc: {low: 0.6}\n"
    )
    mine = tmp_path / "mine.yaml"
    mine.write_text("runoff:\n  loyalty: {low: 0.91}\n")
    priors = load_priors(tmp_path, mine, ["runoff.transfer.bloc.high=0.8"])
    assert entry_values(priors, "runoff.loyalty") == ({"low": 0.91, "high": 0.99}, "file")
    assert entry_values(priors, "runoff.transfer.bloc") == (
        {"low": 0.6, "high": 0.8},
        "command line",
    )
    assert entry_values(priors, "runoff.arrivals.rate")[1] == "default"


def test_a_setting_may_be_written_as_a_person_writes_it() -> None:
    priors = load_priors(settings=["runoff.loyalty.low=1e-6"])
    assert entry_values(priors, "runoff.loyalty")[0]["low"] == 1e-6


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("runoff.loyalti.low=0.9", "runoff.loyalti: unknown name .did you mean loyalty"),
        ("runoff.loyalty.lo=0.9", "runoff.loyalty.lo: unknown name .did you mean low"),
        ("runoff.loyalty.low=high", "runoff.loyalty.low: a number, not 'high'"),
        ("runoff.loyalty.low=1.2", "strictly between 0 and 1, not 1.2"),
        ("runoff.loyalty.low=0.999", "must be below high"),
        ("runoff.loyalty=3", "a mapping, not 3"),
        ("runoff.loyalty.low=true", "a number, not True"),
        ("runoff.error.race_lean.value=-1", "0 or more, not -1"),
        ("runoff.error.race_correlation.value=2", "between -1 and 1, not 2"),
        ("runoff.transfer.spread.scale=0", "a size is above 0"),
        ("runoff.loyalty.distribution=normal", "one of share, fixed, not 'normal'"),
        ("runoff.loyalty.distribution=fixed", "also needs value"),
        ("settings.sampler.draws=-3", "a whole number above 0, not -3"),
        ("settings.sampler.draws=2.5", "a whole number above 0, not 2.5"),
        ("runoff.error.race_tail.value=0", "above 0, not 0"),
        ("runoff.error.race_lean.value=.nan", "a number, not nan"),
        ("runoff.arrivals.shift.mean=.inf", "a number, not inf"),
        ("runoff.loyalty.unit=points", "runoff.loyalty.unit: is share and stays that"),
        ("runoff.drift.support=share", "runoff.drift.support: is signed and stays that"),
        ("settings.assumptions.turnout_if_unknown=0", "a number above 0, not 0"),
        ("settings=3", "a mapping of names, not 3"),
        ("nonsense", "not of the form path=value"),
    ],
)
def test_faults_name_the_path_and_the_rule(setting: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_priors(settings=[setting])


def test_all_faults_of_a_file_at_once(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("runoff:\n  loyalty: {low: 2}\n  nothing: 1\nelse: 2\n")
    with pytest.raises(InputError) as caught:
        load_priors(file=mine)
    assert len(caught.value.faults) == 4  # share, order, two unknown names
    assert str(mine) in str(caught.value)


@pytest.mark.parametrize("text", ["a: [", "- 1", "just words", "runoff: {drift: {}, drift: {}}"])
def test_malformed_yaml_is_an_input_error(tmp_path: Path, text: str) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(text)
    with pytest.raises(InputError, match=r"mine\.yaml"):
        load_priors(file=mine)


def test_template_reads_back_as_it_was(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(template(load_priors()))
    again = load_priors(file=mine)
    assert [(e.path, e.kind, e.values) for e in again.entries] == [
        (e.path, e.kind, e.values) for e in load_priors().entries
    ]


def test_a_copy_of_a_shipped_document_is_a_prior_file() -> None:
    """It repeats unit, support, meaning and source, and changes nothing."""
    for name in ("first_round.yaml", "runoff.yaml"):
        again, shipped = load_priors(file=Path("models") / name), load_priors()
        assert [(e.path, e.unit, e.support, e.distribution) for e in again.entries] == [
            (e.path, e.unit, e.support, e.distribution) for e in shipped.entries
        ]


def test_what_a_prior_may_be_stands_in_its_document_and_not_in_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree("models", tmp_path / "models")
    monkeypatch.setattr(layers, "shipped_folder", lambda name: tmp_path / name)
    path = tmp_path / "models" / "runoff.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    # Nothing in the name of "race_lean" says that it can't be negative.
    document["runoff"]["error"]["race_lean"]["support"] = "signed"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    changed = load_priors(settings=["runoff.error.race_lean.value=-1"])
    assert entry_values(changed, "runoff.error.race_lean") == ({"value": -1.0}, "command line")
    with pytest.raises(InputError, match=r"race_turnout.value: must be 0 or more"):
        load_priors(settings=["runoff.error.race_turnout.value=-1"])


def test_every_unit_and_support_of_the_documents_is_a_known_one() -> None:
    for entry in load_priors().entries:
        assert entry.unit in KINDS_OF_UNIT, entry.path
        assert entry.support in SUPPORTS, entry.path
        assert (entry.unit in ("share", "ratio")) == (entry.support == "share"), entry.path


@pytest.mark.parametrize(
    ("support", "inside", "outside"),
    [
        ("share", (0.001, 0.999), (0, 1)),
        ("non_negative", (0, 7), (-0.001,)),
        ("signed", (-7, 0, 7), ()),
        ("correlation", (-0.99, 0, 0.99), (-1, 1)),
        ("degrees_of_freedom", (0.1, 30), (0, -1)),
    ],
)
def test_supports_hold_what_they_say(
    support: str, inside: tuple[float, ...], outside: tuple[float, ...]
) -> None:
    assert all(value in SUPPORTS[support] for value in inside)
    assert not any(value in SUPPORTS[support] for value in outside)


def test_a_learned_value_that_cannot_be_is_refused() -> None:
    documents = read_layers()
    loyalty = next(e for e in documents.defaults if e.path == "runoff.loyalty")
    with pytest.raises(InputError, match=r"finished runoffs(.|\n)*loyalty.low .0.9. must be below"):
        documents.resolve([replace(loyalty, distribution=ShareRange(0.9, 0.8))])


def test_the_last_layer_sets_the_assumption(tmp_path: Path) -> None:
    path, race = "settings.assumptions.turnout_if_unknown", a_race(date(2017, 4, 18))
    (tmp_path / "priors.yaml").write_text("settings: {assumptions: {turnout_if_unknown: 0.3}}\n")
    assert read_layers().turnout_if_unknown(race) == 0.5
    assert read_layers(tmp_path).turnout_if_unknown(race) == 0.3
    both = read_layers(tmp_path, settings=[f"{path}=0.7"])
    found = both.turnout_if_unknown(race), both.resolve().turnout_if_unknown(race)
    assert found == (0.7, 0.7)


def test_a_primary_months_before_a_general_election_has_an_assumption_of_its_own() -> None:
    primary = a_race(date(2016, 6, 7), date(2016, 11, 8))
    layers = read_layers(settings=["settings.assumptions.turnout_if_unknown=0.7"])
    assert layers.turnout_if_unknown(primary) == 0.25
    assert layers.resolve().turnout_if_unknown(primary) == 0.25
    for kind, share in (("nonpartisan_top_two", 0.25), ("special_primary", 0.25), ("mayor", 0.7)):
        assert layers.turnout_if_unknown(a_race(date(2013, 2, 19), kind=kind)) == share


def test_a_wrong_assumption_is_told_with_the_other_faults_of_its_document(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("settings: {assumptions: {turnout_if_unknown: -1}}\nrunof: {}\n")
    with pytest.raises(InputError) as caught:
        read_layers(file=mine).turnout_if_unknown(a_race(date(2017, 4, 18)))
    assert len(caught.value.faults) == 2


def outcome(settings: list[str]) -> dict[str, float]:
    """Mean share, spread of the share and mean votes of a small race under some priors."""
    units, posterior = random_race(1, 12, 3)
    priors = load_priors(settings=settings).runoff
    draws = simulate_runoffs(units, posterior, priors, n_draws=4096, seed=5)
    share = draws.votes[:, 0] / draws.votes.sum(axis=1)
    by_county = draws.county_votes[:, :, 0] / draws.county_votes.sum(axis=2)
    turnout = draws.votes.sum(axis=1)
    county_turnout = draws.county_votes.sum(axis=2)
    return {
        "share": float(share.mean()),
        "spread": float(share.std()),
        "extreme": float(np.quantile(np.abs(share - np.median(share)), 0.995)),
        "between counties": float((by_county - by_county.mean(axis=1)[:, None]).std()),
        "votes": float(turnout.mean()),
        "spread of votes": float(np.log(turnout).std()),
        "turnout between counties": float(
            np.diff(np.log(county_turnout / county_turnout.mean(axis=0)), axis=1).std()
        ),
        "turnout with lean": float(np.corrcoef(share, turnout)[0, 1]),
    }


# Candidates 0, 2, 3 are of the first side (0 the finalist), 1 and 4 of the second, 5 of none.
DIRECTIONS = [
    ("retention.finalist", "low=0.2 high=0.4", "votes", -1),
    ("retention.bloc", "low=0.1 high=0.3", "share", -1),
    ("retention.other", "low=0.01 high=0.1", "votes", -1),
    ("loyalty", "low=0.5 high=0.6", "spread", 0),
    ("transfer.bloc", "low=0.4 high=0.6", "share", -1),
    ("transfer.other", "low=0.9 high=0.99", "share", 1),
    ("transfer.affinity", "mean=60", "share", 1),
    ("transfer.lean", "mean=60", "share", -1),
    ("transfer.spread", "scale=60", "spread", 1),
    ("arrivals.rate", "low=0.5 high=0.7", "votes", 1),
    ("arrivals.habit", "low=0.01 high=0.02", "share", 0),
    ("arrivals.baseline_weight", "low=0.97 high=0.99", "share", 0),
    ("arrivals.shift", "mean=60", "share", 1),
    ("drift", "mean=15", "share", 1),
    ("reversion", "value=-0.9", "spread", -1),
    ("error.race_lean", "value=12", "spread", 1),
    ("error.race_tail", "value=1.5", "extreme", 1),
    ("error.race_turnout", "value=25", "spread of votes", 1),
    ("error.race_correlation", "value=0.95", "turnout with lean", 1),
    ("error.county_lean", "scale=15", "between counties", 1),
    ("error.county_turnout", "scale=12", "turnout between counties", 1),
    ("error.county_correlation", "value=0.95", "turnout with lean", 0),
    ("error.unit_lean", "value=25", "between counties", 1),
    ("error.unit_turnout", "value=18", "turnout between counties", 1),
    ("error.unit_correlation", "value=0.95", "turnout with lean", 0),
]


def test_every_runoff_prior_has_a_direction() -> None:
    tested = {f"runoff.{path}" for path, *_ in DIRECTIONS}
    known = {e.path for e in load_priors().entries if e.path.startswith("runoff.")}
    assert tested == known


@pytest.mark.parametrize(("path", "values", "measure", "direction"), DIRECTIONS)
def test_every_runoff_prior_moves_the_forecast(
    path: str, values: str, measure: str, direction: int
) -> None:
    """A prior moves its measure the way it says; 0 where either way is right."""
    before, after = outcome([]), outcome([f"runoff.{path}.{v}" for v in values.split()])
    moved = after[measure] - before[measure]
    assert abs(moved) > 1e-6
    if direction:
        # Same seeds on both sides: the change is the prior's, not the draws'.
        assert moved * direction > 0.002 * abs(before[measure])


def test_the_former_name_of_a_unit_may_be_repeated() -> None:
    priors = load_priors(settings=["runoff.retention.bloc.unit=share"])
    [entry] = [one for one in priors.entries if one.path == "runoff.retention.bloc"]
    assert entry.unit == "ratio"
