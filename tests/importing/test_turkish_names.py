"""Turkish names: I, İ, ı and i are one letter where names are compared."""

from dataclasses import replace

import pytest

from forecast.importing.describe import describe
from forecast.importing.import_options import ImportOptions, ReadOptions
from forecast.importing.import_part import import_files
from forecast.importing.matching import Unit, match_units, read_crosswalk
from forecast.importing.table_words import BLANK, nobody_in_english
from forecast.output.flow_table import nobody_words
from forecast.output.race_words import choice_labels, finalist_labels, full_name
from forecast.race.folder import load_contest
from forecast.race.labels import folded, normalised, unit_id, without_accents
from forecast.race.poll_table import load_polls
from forecast.race.vocabulary import words_of

from .small_imports import imported

FIRST = """İl Adı;Kayıtlı Seçmen;Geçersiz Oy Sayısı;Kemal KILIÇDAROĞLU;Muharrem İNCE;Ali AK
İstanbul;1.370.670;23.677;337.193;418.085;49.766
İzmir;474.797;818;147.092;168.932;18.455
Mersin;376.293;910;56.697;137.798;5.853
Şırnak;294.993;1.091;83.018;56.481;727
"""
RUNOFF = """İl Adı;Kayıtlı Seçmen Sayısı;Kemal Kılıçdaroğlu;Muharrem İnce
İSTANBUL;1.370.670;537.193;718.085
İZMİR;474.797;197.092;268.932
MERSİN;376.293;156.697;157.798
ŞIRNAK;294.993;93.018;66.481
"""
POLLS = """Anket şirketi,Tarih,Örneklem,Kemal KILIÇDAROĞLU,Ince
KONDA,20–21 Mayıs 2025,4130,"49,4","44,6"
"""
DOTS = ReadOptions(thousands=".")


def turkish_race(folder):
    return imported(folder, FIRST, DOTS, title="Başkan", office="President", country="Türkiye")[1]


def part_of(folder, content, part):
    path = folder / f"{part}.csv"
    path.write_text(content, encoding="utf-8")
    return import_files(ImportOptions("", (path,), folder / "town", part=part, reading=DOTS))


def test_every_i_is_one_letter():
    spellings = ("KILIÇ", "Kılıç", "kiliç", "KİLİÇ", "KI\u0307LI\u0307C\u0327", "ki\u0307li\u0307ç")
    assert {folded(name) for name in spellings} == {"kiliç"}
    assert {normalised(name) for name in spellings} == {"kiliç"}
    assert {without_accents(name) for name in spellings} == {"kilic"}


def test_a_dotted_capital_does_not_part_a_unit_id(tmp_path):
    assert unit_id("İSTANBUL", "İstanbul") == "ISTANBUL|ISTANBUL"
    assert turkish_race(tmp_path).first_round.unit_ids[3] == "ŞIRNAK|ŞIRNAK"


def test_a_runoff_in_capitals_is_that_of_the_same_units_and_people(tmp_path):
    turkish_race(tmp_path)
    said = part_of(tmp_path, RUNOFF, "runoff")
    assert said.n_units == 4
    assert "ISTANBUL|ISTANBUL" in (tmp_path / "town" / "runoff.csv").read_text(encoding="utf-8")


def test_a_crosswalk_in_capitals_is_read(tmp_path):
    path = tmp_path / "crosswalk.csv"
    path.write_text("county,name,known_as\nMERSİN,İÇEL,SİLİFKE\n", encoding="utf-8")
    here, there = Unit("Mersin", "Silifke", "a"), Unit("Mersin", "İçel", "b")
    assert match_units([here], [there], read_crosswalk(path)).known == {"b": here}


def test_polls_in_capitals_or_without_accents_are_of_the_finalists(tmp_path):
    turkish_race(tmp_path)
    part_of(tmp_path, POLLS, "polls")
    polls = load_polls(tmp_path / "town", load_contest(tmp_path / "town"))
    assert [poll.shares for poll in polls] == [(0.446, 0.494)]


def test_the_country_or_the_letters_of_the_table_make_names_turkish(tmp_path):
    table = FIRST.replace("KILIÇDAROĞLU", "YILMAZ").replace("Ali AK", "ALI KIR")
    for country in ("US", "Azerbaijan", "Türkiye"):
        folder = tmp_path / country
        folder.mkdir()
        race = imported(folder, table, DOTS, title="Başkan", office="Mayor", country=country)[1]
        assert choice_labels(race)[1:] == ("Yılmaz", "İnce", "Kır")
    assert finalist_labels(race.contest) == ("İnce", "Yılmaz")


def test_invalid_ballots_are_called_so_in_english_or_as_race_yaml_says(tmp_path):
    race = turkish_race(tmp_path)
    name = "Geçersiz Oy Sayısı"
    assert race.contest.not_candidates == (name,)
    assert choice_labels(race)[0] == "invalid ballots"
    assert nobody_words(race).startswith("invalid ballots: they voted")
    assert full_name(race, name) == f"invalid ballots ({name})"
    named = replace(race, contest=replace(race.contest, short_names={name: "spoiled"}))
    assert choice_labels(named)[0] == "spoiled"
    assert full_name(named, name) == f"spoiled ({name})"


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("Votos en blanco", "blank ballots"),
        ("Votos nulos", "invalid ballots"),
        ("Schede bianche e nulle", "blank and invalid ballots"),
        ("Głosy nieważne", "invalid ballots"),
        ("Blank votes", ""),
        ("None of these candidates", ""),
        ("Marie Blanc", ""),
    ],
)
def test_blank_and_invalid_ballots_of_other_languages_in_english(name, english):
    assert nobody_in_english(name) == english


def test_every_word_of_blank_ballots_is_one_of_votes_for_nobody():
    assert words_of("nobody") >= BLANK


def test_shares_are_of_the_votes_for_candidates(tmp_path):
    turkish_race(tmp_path)
    lines = describe(tmp_path / "town").splitlines()
    (ince,) = (line for line in lines if "* Muharrem" in line)
    assert ince.split()[-2:] == ["781,296", "52.8"]  # of 1,480,097, without 26,496 invalid ballots
    assert any(line.split()[-1] == "26,496" for line in lines if "Geçersiz" in line)
    assert "  shares are of the votes for candidates" in lines
    assert any("(26,496 of them for no candidate)" in line for line in lines)
