"""The registry of formats: what a file is by its content, and what it is not, in words."""

import json

import pytest

from forecast.errors import InputError
from forecast.importing.formats import MAP, POLLS, kind_of
from forecast.importing.reading import ReadOptions

HEADS = {
    "clarity": "<?xml version='1.0'?>\n<ElectionResult><Region>A</Region></ElectionResult>",
    "json": json.dumps({"Contests": []}),
    "openelections": "county,precinct,office,candidate,party,votes\nA,1,Mayor,X,REP,3\n",
    "csv": "Title of the clerk\n\ncounty;unit_name;candidate;votes\nA;1;X;3\n",
    "wide": "County\tWard\tAnn\tBob\nA\t1\t3\t4\nA\t2\t5\t6\n",
    MAP: json.dumps({"type": "FeatureCollection", "features": []}),
    POLLS: "poll_id,pollster,pct,answer\n1,Acme,48,Lee\n",
}


@pytest.mark.parametrize("kind", HEADS)
def test_a_file_is_what_its_content_says(kind, tmp_path):
    # The ending says nothing: people rename files.
    path = tmp_path / "download.bin"
    path.write_text(HEADS[kind], encoding="utf-8")
    assert kind_of(path, ReadOptions()) == kind


NO_FORMAT = {
    b"%PDF-1.7": "is a PDF",
    b"<html><body>": "a web page of another kind",
    b"\xd0\xcf\x11\xe0" + bytes(100): "a workbook of Excel 97; save it as .xlsx or as CSV",
    b"": "is empty",
    b"Aite,Mpopulo,Nkani\na,b,3\n": r"its first row is: Aite, Mpopulo, Nkani\.",
    b'{"a": 1}': "JSON of no form that is known; it has the keys a",
    b'{"Contests": [': "is not whole JSON",
    b"PK\x03\x04 broken": "is not a whole zip",
    b"\x1f\x8b broken": "is not packed whole",
}


@pytest.mark.parametrize("content", NO_FORMAT)
def test_what_is_no_format_is_named(content, tmp_path):
    path = tmp_path / "download"
    path.write_bytes(content)
    with pytest.raises(InputError, match=NO_FORMAT[content]):
        kind_of(path, ReadOptions())
