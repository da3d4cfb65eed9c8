"""What tables of results call their columns and rows: Slavic languages."""

from collections.abc import Mapping

# Language to meaning to names, divided by commas.
SLAVIC: Mapping[str, Mapping[str, str]] = {
    "Polish": {
        "candidate": "kandydat, kandydatka, nazwisko, nazwisko i imiona, nazwisko i imię, "
        "imię i nazwisko, nazwisko i imiona kandydata",
        "given_name": "imię, imiona",
        "party": "partia, komitet, komitet wyborczy, nazwa komitetu",
        "votes": "głosy, liczba głosów, głosów",
        "registered": "uprawnieni, uprawnionych, liczba uprawnionych, uprawnieni do głosowania, "
        "liczba uprawnionych do głosowania, liczba wyborców uprawnionych, "
        "liczba wyborców uprawnionych do głosowania, wyborcy uprawnieni, liczba wyborców",
        "ballots": "liczba kart wyjętych z urny, karty wyjęte z urny, liczba kart wydanych, "
        "wydane karty, liczba wydanych kart, głosujący, liczba głosujących, "
        "liczba wyborców którym wydano karty do głosowania, oddane głosy, frekwencja liczba",
        "voivodeship": "województwo",
        "county": "powiat",
        "constituency": "okręg, okręg wyborczy, nr okręgu",
        "municipality": "gmina",
        "city": "miasto",
        "district of a city": "dzielnica",
        "neighborhood": "osiedle",
        "polling place": "komisja, nr komisji, numer komisji, obwód, nr obwodu, numer obwodu, "
        "obwód głosowania, obwodowa komisja wyborcza",
        "nobody": "nieważne, nieważnych, puste",
        "valid": "ważne, ważnych",
        "figures": "liczba kart ważnych, liczba kart nieważnych, karty ważne, karty nieważne, "
        "komisja otrzymała kart do głosowania, nie wykorzystano kart do głosowania",
        "total": "razem, ogółem, suma",
        "number": "liczba",
        "beside": "głosy, głosów, i, oddane, oddanych, łącznie, na, wszystkich, "
        "kandydatów, wszystkie",
        "precincts": "komisje, komisji, obwody, obwodów, protokoły, protokołów",
        "counted": "policzone, policzonych, zliczone, zliczonych, przeliczone, "
        "przeliczonych, rozliczone, zatwierdzone, zatwierdzonych, wprowadzone, "
        "wprowadzonych, otrzymane, otrzymanych",
        "percent": "procent, odsetek",
        "time": "czas, godzina, data i godzina, aktualizacja, ostatnia aktualizacja",
        "status": "status, stan, stan liczenia",
        "independent": "bezpartyjny, bezpartyjna, niezależny, niezależna, niezależni, "
        "kandydat niezależny, kandydat bezpartyjny, bez przynależności partyjnej, "
        "nie należy do partii politycznej",
    },
    "Czech": {
        "candidate": "kandidát, kandidátka, příjmení, jméno kandidáta, jméno a příjmení, "
        "jméno a příjmení kandidáta, příjmení a jméno",
        "given_name": "jméno",
        "party": "strana, volební strana, navrhující strana",
        "votes": "hlasy, počet hlasů",
        "registered": "voliči v seznamu, zapsaní voliči, počet voličů, oprávnění voliči, voliči",
        "ballots": "vydané obálky, odevzdané obálky",
        "region": "kraj, název kraje",
        "constituency": "volební obvod, obvod",
        "district": "okres, název okresu",
        "municipality": "obec, název obce",
        "district of a city": "městská část, městský obvod",
        "polling place": "okrsek, volební okrsek, číslo okrsku",
        "nobody": "prázdné, neplatné, neplatných",
        "valid": "platné, platných",
        "total": "celkem, součet",
        "number": "počet",
        "beside": "hlasy, hlasů, hlasovací, lístky, lístků, a, nebo",
        "precincts": "okrsky, okrsků, volební okrsky, volebních okrsků",
        "counted": "zpracováno, zpracované, zpracovaných, sečteno, sečtené, sečtených",
        "percent": "procento, podíl",
        "time": "čas, datum a čas, aktualizace, poslední aktualizace",
        "status": "stav, stav sčítání",
        "independent": "nezávislý, nezávislá, nezávislý kandidát, nezávislá kandidátka, "
        "nezávislí kandidáti, nk, bezpp, bez politické příslušnosti, bez pp",
    },
    "Slovak": {
        "candidate": "kandidát, kandidátka, priezvisko, meno kandidáta, meno a priezvisko, "
        "meno a priezvisko kandidáta, priezvisko a meno",
        "given_name": "meno",
        "party": "strana, politická strana, politický subjekt",
        "votes": "hlasy, počet hlasov, počet platných hlasov, počet platných hlasov pre kandidáta, "
        "platné hlasy pre kandidáta",
        "registered": "oprávnení voliči, počet oprávnených voličov, zapísaní voliči, "
        "počet zapísaných voličov, počet oprávnených voličov zapísaných v zozname voličov, "
        "počet voličov zapísaných v zozname voličov",
        "ballots": "zúčastnení voliči, počet zúčastnených voličov, počet odovzdaných obálok, "
        "počet voličov ktorí sa zúčastnili na hlasovaní",
        "region": "názov kraja",
        "constituency": "názov územného obvodu, územný obvod, volebný obvod",
        "district": "názov okresu",
        "municipality": "názov obce",
        "district of a city": "mestská časť",
        "polling place": "volebný okrsok, okrsok, číslo okrsku",
        "nobody": "prázdne, neplatné, neplatných, neplatne",
        "valid": "platné, platných",
        "total": "spolu, celkom",
        "number": "počet",
        "beside": "hlasy, hlasov, hlasovacie, hlasovacích, lístky, lístkov, a, alebo",
        "precincts": "okrsky, okrskov, volebné okrsky, volebných okrskov",
        "counted": "spracované, spracovaných, spočítané, spočítaných, sčítané, sčítaných, zrátané",
        "percent": "percento, podiel",
        "time": "čas, dátum a čas, aktualizácia, posledná aktualizácia",
        "status": "stav, stav sčítania",
        "independent": "neka, nezávislý kandidát, nezávislá kandidátka, nezávislí kandidáti, "
        "nezávislí, bez politickej príslušnosti, občiansky kandidát, občianska kandidátka",
    },
    "Croatian, Bosnian, Serbian": {
        "candidate": "kandidat, kandidatkinja, ime i prezime, prezime, kandidatura",
        "given_name": "ime",
        "party": "stranka, partija, lista, predlagatelj, predlagač, politički subjekt, "
        "izborna lista",
        "votes": "glasovi, glasova, broj glasova, glasovi birača",
        "registered": "upisani birači, upisanih birača, broj upisanih birača, birači, "
        "ukupno birača, ukupno upisanih birača, broj birača, birača upisanih, "
        "broj birača upisanih u birački spisak, upisano birača",
        "ballots": "glasovalo, glasalo, izašlo, izašlo birača, broj birača koji su glasali, "
        "broj birača koji su glasovali, glasovalo birača, primljeno listića, "
        "ukupno glasovalo, ukupno glasalo",
        "county": "županija",
        "constituency": "izborna jedinica",
        "district": "okrug",
        "municipality": "grad općina, općina, opština",
        "city": "grad",
        "district of a city": "gradska četvrt, gradska opština",
        "neighborhood": "mjesni odbor, mesna zajednica",
        "polling place": "biračko mjesto, biračko mesto, bm, broj biračkog mjesta, "
        "redni broj biračkog mjesta",
        "nobody": "prazni, praznih, prazne, nevažeći, nevažećih, neispravni, neispravnih",
        "valid": "važeći, važećih, ispravni",
        "total": "ukupno, zbroj",
        "number": "broj",
        "beside": "listići, listića, lističi, glas, glasovi, glasova, i, ili",
        "precincts": "biračka mjesta, biračkih mjesta, biračka mesta, biračkih mesta",
        "counted": "obrađeno, obrađena, obrađenih, prebrojano, prebrojana, prebrojanih",
        "percent": "postotak, posto, procenat, procenata",
        "time": "vrijeme, vreme, datum i vrijeme, datum i vreme, ažurirano, "
        "zadnje ažuriranje, poslednje ažuriranje",
        "status": "status, stanje, stanje brojanja, stanje obrade",
        "independent": "neovisni, neovisan, neovisna, nezavisni, nezavisan, nezavisna, "
        "neovisni kandidat, neovisna kandidatkinja, nezavisni kandidat, "
        "nezavisna kandidatkinja, nestranački, nestranački kandidat, neovisni nezavisni, "
        "grupa birača, grupa građana, kandidat grupe birača, kandidatkinja grupe birača",
    },
    "Slovene": {
        "candidate": "kandidatka, priimek, priimek kandidata, ime in priimek",
        "votes": "št glasov, število glasov",
        "registered": "volivci, volilni upravičenci, število volivcev, vpisani volivci, "
        "število volilnih upravičencev, upravičenci",
        "ballots": "glasovali, število glasovalcev, oddane glasovnice, skupaj glasovalo",
        "constituency": "volilna enota, ve",
        "district": "volilni okraj, okraj, vo",
        "municipality": "občina",
        "polling place": "volišče, št volišča",
        "nobody": "neveljavne, neveljavnih, prazne",
        "valid": "veljavne, veljavnih",
        "total": "skupaj, skupno",
        "number": "število, št",
        "beside": "glasovnice, glasovnic, glasov, in, ali",
        "precincts": "volišča, volišč",
        "counted": "prešteto, prešteta, preštetih, obdelana, obdelanih",
        "percent": "odstotek, delež",
        "time": "čas, ura, datum in čas, datum in ura, posodobljeno, zadnja posodobitev",
        "status": "status, stanje, stanje štetja",
        "independent": "neodvisni, neodvisna, neodvisen, neodvisni kandidat, "
        "neodvisna kandidatka, skupina volivcev",
    },
    "Serbian, Macedonian in Cyrillic": {
        "candidate": "кандидат, име и презиме, презиме",
        "given_name": "име",
        "party": "странка, партија, листа, изборна листа, предлагач, подносител",
        "votes": "гласови, број гласова, гласова, број на гласови",
        "registered": "уписани бирачи, број уписаних бирача, бирачи, број бирача, "
        "запишани избирачи, избирачи, вкупно запишани избирачи, избирачи запишани",
        "ballots": "гласало, изашло, број бирача који су гласали, гласале, излегле, вкупно гласале",
        "district": "округ",
        "municipality": "општина",
        "city": "град",
        "polling place": "бирачко место, избирачко место, им",
        "nobody": "неважећи, неважећих, неважечки, неважни, празни",
        "valid": "важећи, важећих, важечки",
        "total": "укупно, вкупно, збир",
        "number": "број",
        "beside": "листићи, листића, ливчиња, гласачки, гласачких, гласови, гласова, и, или, на",
        "precincts": "бирачка места, бирачких места, избирачки места",
        "counted": "обрађено, обрађена, обрађених, обработени, пребројана, пребројаних",
        "percent": "проценат, процент",
        "time": "време, датум и време, ажурирано, последно ажурирање, последње ажурирање",
        "status": "статус, стање, состојба",
        "independent": "независни, независан, независна, независни кандидат, "
        "независен кандидат, група грађана, група бирача, група избирачи",
    },
    "Bulgarian": {
        "candidate": "имена, имена на кандидата, кандидатура",
        "party": "партия, партия коалиция, издигнат от, кандидатска листа",
        "votes": "гласове, брой гласове, действителни гласове за кандидата",
        "registered": "избиратели, избиратели в списъка, брой избиратели, "
        "избиратели по списък, избиратели в избирателния списък",
        "ballots": "гласували, гласували избиратели, брой гласували, гласувалите избиратели",
        "region": "област",
        "constituency": "избирателен район, мир",
        "municipality": "община",
        "city": "населено място",
        "district of a city": "административен район",
        "polling place": "секция, сик, номер на секция, избирателна секция",
        "nobody": "недействителни, празни",
        "valid": "действителни",
        "total": "общо, всичко",
        "number": "брой",
        "beside": "гласове, бюлетини, и, или",
        "precincts": "секции, избирателни секции, протоколи",
        "counted": "обработени, преброени",
        "percent": "процент, дял",
        "time": "час, време, дата и час, актуализация, последна актуализация",
        "status": "статус, състояние",
        "independent": "независим, независима, независими, независим кандидат, инициативен комитет",
    },
    "Ukrainian": {
        "candidate": "кандидати, піб, прізвище, піб кандидата",
        "given_name": "ім'я",
        "party": "партія, суб'єкт висування",
        "votes": "голоси, кількість голосів, голосів",
        "registered": "виборці, кількість виборців, виборців у списку, "
        "кількість виборців внесених до списку",
        "ballots": "взяли участь, кількість виборців які взяли участь у голосуванні, проголосувало",
        "constituency": "тво, територіальний виборчий округ, номер тво",
        "municipality": "громада",
        "city": "місто",
        "polling place": "дільниця, виборча дільниця, номер дільниці",
        "nobody": "недійсні, недійсних",
        "valid": "дійсні, дійсних",
        "total": "разом, усього, всього",
        "number": "кількість",
        "beside": "бюлетені, бюлетенів, голоси, голосів, і, та",
        "precincts": "дільниці, дільниць, протоколи, протоколів",
        "counted": "опрацьовано, опрацьовані, опрацьованих, оброблено, підраховано",
        "percent": "відсоток",
        "time": "час, дата і час, дата та час, оновлено, останнє оновлення",
        "status": "статус, стан",
        "independent": "самовисування, самовисуванець, самовисуванка, незалежний, незалежна, "
        "безпартійний, безпартійна",
    },
    "Russian": {
        "candidate": "фио, фио кандидата, фамилия",
        "party": "выдвинут, субъект выдвижения",
        "votes": "голоса, число голосов, голосов",
        "registered": "число избирателей, избирателей, число избирателей в списке, "
        "число избирателей внесенных в список избирателей",
        "ballots": "проголосовало, число проголосовавших, приняло участие",
        "region": "регион",
        "district": "район",
        "municipality": "муниципалитет",
        "city": "город",
        "polling place": "уик, избирательный участок, участок",
        "nobody": "недействительные, недействительных",
        "valid": "действительные, действительных",
        "total": "итого, всего",
        "number": "число",
        "beside": "бюллетени, бюллетеней, голоса, голосов, и",
        "precincts": "участки, участков, избирательные участки, протоколы, протоколов",
        "counted": "обработано, обработанные, обработанных, подсчитано",
        "percent": "процент, доля",
        "time": "время, дата и время, обновлено, последнее обновление",
        "status": "статус, состояние",
        "independent": "самовыдвижение, самовыдвиженец, самовыдвиженка, независимый, "
        "независимая, независимый кандидат, беспартийный, беспартийная",
    },
}
