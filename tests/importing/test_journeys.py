"""From public files to a checked race folder, in the layouts of five publishers, by command.

The files are made by hand in the layouts of Clarity, the French and the Brazilian ministry, a
clerk's workbook and a state's JSON. Each journey ends with a rehearsed forecast; the number of
commands typed is part of the test.
"""

import io
import json
import zipfile

import pytest
from typer.testing import CliRunner

from forecast.cli.data_commands import data_app
from forecast.race.folder import load_race
from forecast.race.runoff_result import load_runoff

VOTES = [(120, 90, 60), (80, 140, 30), (200, 150, 75), (60, 95, 41)]
SECOND = [(150, 110), (95, 150), (240, 180), (80, 110)]


class Shell:
    """Commands as a person types them, counted."""

    def __init__(self, folder):
        self.folder, self.typed = folder, 0

    def __call__(self, *words):
        self.typed += 1
        arguments = [str(word) for word in words]
        if arguments[0] == "import":
            arguments += ["--into", str(self.folder)]
        else:
            arguments.append(str(self.folder))
        result = CliRunner().invoke(data_app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path / "race")


def detail(county, contest, parties=True):
    """Clarity's detail.xml of one county with two precincts."""
    names = [("ANN LEE (I)", "REP"), ("BO KAY", "DEM"), ("CY POE", "REP")]
    at = 0 if county == "Cobb" else 2
    lines = ["<?xml version='1.0'?><ElectionResult><ElectionDate>3/1/2025</ElectionDate>"]
    lines.append(f"<Region>{county}</Region><VoterTurnout><Precincts>")
    for unit in range(2):
        lines.append(f"<Precinct name='P{unit}' totalVoters='900' ballotsCast='440'/>")
    lines.append(f"</Precincts></VoterTurnout><Contest key='7' text='{contest}'>")
    for choice, (name, party) in enumerate(names):
        lines.append(f"<Choice text='{name}' party='{party if parties else ''}'>")
        for mode in ("Election Day", "Advance in Person 1", "Advance in Person 2"):
            lines.append(f"<VoteType name='{mode}'>")
            for unit in range(2):
                votes = VOTES[at + unit][choice] if mode == "Election Day" else choice + unit
                lines.append(f"<Precinct name='P{unit}' votes='{votes}'/>")
            lines.append("</VoteType>")
        lines.append("</Choice>")
    lines.append("</Contest><Contest key='8' text='Sheriff'><Choice text='EX'/></Contest>")
    return "".join([*lines, "</ElectionResult>"])


