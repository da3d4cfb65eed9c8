"""Headings that say how far a unit is, in wide tables of the night and in the program's own."""

import json
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from forecast.errors import InputError
from forecast.importing.import_options import ReadOptions
from forecast.night.count import COMPLETE, NOTHING, PARTIAL
from forecast.night.night_headings import night_role, reported_shares
from forecast.night.returns_file import read_night_returns
from forecast.night.told import ToldOfFiles
from forecast.night.unit_names import UnitNames
from forecast.output.document import schema
from forecast.output.night_document import night_document_text
from forecast.output.night_text import render_night
from forecast.output.page.night_page import write_night_page
from tests.night.nights import new_session

PAIRS = [
    ("Mesas", "Mesas escrutadas"),
    ("Total de mesas", "Nº de mesas computadas"),
    ("Actas", "Actas contabilizadas"),
    ("Seções", "Seções totalizadas"),
    ("Bureaux de vote", "Bureaux dépouillés"),
    ("Precincts", "Precincts reporting"),
    ("Total precincts", "Number of precincts reporting"),
    ("Sezioni", "Sezioni scrutinate"),
    ("Liczba obwodów", "Obwody rozliczone"),
    ("Secții de votare", "Secții numărate"),
    ("Biračka mjesta", "Obrađena biračka mjesta"),
    ("Počet okrskov", "Spracované okrsky"),
    ("Okrsky celkem", "Okrsky zpracované"),
    ("Apylinkės", "Suskaičiuotos apylinkės"),
    ("Toplam sandık", "Açılan sandık sayısı"),
    ("Wahlbezirke", "Ausgezählte Wahlbezirke"),
    ("Sprengel gesamt", "Sprengel ausgezählt"),
]
SHARES = ["% escrutado", "Pct reporting", "% of precincts reporting", "% Sezioni scrutinate",
          "Percentual apurado", "Taux de dépouillement", "Açılan sandık oranı", "Ausgezählt in %",
          "Zpracováno okrsků %"]  # fmt: skip
OTHERS = ["Mesa", "Nr komisji", "Sandık no", "Sezioni non scrutinate", "Mesas por escrutar",
          "Carlos Mesa", "Votos", "% votos", "% Votanti", "En blanco", "Anna Berg %", "Percent",
          "Elettori", "Juan Actas", "Votos escrutados"]  # fmt: skip


@pytest.fixture
def read(fitted):
    names = UnitNames.of(fitted.race, fitted.folder)

    def of(path, **columns):
        told = ToldOfFiles(ReadOptions(columns=columns))
        return read_night_returns([path], fitted.race, names, told)

    return of


def table(path, *heads, rows=((4, 1), (4, 4), (4, 0))):
    votes = [(100, 150), (90, 85), (0, 0)]
    lines = [";".join(("precinct", "county", "ANN MARSH", "BO REED", *heads))]
    for number, (cells, (ann, bo)) in enumerate(zip(rows, votes, strict=True)):
        lines.append(";".join(map(str, (f"P{number:02d}", "NORTH", ann, bo, *cells))))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("precincts", "reported"), PAIRS)
def test_headings_of_polling_places(precincts, reported):
    assert (night_role(precincts), night_role(reported)) == ("precincts", "reported")


@pytest.mark.parametrize("heading", SHARES)
def test_headings_of_shares(heading):
    assert night_role(heading) == "share"


@pytest.mark.parametrize("heading", OTHERS)
def test_headings_that_say_nothing_of_it(heading):
    assert night_role(heading) == ""


@pytest.mark.parametrize("heads", PAIRS)
def test_a_wide_table_with_polling_places_is_counted_in_part(read, tmp_path, heads):
    found = read(table(tmp_path / "wide.csv", *heads))
    assert found.count.status[:3, 0].tolist() == [PARTIAL, COMPLETE, NOTHING]
    assert found.count.reported[:2].tolist() == [0.25, 1.0]
    assert found.count.votes.sum() == 425
    assert found.notes == ()


@pytest.mark.parametrize("heading", SHARES)
def test_a_wide_table_with_percentages_is_counted_in_part(read, tmp_path, heading):
    found = read(table(tmp_path / "wide.csv", heading, rows=(["25,0"], ["100,0"], ["0"])))
    assert found.count.status[:3, 0].tolist() == [PARTIAL, COMPLETE, NOTHING]
    assert found.count.reported[0] == 0.25


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"precincts": ["1.200", "4"], "reported": ["300", "5"]}, [0.25, 1]),
        ({"reported": ["12 of 40", "12/48"]}, [0.3, 0.25]),
        ({"reported": ["25%", "100 %"]}, [0.25, 1]),
        ({"reported": ["12", "4"]}, [np.nan, np.nan]),
        ({"share": ["45,5", "1"]}, [0.455, 0.01]),
        ({"share": ["0.455", "1.0"]}, [0.455, 1]),
        ({"share": ["0.5%", "0%"]}, [0.005, 0]),
        ({"share": ["140", "n/a"]}, [np.nan, np.nan]),
    ],
)
def test_cells_say_a_share(columns, expected):
    found = reported_shares(columns, {"reported": "Reporting precincts"}, ".")
    np.testing.assert_allclose(found.shares, expected)


