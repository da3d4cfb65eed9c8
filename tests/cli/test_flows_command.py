"""`forecast flows`: from tables to text, JSON and files."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from forecast.cli.main import app
from forecast.errors import InputError
from forecast.transfers.transfer_priors import shipped_priors
from tests.importing.small_imports import imported, small_table
from tests.transfers.simulated_tables import simulate_table

ROWS, COLUMNS = ("red", "green", "blue", "grey"), ("Rosa", "Gina", "Bo")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    made = simulate_table(np.random.default_rng(2), shipped_priors("table"), n_units=30)
    folder = tmp_path_factory.mktemp("tables")
    for name, labels, votes in (("a", ROWS, made.rows), ("b", COLUMNS, made.columns)):
        lines = [",".join(("place", "county", *labels))]
        for unit, row in enumerate(votes.astype(int).tolist()):
            lines.append(",".join([f"unit {unit}", f"county {unit % 3}", *map(str, row)]))
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def run(*arguments):
    return CliRunner().invoke(app, ["flows", *map(str, arguments)])


def test_two_tables_give_a_table_of_text(tables):
    result = run("--from", tables / "a.csv", "--to", tables / "b.csv", "--draws", 100)
    assert result.exit_code == 0, result.output
    assert "Where the votes went: 30 units" in result.output
    assert all(name in result.output for name in (*ROWS, *COLUMNS))
    assert max(map(len, result.output.splitlines())) <= 80


def test_json_has_every_cell(tables):
    result = run(
        "--from", tables / "a.csv", "--to", tables / "b.csv", "--draws", 100, "--json", "--quiet"
    )
    document = json.loads(result.output)
    assert len(document["cells"]) == 12
    cell = document["cells"][0]
    assert (cell["from"], cell["to"]) == ("red", "Rosa")
    assert cell["q05"] <= cell["q25"] <= cell["q50"] <= cell["q75"] <= cell["q95"]
    assert cell["lower"] <= cell["q50"] <= cell["upper"]


def test_a_gallery_needs_chains(tables, tmp_path):
    result = run(
        "--from", tables / "a.csv", "--to", tables / "b.csv", "--gallery", tmp_path / "gallery"
    )
    assert isinstance(result.exception, InputError)
    assert "--method nuts" in str(result.exception)


def test_files_figure_and_page_are_written(tables, tmp_path):
    out, figure, page = (tmp_path / name for name in ("out", "flows.svg", "flows.html"))
    result = run(
        *("--from", tables / "a.csv", "--to", tables / "b.csv", "--draws", 100),
        *("--out", out, "--figure", figure, "--page", page),
    )
    assert result.exit_code == 0, result.output
    units = pq.read_table(out / "units.parquet")
    assert units.column_names[:4] == ["unit_id", "from", "to", "mean"]
    assert units.num_rows == 30 * 12
    counties = pq.read_table(out / "counties.parquet")
    assert set(counties["county"].to_pylist()) == {"county 0", "county 1", "county 2"}
    table = pq.read_table(out / "table.parquet")
    assert np.isclose(sum(units["mean"].to_pylist()), sum(table["mean"].to_pylist()), rtol=1e-3)
    assert figure.read_text(encoding="utf-8").startswith("<svg")
    html = page.read_text(encoding="utf-8")
    assert "Where the votes went" in html
    assert "The largest flows by county" in html
    assert "county 2" in html
    header = (out / "table.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.startswith("from,to,mean,q05,q10,q25,q50,q75,q90,q95,lower,upper")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give a race, or two tables"),
        (["ga06-2017", "--from", "a.csv"], "give a race, or two tables"),
        (["--from", "a.csv"], "--to is missing"),
        (["--from", "a.csv", "--to", "b.csv", "--prior", "streams"], "needs a race"),
        (["--from", "a.csv", "--to", "b.csv", "--units", "precinct"], "no column 'precinct'"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments, words, tables, monkeypatch):
    monkeypatch.chdir(tables)
    result = run(*arguments)
    assert isinstance(result.exception, InputError)
    assert words in str(result.exception)


def test_a_cell_that_is_no_number_is_named_with_its_line(tables, tmp_path):
    text = (
        (tables / "a.csv")
        .read_text(encoding="utf-8")
        .replace("unit 3,county 0", "unit 3,county 0x,y")
    )
    bad = tmp_path / "bad.csv"
    bad.write_text(text.replace("county 0x,y,", "county 0,many", 1), encoding="utf-8")
    result = run("--from", bad, "--to", tables / "b.csv")
    assert isinstance(result.exception, InputError)
    assert "bad.csv" in str(result.exception)


def test_candidates_have_their_short_names_in_the_text():
    printed = run("ga06-2017", "--draws", 40, "--quiet").output
    assert "    to Handel" in printed
    assert "…" not in printed


def test_a_race_with_its_result(tmp_path):
    result = run("ga06-2017", "--draws", 40, "--json", "--quiet")
    document = json.loads(result.output)
    assert document["prior"] == "the streams of the forecast"
    cells = {(cell["from"], cell["to"]): cell for cell in document["cells"]}
    loyal = cells["JON OSSOFF", "JON OSSOFF"]
    assert loyal["q50"] > 0.6 * document["from"]["JON OSSOFF"]


def test_a_race_whose_runoff_is_to_come_has_no_flows_yet(tmp_path):
    _, race = imported(tmp_path, small_table())
    assert race.contest.id == "town"
    result = run(tmp_path / "town")
    assert isinstance(result.exception, InputError)
    assert "the runoff of town is not counted yet, or not imported" in str(result.exception)
    assert "--as runoff" in str(result.exception)
