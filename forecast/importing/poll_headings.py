"""What tables of polls call their columns and months, in the languages of two-round elections.

Names are compared without case, accents and punctuation. A month that is another one in two
languages ("listopada" in Poland and in Croatia) is in neither.
"""

from collections.abc import Mapping

from forecast.race.labels import without_accents

# What a column holds to the names it may have.
POLL_ROLES: Mapping[str, tuple[str, ...]] = {
    "pollster": (
        *("pollster", "poll source", "polling firm", "polling organisation", "poll", "institute"),
        *("polling organization", "polling company", "institut", "sondeur", "institut de sondage"),
        *("encuestadora", "casa encuestadora", "encuesta", "empresa encuestadora", "consultora"),
        *("instituto", "instituto de pesquisa", "empresa", "istituto", "sondaggista"),
        *("institut de sondare", "casa de sondaje", "sondaj", "meinungsforschungsinstitut"),
        *("ośrodek", "pracownia", "sondażownia", "ośrodek badawczy", "agentura", "agentúra"),
        *("agencija", "agencija za istraživanje", "anketar", "агенция", "агенција", "соціолог"),
        *("організація", "организация", "агентство", "kutatóintézet", "intézet", "şirket"),
        *("anket şirketi", "araştırma şirketi", "tutkimuslaitos", "apklausos rengėjas"),
        "εταιρεία",
    ),
    "days": (
        *("date s administered", "dates administered", "date administered", "dates", "date"),
        *("date s conducted", "dates conducted", "fieldwork date", "fieldwork dates", "fieldwork"),
        *("field dates", "polling date", "date s", "dates du sondage", "date du terrain"),
        *("fecha", "fechas", "fecha de campo", "fechas de campo", "trabajo de campo", "data"),
        *("datas", "período", "fecha de realización", "data de realização", "datum", "zeitraum"),
        *("befragungszeitraum", "termin", "data badania", "termín", "dátum", "termín zberu"),
        *("perioada", "дата", "период", "період", "дати", "dátumok", "tarih", "päivämäärä"),
        *("ajankohta", "ημερομηνία"),
    ),
    "start": (
        *("start date", "start", "from", "début", "inicio", "fecha de inicio", "inizio", "início"),
        *("beginn", "od", "początek", "začátek", "začiatok", "početak", "начало", "početek"),
    ),
    "end": (
        *("end date", "end", "to", "fin", "fecha de término", "término", "fecha de fin", "fine"),
        *("fim", "ende", "do", "koniec", "konec", "kraj istraživanja", "край", "конец"),
    ),
    "sample": (
        *("sample size", "sample", "n", "respondents", "echantillon", "taille de l échantillon"),
        *("muestra", "tamaño de muestra", "tamaño muestral", "amostra", "campione", "eșantion"),
        *("stichprobe", "befragte", "próba", "wielkość próby", "liczebność próby", "vzorek"),
        *("vzorka", "veľkosť vzorky", "velikost vzorku", "uzorak", "veličina uzorka", "vzorec"),
        *("извадка", "вибірка", "выборка", "узорак", "minta", "mintanagyság", "örneklem"),
        *("örneklem büyüklüğü", "otos", "otoskoko", "imtis", "δείγμα"),
    ),
    "sponsor": ("sponsor", "sponsors", "client", "commissioned by", "mandante", "commanditaire"),
    "undecided": (
        *("undecided", "undec", "dont know", "don t know", "unsure", "not sure", "indécis"),
        *("indecisos", "indeciso", "no sabe", "ns nc", "no sabe no responde", "não sabe"),
        *("não sabe não respondeu", "indecisi", "indeciși", "unentschlossen", "weiß nicht"),
        *("niezdecydowani", "nie wiem", "nerozhodnutí", "neviem", "nevím", "neodlučni", "ne znam"),
        *("не знам", "не знаю", "не визначилися", "nem tudja", "bizonytalan", "kararsız"),
        *("kararsızlar", "ei osaa sanoa", "neapsisprendę"),
    ),
    "source": ("url", "link"),
}
# Words of a column that holds who chooses nobody, with or without the undecided: no share of a
# finalist's, and more than the undecided.
NOBODY_WORDS = frozenset((
    *("blanco", "blancos", "nulo", "nulos", "nula", "no", "sabe", "responde", "ns", "nc", "nr"),
    *("vota", "ninguno", "y", "o", "branco", "brancos", "e", "blanc", "blancs", "nul", "nuls"),
    *("et", "ou", "abstention", "bianca", "bianche", "nulla", "nulle"),
))  # fmt: skip
_MONTH_NAMES = (
    "january janvier enero janeiro gennaio ianuarie januar januara januára styczeń stycznia "
    "január tammikuu ocak января січня януари",
    "february février febrero fevereiro febbraio februarie februar februára únor února luty "
    "lutego február helmikuu şubat февраля лютого февруари",
    "march mars marzo março martie märz marec marca březen března marzec március maaliskuu mart "
    "марта березня март",
    "april avril abril aprile aprilie apríl apríla duben dubna kwiecień kwietnia április huhtikuu "
    "nisan апреля квітня април",
    "may mai mayo maio maggio máj mája květen května maj maja május toukokuu mayıs мая травня май",
    "june juin junio junho giugno iunie juni jún júna června czerwiec czerwca június kesäkuu "
    "haziran июня червня юни",
    "july juillet julio julho luglio iulie juli júl júla červenec července lipca július heinäkuu "
    "temmuz июля липня юли",
    "august août agosto augusta sierpień sierpnia augusztus elokuu ağustos августа серпня август",
    "september septembre septiembre setiembre setembro settembre septembrie septembra září "
    "wrzesień września szeptember syyskuu eylül сентября вересня септември",
    "october octobre octubre outubro ottobre octombrie oktober október októbra října październik "
    "października lokakuu ekim октября жовтня октомври",
    "november novembre noviembre novembro noiembrie novembra marraskuu kasım ноября "
    "листопада ноември",
    "december décembre diciembre dezembro dicembre decembrie dezember december decembra prosinec "
    "prosince grudzień grudnia joulukuu aralık декабря грудня декември",
)
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = [
    (without_accents(name), number)
    for number, names in enumerate(_MONTH_NAMES, 1)
    for name in names.split()
]


def month_number(word: str) -> int | None:
    """Month of a name or of its beginning, 1 to 12: "noviembre", "Nov", "dic."; None for no month.

    Three letters at least, and None where months of two languages begin so.
    """
    key = without_accents(word)
    if key in _ENGLISH:
        return _ENGLISH.index(key) + 1
    whole = {number for name, number in _MONTHS if name == key}
    begun = {number for name, number in _MONTHS if len(key) > 2 and name.startswith(key)}
    found = whole if len(whole) == 1 else begun
    return next(iter(found)) if len(found) == 1 else None