@pytest.mark.parametrize(
    ("cells", "share", "said"),
    [
        (("0.71", "0", ""), 0.71, "as a share from 0 to 1 (0.71 as 71%)"),
        (("1", "0", "0"), 0.01, "as a percentage (1 as 1%)"),
        (("0.71", "1", "0"), 0.71, ""),
        (("0.71", "12.5", "0"), 0.0071, ""),
        (("0.71%", "0%", "0%"), 0.0071, ""),
        (("0", "0", "0"), 0.0, ""),
    ],
)
def test_a_column_that_could_be_of_1_or_of_100_is_said_to_be_read_so(
    read, tmp_path, cells, share, said
):
    found = read(table(tmp_path / "wide.csv", "Pct Reporting", rows=[[cell] for cell in cells]))
    assert found.count.reported[0] == pytest.approx(share)
    noted = [note for note in found.notes if "'Pct Reporting' has no number above 1" in note]
    assert (len(noted), said in "".join(noted)) == (bool(said), True)
    assert all("--leave-out 'Pct Reporting'" in note for note in noted)


def test_columns_of_any_name_are_told(read, tmp_path):
    path = table(tmp_path / "wide.csv", "Lugares", "Llegados")
    assert read(path).count.status[0, 0] == COMPLETE
    found = read(path, precincts="Lugares", reported="Llegados")
    assert found.count.status[:3, 0].tolist() == [PARTIAL, COMPLETE, NOTHING]
    with pytest.raises(InputError, match=r"--column: wide\.csv has no column 'Lugars'"):
        read(path, precincts="Lugars")
    words = table(tmp_path / "words.csv", "Estado", rows=(["partial"], ["complete"], ["none"]))
    assert read(words, status="Estado").count.status[:2, 0].tolist() == [PARTIAL, COMPLETE]


def test_a_table_of_the_program_takes_the_same_headings(read, tmp_path):
    path = tmp_path / "long.csv"
    head = "county,unit_name,candidate,votes"
    rows = "NORTH,P00,Ann Marsh,100,8,2\nNORTH,P00,Bo Reed,150,8,2\n"
    path.write_text(f"{head},Mesas,Mesas escrutadas\n{rows}", encoding="utf-8")
    assert read(path).count.reported[0] == 0.25
    path.write_text(f"{head},Lugares,Llegados\n{rows}", encoding="utf-8")
    assert "not used: Lugares, Llegados" in read(path).notes[0]
    assert read(path, precincts="Lugares", reported="Llegados").count.reported[0] == 0.25


def test_some_units_without_a_status_are_said_too(read, tmp_path):
    path = table(
        tmp_path / "wide.csv", "Mesas", "Mesas escrutadas", rows=((4, 1), ("", ""), (4, 0))
    )
    assert read(path).notes[0].startswith("1 unit with votes has no status")


def test_what_is_taken_for_granted_is_said_wherever_one_looks(fitted, tmp_path):
    path = table(tmp_path / "wide.csv", "Lugares", "Llegados")
    new_session(fitted, tmp_path / "night").update([path])
    # Another call, in which nothing is new.
    night = new_session(fitted, tmp_path / "night").now()
    content = json.loads(night_document_text(night))
    Draft202012Validator(schema()).validate(content)
    (note,) = content["night"]["notes"]
    assert "taken for complete" in note
    assert "not used: Lugares, Llegados; " in note
    page = write_night_page(night, tmp_path / "night.html").read_text(encoding="utf-8")
    for shown in (" ".join(render_night(night).split()), page):
        assert "taken for complete. Columns of the file that are not used: Lugares" in shown


TIMES = ["Hora", "Heure", "Uhrzeit", "Ora", "Godzina", "Poslední aktualizace", "Saat", "Ώρα"]
STATUSES = ["Estado", "Statut", "Stato", "Stan", "Stav", "Durum", "Статус", "Κατάσταση"]