def test_a_night_of_clarity_and_a_baseline_of_openelections(shell, tmp_path):
    for county, contest in (("Cobb", "Mayor"), ("Fulton", "Mayor - Alcalde")):
        with zipfile.ZipFile(tmp_path / f"{county}.zip", "w") as archive:
            archive.writestr("detail.xml", detail(county, contest))
    rows = ["county,precinct,office,district,party,candidate,election_day,advance,absentee"]
    for index in range(4):
        county, unit = ("COBB", "FULTON")[index // 2], f"P{index % 2}"
        rows += [
            f"{county},{unit},President,,{p},{n},{30 + index},{k},4"
            for n, p, k in (("OLD R", "R", 9), ("OLD D", "D", 12))
        ]
        rows.append(f"{county},{unit},Registered Voters,,,,880,,")
    (tmp_path / "president.csv").write_text("\n".join(rows), encoding="utf-8")
    out = shell(
        "import", tmp_path / "Cobb.zip", tmp_path / "Fulton.zip", "--runoff=2025-04-01",
        "--finalist=Ann Lee", "--finalist=Bo Kay",
    )  # fmt: skip
    assert "contest: Mayor / Mayor - Alcalde" in out
    assert "modes: election_day, early" in out
    shell(
        "import", tmp_path / "president.csv", "--as=baseline", "--contest=President",
        "--election=2024 president", "--date=2024-11-05",
    )  # fmt: skip
    assert "no errors" in shell("check")
    race = load_race(shell.folder)
    assert race.contest.finalists == ("ANN LEE", "BO KAY")
    assert str(race.contest.first_round) == "2025-03-01"
    (baseline,) = race.baselines
    assert baseline.returns.counts.sum(axis=0).tolist() == [178, 190]
    assert shell.typed == 3


def commune(index):
    return ["01", "Ain", f"{index:03}", f"Bourg-l'Évêque {index}"]


def test_two_rounds_of_the_french_ministry(shell, tmp_path):
    header = ["Code du département", "Libellé du département", "Code de la commune"]
    header += ["Libellé de la commune", "Inscrits", "Votants", "% Vot/Ins", "Blancs", "Nuls"]
    header += ["N°Panneau", "Sexe", "Nom", "Prénom", "Voix", "% Voix/Exp"]
    people = [("F", "LEROY", "Ève"), ("M", "DUPÂQUIER", "Jean"), ("M", "NOËL", "Luc")]

    def table(counts, chosen):
        lines = [";".join(header)]
        for index, votes in enumerate(counts):
            cells = [*commune(index), "1 250", str(sum(votes) + 9), "44,10", "5", "4"]
            for place, count in zip(chosen, votes, strict=True):
                cells += [str(place + 1), *people[place], str(count), "33,33"]
            lines.append(";".join(cells))
        return "\n".join(lines).encode("cp1252")

    (tmp_path / "tour1.txt").write_bytes(table(VOTES, (0, 1, 2)))
    (tmp_path / "tour2.txt").write_bytes(table(SECOND, (0, 1)))
    out = shell(
        "import", tmp_path / "tour1.txt", "--title=Présidentielle", "--office=President",
        "--first-round=2022-04-10", "--runoff=2022-04-24", "--unit-kind=commune",
        "--finalist=Ève Leroy", "--finalist=Jean Dupâquier",
    )  # fmt: skip
    assert "groups of columns a candidate are read as rows" in out
    assert "read as Windows-1252" in out
    shell("import", tmp_path / "tour2.txt", "--as=runoff")
    assert "no errors" in shell("check")
    race = load_race(shell.folder)
    assert race.first_round.counts.tolist() == [[*votes, 5, 4] for votes in VOTES]
    assert race.contest.not_candidates == ("Blancs", "Nuls")
    assert race.first_round.registered.tolist() == [1250.0] * 4
    assert load_runoff(shell.folder, race).returns.counts.tolist() == [[*v, 5, 4] for v in SECOND]
    assert shell.typed == 3


def test_both_rounds_in_one_file_of_the_brazilian_court(shell, tmp_path):
    header = "ANO_ELEICAO;NR_TURNO;SG_UF;NM_MUNICIPIO;NR_ZONA;NR_SECAO;DS_CARGO"
    lines = [f"{header};NM_VOTAVEL;SG_PARTIDO;QT_VOTOS"]
    people = [("ANA LIMA", "PAA"), ("JOÃO SÁ", "PBB"), ("RUI REIS", "PCC")]
    for turn, counts in ((1, VOTES), (2, SECOND)):
        for index, votes in enumerate(counts):
            start = f"2024;{turn};SP;SANTOS;{1 + index // 2};{index % 2 + 10};Prefeito"
            lines += [
                f'{start};"{name}";{party};{count}'
                for (name, party), count in zip(people, votes, strict=False)
            ]
            lines += [f"{start};VOTO BRANCO;#NULO#;{7 + index}", f"{start};VOTO NULO;#NULO#;3"]
    (tmp_path / "secao.csv").write_bytes("\n".join(lines).encode("latin-1"))
    out = shell(
        "import", tmp_path / "secao.csv", "--title=Santos", "--place=Santos",
        "--first-round=2024-10-06", "--runoff=2024-10-27",
    )  # fmt: skip
    assert "contest: Prefeito" in out
    assert "VOTO BRANCO" in out
    assert "no candidate" in out
    shell("import", tmp_path / "secao.csv", "--as=runoff")
    assert "no errors" in shell("check")
    race = load_race(shell.folder)
    assert race.contest.finalists == ("JOÃO SÁ", "ANA LIMA")
    assert race.contest.not_candidates == ("VOTO BRANCO", "VOTO NULO")
    assert race.first_round.unit_names[:2] == ("10 1", "11 1")
    assert shell.typed == 3


def workbook(path, counts, names):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Notes"
    book.active.append(["Unofficial results"])
    sheet = book.create_sheet("Mayor")
    sheet.append(["Town of Mill, municipal election"])
    sheet.append([])
    sheet.append(["Ward", "Registered", *names, "Write-ins", "Total", "Turnout %"])
    for index, votes in enumerate(counts):
        sheet.append([f"Ward {index}", 900, *votes, 2, sum(votes) + 2, 0.41])
    columns = zip(*counts, strict=True)
    sheet.append(["Total", 3600, *map(sum, columns), 8, sum(map(sum, counts)) + 8, 0.41])
    book.save(path)


def shapes(path):
    """A zipped shapefile in feet of Georgia's west, one ward in two features."""
    import pyproj
    import shapefile

    files = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
    with shapefile.Writer(**files) as writer:
        writer.field("OBJECTID", "N")
        writer.field("WARD_NAME", "C")
        for index, ward in enumerate(["WARD 0", "Ward 1", "Ward 2", "Ward 3", "Ward 3"]):
            x, y = 2_200_000 + 5_000 * index, 1_400_000
            corners = [[x, y], [x, y + 5_000], [x + 5_000, y + 5_000], [x + 5_000, y], [x, y]]
            writer.poly([corners])
            writer.record(index, ward)
    with zipfile.ZipFile(path, "w") as archive:
        for ending, content in files.items():
            archive.writestr(f"wards/wards.{ending}", content.getvalue())
        archive.writestr("wards/wards.prj", pyproj.CRS("EPSG:2240").to_wkt("WKT1_ESRI"))


def test_a_clerks_workbook_and_a_shapefile(shell, tmp_path):
    names = ("Ann Lee (R)", "Bo Kay (D)", "Cy Poe (R)")
    workbook(tmp_path / "spring.xlsx", VOTES, names)
    workbook(tmp_path / "june.xlsx", SECOND, names[:2])
    shapes(tmp_path / "wards.zip")
    out = shell(
        "import", tmp_path / "spring.xlsx", "--title=Mill", "--office=Mayor",
        "--first-round=2025-03-04", "--runoff=2025-06-03", "--unit-kind=ward",
        "--finalist=ANN LEE", "--finalist=BO KAY",
    )  # fmt: skip
    assert "read the sheet 'Mayor' of Notes, Mayor" in out
    assert "left out: 'Total', rows of totals, which add up" in out
    shell("import", tmp_path / "june.xlsx", "--as=runoff")
    out = shell("import", tmp_path / "wards.zip")
    assert "units are named by WARD_NAME" in out
    assert "no errors" in shell("check")
    race = load_race(shell.folder)
    assert race.first_round.counts[:, :3].tolist() == [list(votes) for votes in VOTES]
    assert race.first_round.parties[:3] == ("REP", "DEM", "REP")
    features = json.loads((shell.folder / "units.geojson").read_text(encoding="utf-8"))["features"]
    xs = [x for f in features for x, _ in f["geometry"]["coordinates"][0]]
    assert len(features) == 4
    # Atlanta is at 84.4 degrees west; EPSG:2240 has its feet east of there.
    assert -85 < min(xs) < max(xs) < -83
    assert max(xs) - min(xs) == pytest.approx(25_000 * 0.3048 / 92_600, rel=0.02)
    assert shell.typed == 4


def test_a_states_json_and_polls_of_fivethirtyeight(shell, tmp_path):
    names = [("ANN LEE (Rep)", "Rep"), ("BO KAY (Dem)", "Dem"), ("CY POE (Rep)", "Rep")]

    def export(counts):
        local = []
        for index, votes in enumerate(counts):
            options = [
                {
                    "name": name,
                    "politicalParty": party,
                    "voteCount": count,
                    "groupResults": [
                        {"groupName": "Election Day", "voteCount": count - 7},
                        {"groupName": "Absentee by Mail", "voteCount": 7},
                    ],
                    "precinctResults": None,
                }
                for (name, party), count in zip(names, votes, strict=False)
            ]
            item = {"id": "1", "name": "Governor", "ballotOptions": options}
            other = {"id": "2", "name": "Amendment", "ballotOptions": []}
            local.append({"name": f"{'ABCD'[index]} County", "ballotItems": [item, other]})
        document = {"electionDate": "2024-11-05", "results": {}, "localResults": local}
        return json.dumps(document)

    (tmp_path / "export.json").write_text(export(VOTES), encoding="utf-8")
    (tmp_path / "runoff.json").write_text(export(SECOND), encoding="utf-8")
    polls = [
        "poll_id,pollster,start_date,end_date,question_id,sample_size,population,"
        "candidate_name,pct,party"
    ]
    polls += [
        f"1,Acme,11/10/24,11/14/24,9,600,lv,{n},{p},X" for n, p in (("Ann Lee", 48), ("Bo Kay", 45))
    ]
    polls += [
        f"2,Beta,10/1/24,10/4/24,8,500,rv,{n},{p},X"
        for n, p in (("Ann Lee", 30), ("Bo Kay", 25), ("Cy Poe", 20))
    ]
    (tmp_path / "polls.csv").write_text("\n".join(polls), encoding="utf-8")
    out = shell(
        "import", tmp_path / "export.json", "--runoff=2024-12-03",
        "--finalist=ANN LEE", "--finalist=BO KAY",
    )  # fmt: skip
    assert "contest: Governor" in out
    shell("import", tmp_path / "runoff.json", "--as=runoff")
    out = shell("import", tmp_path / "polls.csv")
    assert "not a question of both finalists alone: Ann Lee, Bo Kay, Cy Poe" in out
    assert "no errors" in shell("check")
    race = load_race(shell.folder)
    assert (race.contest.unit_kind, str(race.contest.first_round)) == ("county", "2024-11-05")
    assert race.first_round.modes == ("election_day", "mail")
    text = (shell.folder / "polls.csv").read_text(encoding="utf-8").splitlines()
    assert text[1:] == ["Acme,,2024-11-10,2024-11-14,600,48,45,,"]
    assert shell.typed == 4


def test_a_dry_run_shows_and_writes_nothing(shell, tmp_path):
    (tmp_path / "Cobb.xml").write_text(detail("Cobb", "Mayor"), encoding="utf-8")
    out = shell("import", tmp_path / "Cobb.xml", "--contest=Mayor", "--runoff=2025-04-01",
                "--dry-run")  # fmt: skip
    assert "nothing was written (--dry-run)" in out
    assert "finalists: BO KAY and ANN LEE, who have the most votes" in out
    assert not shell.folder.exists()
