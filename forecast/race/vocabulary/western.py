"""What tables of results call their columns and rows: Romance and Germanic languages."""

from collections.abc import Mapping

# Language to meaning to names, divided by commas.
WESTERN: Mapping[str, Mapping[str, str]] = {
    "English": {
        "region": "region",
        "province": "province",
        "department": "department",
        "county": "county",
        "constituency": "constituency",
        "canton": "canton",
        "district": "district, council district",
        "municipality": "municipality",
        "city": "city",
        "town": "town, city town, township",
        "parish": "parish",
        "borough": "borough",
        "neighborhood": "neighborhood, neighbourhood",
        "ward": "ward",
        "zone": "zone",
        "division": "division",
        "polling district": "polling district",
        "polling place": "polling place, polling station",
        "nobody": "blank, blanks, null, nulls, invalid",
        "valid": "valid",
        "total": "total, totals, subtotal, subtotals, countywide, statewide",
        "beside": "vote, votes, ballot, ballots, and, or",
        "precincts": "precincts, polling places, polling stations, ballot boxes",
        "counted": "reporting, reported, counted, tabulated, complete",
        "percent": "pct, percent, percentage, share",
        "time": "timestamp, as of, last updated, last update, updated at, updated",
        "status": "count status, counting status, reporting, reporting status",
        "complete": "complete, completed, counted, fully counted, all in, fully reported",
        "not counted": "not reported, not counted, not started, no results, pending, not in",
        "partial": "partial, partially counted, partially reported, in progress, counting",
        "certified": "certified, official",
        "preliminary": "preliminary, provisional, unofficial",
        "independent": "independent, independents, independent candidate, ind, indep, indp, "
        "indy, no party, no party affiliation, no party preference, nonpartisan, "
        "non partisan, np, unaffiliated, unenrolled, no affiliation, write in",
    },
    "French": {
        "candidate": "nom, nom candidat, nom du candidat, candidat, candidats, nom et prénom",
        "given_name": "prénom, prénom candidat",
        "party": "nuance, nuance candidat, liste, étiquette, parti",
        "votes": "voix, suffrages, suffrages obtenus",
        "registered": "inscrits, électeurs inscrits",
        "ballots": "votants",
        "département": "libellé du département, libellé département, département, "
        "code du département, code département",
        "constituency": "circonscription",
        "arrondissement": "arrondissement",
        "commune": "libellé de la commune, libellé commune, commune",
        "neighborhood": "quartier",
        "polling place": "bureau de vote, code du b vote, code bv, bureau",
        "nobody": "blanc, blancs, blanche, blanches, nul, nuls, nulle, nulles, invalide, invalides",
        "valid": "exprimés, valides, valide",
        "valid votes": "suffrages exprimés, votes exprimés",
        "figures": "abstentions, abstention",
        "total": "total, totaux, totale, totales, somme",
        "number": "nombre",
        "beside": "votes, suffrages, bulletin, bulletins, et, ou, de, en",
        "precincts": "bureaux, bureaux de vote",
        "counted": "dépouillé, dépouillés, dépouillement, compté, comptés, remontés, "
        "centralisés, reçus, saisis",
        "percent": "pourcentage, taux, part",
        "time": "heure, horodatage, date et heure, mise à jour, dernière mise à jour",
        "status": "statut, état, état du dépouillement, statut du dépouillement",
        "complete": "complet, complète, terminé, dépouillé",
        "partial": "partiel, partielle, en cours",
        "certified": "certifié, définitif, définitive, définitifs, officiel",
        "preliminary": "provisoire, provisoires",
        "independent": "sans étiquette, sans parti, sans appartenance, indépendant, "
        "indépendante, indépendants, candidat indépendant, candidate indépendante, "
        "candidat libre, se",
    },
    "Spanish": {
        "candidate": "candidato, candidata, candidatura, nombre del candidato, "
        "nombre candidato, apellidos y nombres, nombre y apellidos, nombre y apellido, "
        "apellidos, apellido",
        "given_name": "nombres",
        "party": "partido, partido político, organización política, lista, lema, alianza",
        "votes": "votos, votos obtenidos, cantidad de votos, total de votos",
        "registered": "habilitados, votantes habilitados, electores habilitados, "
        "total habilitados, inscriptos, inscritos, votantes inscritos, ciudadanos inscritos, "
        "empadronados, padrón, padrón electoral, censo, censo electoral, potencial electoral, "
        "electores, electores inscritos, electores hábiles, total de electores",
        "ballots": "votantes, total votantes, votos emitidos, total votos emitidos, sufragantes, "
        "participantes, ciudadanos que votaron",
        "region": "región, nombre región",
        "province": "provincia",
        "department": "departamento, nombre departamento",
        "canton": "cantón",
        "constituency": "circunscripción, circunscripción electoral, distrito electoral",
        "district": "distrito",
        "municipality": "municipio, comuna, concejo, nombre municipio, nombre comuna",
        "city": "ciudad",
        "parish": "parroquia",
        "neighborhood": "barrio",
        "polling place": "mesa, nro mesa, número de mesa, junta receptora de votos, jrv, circuito, "
        "local de votación, recinto, recinto electoral, centro de votación, junta",
        "nobody": "blanco, blancos, blanca, blancas, nulo, nulos, nula, nulas, anulado, anulados, "
        "impugnados, viciado, viciados, inválidos",
        "valid": "válidos, válido, validas",
        "valid votes": "votos válidos, votos válidamente emitidos",
        "figures": "abstención, abstenciones, ausentismo, ausentes, absentismo",
        "total": "total, totales",
        "number": "número, cantidad, nro",
        "beside": "voto, votos, votación, papeletas, boletas, y, e, o, u, en, de, sufragios",
        "precincts": "mesas, mesas electorales, mesas de votación, mesas receptoras, "
        "mesas habilitadas, mesas instaladas, actas, juntas, juntas receptoras, "
        "recintos, urnas",
        "counted": "escrutado, escrutada, escrutados, escrutadas, escrutinio, "
        "computado, computada, computados, computadas, contabilizado, contabilizada, "
        "contabilizados, contabilizadas, procesado, procesada, procesados, "
        "procesadas, contados, contadas, informado, informadas, reportado, reportadas",
        "percent": "porcentaje, porciento, avance",
        "time": "hora, fecha y hora, fecha hora, actualización, "
        "última actualización, hora de actualización, hora de corte",
        "status": "estado, estatus, situación, estado del escrutinio, estado del conteo",
        "complete": "completo, completa, computada, contabilizada, terminado",
        "partial": "parcial, en proceso, en curso",
        "certified": "certificado, certificada, definitivo, definitiva, oficial",
        "preliminary": "preliminar, provisional, provisorio",
        "independent": "independiente, independientes, candidato independiente, "
        "candidata independiente, candidatura independiente, sin partido, "
        "sin partido político, sin afiliación, no partidario, no partidista",
    },
    "Portuguese": {
        "candidate": "candidato, candidata, nome do candidato, nome candidato",
        "party": "partido, sigla partido, legenda",
        "votes": "votos, votos nominais, quantidade de votos",
        "registered": "eleitorado, eleitores aptos, aptos, eleitores, eleitores inscritos, "
        "inscritos, total de eleitores, eleitorado apto",
        "ballots": "comparecimento, votantes, eleitores votantes, total de votantes",
        "region": "região",
        "district": "distrito",
        "municipality": "município, concelho, nm município",
        "parish": "freguesia",
        "neighborhood": "bairro",
        "zone": "zona, zona eleitoral, nr zona",
        "polling place": "nr seção, seção, seção eleitoral, secção, secção de voto, mesa de voto, "
        "local de votação",
        "nobody": "branco, brancos, nulo, nulos, anulado, anulados",
        "valid": "válidos, válido",
        "figures": "abstenção, abstenções",
        "total": "total, totais",
        "number": "número, quantidade",
        "beside": "voto, votos, cédulas, e, ou, em, das, dos",
        "precincts": "seções, seções eleitorais, secções, secções de voto, mesas de voto",
        "counted": "apurado, apurada, apurados, apuradas, apuração, totalizado, "
        "totalizada, totalizados, totalizadas, escrutinadas, contado, contada",
        "percent": "percentual, percentagem, porcentagem",
        "time": "hora, horário, data e hora, data hora, atualização, "
        "última atualização, hora da atualização, última actualização",
        "status": "estado, situação, status, estado da apuração, situação da apuração, "
        "estado do apuramento",
        "complete": "completo, completa, totalizada, concluído",
        "partial": "parcial, em andamento, em apuração",
        "certified": "certificado, definitivo, definitiva, oficial, homologado",
        "preliminary": "preliminar, provisório, provisória",
        "independent": "independente, independentes, candidato independente, "
        "candidata independente, candidatura independente, sem partido, "
        "sem filiação partidária, candidatura avulsa, avulso, grupo de cidadãos, "
        "grupo de cidadãos eleitores",
    },
    "Italian": {
        "candidate": "candidato, candidati, candidata, candidato sindaco, candidato a sindaco, "
        "candidato alla carica di sindaco, candidato presidente, cognome e nome, "
        "nome e cognome, cognome",
        "given_name": "nome",
        "party": "lista, liste collegate, partito, coalizione",
        "votes": "voti, voti candidato, voti ottenuti, preferenze",
        "registered": "elettori, iscritti, elettori iscritti, elettori totali, aventi diritto",
        "ballots": "votanti, votanti totali, totale votanti",
        "region": "regione",
        "province": "provincia",
        "municipality": "comune",
        "borough": "circoscrizione, municipio roma",
        "neighborhood": "quartiere",
        "polling place": "sezione, numero sezione, nr sezione, n sezione, seggio",
        "nobody": "bianca, bianche, nulla, nulle, nullo, nulli, contestate, contestati, "
        "invalide, invalidate",
        "valid": "validi, valide",
        "figures": "astenuti, non votanti",
        "total": "totale, totali",
        "number": "numero",
        "beside": "scheda, schede, voto, voti, o, ed, di, non, assegnate, assegnati",
        "precincts": "sezioni, sezioni elettorali, seggi",
        "counted": "scrutinato, scrutinata, scrutinati, scrutinate, scrutinio, "
        "pervenuti, pervenute",
        "percent": "percentuale, perc",
        "time": "ora, orario, data e ora, data ora, aggiornamento, ultimo aggiornamento",
        "status": "stato, stato dello scrutinio, stato dello spoglio",
        "complete": "completo, completa, concluso, scrutinata",
        "partial": "parziale, in corso",
        "certified": "certificato, definitivo, definitiva, ufficiale, proclamato",
        "preliminary": "provvisorio, provvisoria",
        "independent": "indipendente, indipendenti, candidato indipendente, "
        "candidata indipendente, senza partito, lista civica",
    },
    "Romanian": {
        "candidate": "candidat, nume candidat, numele candidatului, nume și prenume",
        "given_name": "prenume",
        "party": "partid, partidul, formațiune politică",
        "votes": "voturi, număr voturi, voturi valabile obținute",
        "registered": "alegători înscriși, alegători înscriși în listele permanente, "
        "număr alegători înscriși, înscriși, alegători, "
        "alegători înscriși în listele electorale, total alegători înscriși",
        "ballots": "alegători prezenți la urne, alegători prezenți, prezenți la urne, votanți, "
        "număr votanți, total votanți, alegători care au votat",
        "region": "regiune",
        "county": "județ",
        "constituency": "circumscripție, circumscripția electorală",
        "district": "raion",
        "municipality": "uat, localitate, comună, oraș",
        "borough": "sector",
        "polling place": "secție, secție de votare, nr secție, nr secție vot, număr secție, "
        "secția de votare",
        "nobody": "alb, albe, nule, anulate, nevalabile",
        "valid": "valabile, valabil",
        "total": "total",
        "number": "număr, numărul",
        "beside": "vot, voturi, buletin, buletine, de, și, exprimate",
        "precincts": "secții, secții de votare, secțiile, procese verbale",
        "counted": "numărat, numărate, centralizat, centralizate, procesate, prelucrate, raportate",
        "percent": "procent, procentaj",
        "time": "ora, data și ora, actualizat la, ultima actualizare",
        "status": "stare, stadiu, statut, starea numărării",
        "complete": "complet, completă, finalizat",
        "partial": "parțial, parțială, în curs",
        "certified": "certificat, definitiv, definitivă, oficial, validat",
        "preliminary": "provizoriu, preliminar",
        "independent": "independenți, candidat independent, candidată independentă, "
        "independentă, fără partid, candidați independenți",
    },
    "German": {
        "candidate": "kandidat, kandidatin, bewerber, bewerberin, wahlwerber, kandidierende, "
        "name des kandidaten, nachname, familienname",
        "given_name": "vorname",
        "party": "partei, wahlvorschlag, liste",
        "votes": "stimmen, anzahl stimmen, stimmenzahl",
        "registered": "wahlberechtigte, wahlberechtigte gesamt, wahlberechtigte insgesamt, "
        "stimmberechtigte",
        "ballots": "wähler, wählerinnen, wählende, wähler gesamt, abgegebene stimmen, abgegebene, "
        "abgegebene stimmzettel",
        "county": "kreis, landkreis",
        "constituency": "wahlkreis",
        "canton": "kanton",
        "district": "bezirk",
        "municipality": "gemeinde",
        "city": "stadt",
        "borough": "stadtbezirk, ortsbezirk",
        "neighborhood": "stadtteil, ortsteil",
        "polling place": "wahlbezirk, wahllokal, sprengel, wahlsprengel, stimmbezirk, "
        "urnenwahlbezirk",
        "nobody": "leer, leere, ungültig, ungültige",
        "valid": "gültige, gültig",
        "figures": "nichtwähler",
        "total": "insgesamt, gesamt, summe, zusammen",
        "number": "anzahl, zahl",
        "beside": "stimmen, stimmzettel, stimme, und, oder",
        "precincts": "wahlbezirke, stimmbezirke, wahllokale, auszählungsgebiete",
        "counted": "ausgezählt, ausgezählte, ausgezählter, auszählung, "
        "auszählungsstand, gezählt, gezählte, eingegangen, eingegangene",
        "percent": "prozent, anteil",
        "time": "zeit, uhrzeit, zeitpunkt, zeitstempel, stand, datum und uhrzeit, "
        "aktualisiert, letzte aktualisierung",
        "status": "status, zustand, auszählungsstand",
        "complete": "vollständig, ausgezählt, vollständig ausgezählt",
        "partial": "teilweise, teilweise ausgezählt, in Auszählung",
        "certified": "zertifiziert, endgültig, amtlich, amtliches Endergebnis, festgestellt",
        "preliminary": "vorläufig, Zwischenergebnis",
        "independent": "parteilos, parteilose, parteiloser, parteifrei, unabhängig, "
        "unabhängige, unabhängiger, unabhängiger kandidat, unabhängige kandidatin, "
        "einzelbewerber, einzelbewerberin",
    },
}