@pytest.mark.parametrize(("time", "status"), [*zip(TIMES, STATUSES, strict=True)])
def test_time_and_status_are_known_in_any_language(read, tmp_path, time, status):
    rows = (
        ("2017-06-20T21:30:00", "partial"),
        ("2017-06-20T21:30:00", "complete"),
        ("", "none"),
    )
    found = read(table(tmp_path / "wide.csv", time, status, rows=rows))
    assert found.count.status[:3, 0].tolist() == [PARTIAL, COMPLETE, NOTHING]
    assert found.stamp == datetime(2017, 6, 20, 21, 30)
    assert found.notes == ()
    long = tmp_path / "long.csv"
    rows = "".join(
        f"NORTH,P00,{name},100,2017-06-20T21:30:00,partial\n" for name in ("Ann Marsh", "Bo Reed")
    )
    long.write_text(f"county,unit_name,candidate,votes,{time},{status}\n{rows}", encoding="utf-8")
    found = read(long)
    assert (found.stamp, found.count.status[0, 0]) == (datetime(2017, 6, 20, 21, 30), PARTIAL)


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Estado", ("Parcial", "Completo", "Certificado")),
        ("Stav", ("částečné", "zpracováno", "Definitivní")),
        ("Durum", ("kısmi", "TAMAMLANDI", "Kesin")),
        ("Reporting", ("Partially Reported", "Fully Reported", "Certified")),
    ],
)
def test_words_of_a_status_are_known_in_any_language(read, tmp_path, heading, words):
    rows = [(word,) for word in words]
    found = read(table(tmp_path / "wide.csv", heading, rows=rows))
    assert found.count.status[:3, 0].tolist() == [PARTIAL, COMPLETE, COMPLETE]
    assert not found.count.certified_units.any()
    found = read(table(tmp_path / "end.csv", heading, rows=rows[-1:] * 3))
    assert found.count.certified_units[:3].all()


def test_american_words_of_a_status(read, tmp_path):
    rows = [("Fully reported",), ("Partially reported",), ("Not reported",)]
    found = read(table(tmp_path / "wide.csv", "Status", rows=rows))
    assert found.count.status[:3, 0].tolist() == [COMPLETE, PARTIAL, NOTHING]


def test_preliminary_is_said_of_the_night_and_not_of_a_unit(read, tmp_path):
    rows = (("Preliminar", 4, 1), ("Preliminar", 4, 4), ("Preliminar", 4, 0))
    path = table(tmp_path / "wide.csv", "Estado", "Mesas", "Mesas escrutadas", rows=rows)
    found = read(path)
    assert found.notes == ()
    assert found.count.status[:2, 0].tolist() == [PARTIAL, COMPLETE]


@pytest.mark.parametrize("heading", ["Estado", "status of nothing"])
def test_a_column_that_only_looks_like_a_status_is_noted(read, tmp_path, heading):
    rows = (("Final", 4, 1), ("Parcial", 4, 4), ("", 4, 0))
    path = table(tmp_path / "wide.csv", heading, "Mesas", "Mesas escrutadas", rows=rows)
    expected = (
        (
            "the column 'Estado' looks like the status of a unit and is not read: it has 'Final'; "
            "a status is none, partial, complete, certified"
        ),
    )
    found = read(path)
    assert found.notes == (expected if heading == "Estado" else ())
    assert found.count.reported[0] == 0.25
    long = tmp_path / "long.csv"
    lines = "".join(f"NORTH,P00,{name},100,Final,4,1\n" for name in ("Ann Marsh", "Bo Reed"))
    head = f"county,unit_name,candidate,votes,{heading},Mesas,Mesas escrutadas\n"
    long.write_text(head + lines, encoding="utf-8")
    assert read(long).notes == (expected if heading == "Estado" else ())


def test_states_of_a_country_are_no_status(read, tmp_path):
    states = ("Acre", "Bahia", "Goiás", "Pará", "Paraná")
    path = tmp_path / "wide.csv"
    lines = ["precinct;county;ANN MARSH;BO REED;Estado;Mesas;Mesas escrutadas"]
    lines += [
        f"P0{k};NORTH;{100 + k * k};{150 - 7 * k};{state};4;1" for k, state in enumerate(states)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert read(path).notes == ()


@pytest.mark.parametrize("told", [{}, {"time": "Hora"}])
def test_a_time_that_is_none_is_noted(read, tmp_path, told):
    rows = (("22h30", 4, 1), ("22h30", 4, 4), ("22h30", 4, 0))
    found = read(
        table(tmp_path / "wide.csv", "Hora", "Mesas", "Mesas escrutadas", rows=rows), **told
    )
    assert found.stamp is None
    assert found.notes == (
        "the column 'Hora' looks like the time of the file and is not read: it has '22h30'; a time "
        "is as 2017-06-20T21:30:00",
    )


def test_areas_that_are_in_no_other_are_found(fitted, tmp_path):
    """A column of districts alone may be read as counties, and the race has them as units."""
    names = UnitNames.of(fitted.race, fitted.folder)
    alone = replace(names, by_name={("", "aveiro"): 0, ("beja", "beja"): 1, ("north", "p00"): 2})
    assert alone.find("", "Aveiro", "Aveiro") == 0
    assert alone.find("", "", "Beja") == 1
    assert alone.find("", "P00", "P00") == -1


def test_a_column_reporting_that_has_numbers_is_no_status(read, tmp_path):
    found = read(table(tmp_path / "wide.csv", "Reporting", rows=((12,), (0,), (40,))))
    assert "not used: Reporting; " in found.notes[0]
    # Another one may be the status.
    rows = ((12, "Not Reported"), (0, "Fully Reported"), (40, ""))
    found = read(table(tmp_path / "wide.csv", "Reporting", "Count status", rows=rows))
    assert found.count.status[:2, 0].tolist() == [NOTHING, COMPLETE]
