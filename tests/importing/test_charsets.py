"""Files in encodings before UTF-8: their letters say in which, or the encoding is asked for."""

import pytest

from forecast.errors import InputError
from forecast.importing.charsets import MAX_WORDS, words_beyond_ascii
from forecast.importing.import_options import ReadOptions
from forecast.importing.row_sources import GridOptions
from forecast.importing.sources import open_source

from .small_imports import imported, table_text

# Words of tables of results.
TEXTS = {
    "Polish": "Głosy nieważne Łukasz Gibała Śródmieście Żoliborz",
    "Czech": "Voliči seznamu Vydané obálky Platné Břeclav Plzeň Ústí Žďár Kroměříž",
    "Croatian": "Županija Važeći Nevažeći Đakovo Šibenik Čakovec",
    "Hungarian": "Győr Érvényes Szavazók Fűzfő",
    "Romanian": "Judeţ Bucureşti Timiş Caraş-Severin Dâmboviţa Argeş",
    "Russian": "Район Избиратели Киев Одесса Харьков",
    "Bulgarian": "Община Гласове Действителни Пловдив",
    "Serbian": "Општина Бирачко место Важећи Ђорђе Љубиша Њега",
    "Ukrainian": "Виборці Київ Дійсні Порошенко Зеленський",
    "French": "Libellé Côte-d’Or Île-de-France Besançon L’Haÿ n° 1er",
    "Spanish": "Logroño Córdoba Nuñez Mesa Nº1 Sección",
    "Portuguese": "São Paulo Eleição Votação Amapá",
    "Italian": "Città Cefalù Forlì perché",
    "German": "Wähler ungültige München Straße",
    "Bilingual": "Südtirol Città Brixen Größe Forlì più",
    "Turkish": "İlçe Seçmen Geçersiz Muş Iğdır Kılıçdaroğlu",
    "Lithuanian": "Savivaldybė Rinkėjų sąrašas Šiauliai Biržų",
    "Greek": "Λευκωσία Ψηφίσαντες Λεμεσός Αμμόχωστος",
}
OF = {
    "cp1250": ("Polish", "Czech", "Croatian", "Hungarian", "Romanian"),
    "iso8859-2": ("Polish", "Czech", "Croatian"),
    "cp852": ("Polish", "Czech"),
    "cp1251": ("Russian", "Bulgarian", "Serbian", "Ukrainian"),
    "iso8859-5": ("Russian", "Bulgarian", "Serbian"),
    "koi8_u": ("Russian", "Ukrainian"),
    "cp1252": ("French", "Spanish", "Portuguese", "Italian", "German", "Bilingual"),
    "mac_roman": ("Portuguese", "German"),
    "cp850": ("Portuguese", "Spanish"),
    "cp1254": ("Turkish",),
    "cp1257": ("Lithuanian",),
    "cp1253": ("Greek",),
}


def source_of(folder, content):
    path = folder / "results.csv"
    path.write_bytes(content)
    return open_source(path)


@pytest.mark.parametrize(
    ("codec", "language"), [(codec, name) for codec, names in OF.items() for name in names]
)
def test_letters_say_in_which_encoding_a_text_is(tmp_path, codec, language):
    text = TEXTS[language].replace("’" if codec in {"cp850"} else "\0", "'").replace(" ", "\n")
    content = text.encode(codec)
    found, note = source_of(tmp_path, content).encoding()
    assert content.decode(found) == text
    longest = max((word for word in text.split() if not word.isascii()), key=len)
    assert longest in note
    assert "--encoding says otherwise" in note


def polish(codec):
    head = ("Gmina", "Łukasz Gibała", "Stanisław Mazur", "Rafał Żak")
    rows = [
        (f"Śródmieście {place}", 211 + 7 * place, 180 + place**2, 66 + 5 * place)
        for place in range(6)
    ]
    return table_text(head, rows, ";").encode(codec)


def test_a_polish_file_is_read_with_its_letters(tmp_path):
    said, race = imported(tmp_path, polish("cp1250"), name="wyniki.csv")
    assert race.first_round.candidates == ("Łukasz Gibała", "Stanisław Mazur", "Rafał Żak")
    assert any("Windows-1250" in note for note in said.notes)


def test_an_encoding_that_is_named_goes_before(tmp_path):
    options = ReadOptions(grid=GridOptions(encoding="windows-1250"))
    _, race = imported(tmp_path, polish("cp1250"), options)
    assert "Rafał Żak" in race.first_round.candidates


def test_letters_of_no_language_are_asked_for(tmp_path):
    with pytest.raises(InputError, match=r"--encoding cp1250.* reads '"):
        source_of(tmp_path, b"a\xd8\xb3b\xe6\xb9\xa4q\nx\xfe\xf0\xaay\n").encoding()


def test_of_two_readings_that_are_as_good_the_western_is_taken_and_both_are_shown(tmp_path):
    codec, note = source_of(tmp_path, "Gdañsk".encode("cp1252")).encoding()
    assert codec == "cp1252"
    assert "as cp1250 for 'Gdańsk'" in note


def test_spaces_within_numbers_say_nothing_of_a_language(tmp_path):
    content = "1\u00a0462;2\u00a0049\nGłosy;Łódź\n".encode("cp1250")
    assert words_beyond_ascii(source_of(tmp_path, content).open()) == [
        word.encode("cp1250") for word in ("Głosy", "Łódź")
    ]


def test_words_far_down_a_file_are_seen(tmp_path):
    content = b"a,b\n" + b"1,2\n" * 400_000 + "Łódź,3\n".encode("cp1250")
    assert source_of(tmp_path, content).encoding()[0] == "cp1250"
    assert len(words_beyond_ascii(source_of(tmp_path, content).open())) < MAX_WORDS


def test_an_encoding_that_it_is_not_in_names_others(tmp_path):
    with pytest.raises(InputError, match=r"is not utf-8 at byte 6; .*cp1250 \(Polish"):
        source_of(tmp_path, polish("cp1250")).encoding("utf-8")
