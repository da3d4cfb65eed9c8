"""Write the races of models/poll_correlation.yaml: python -m tools.poll_correlation.

Every race below, which stands in the record of polls and among the finished races, is forecast
without its polls by a fit to all other days; its result is looked for in that forecast and in the
likelihood of its polls, by the newest errors of polls that ship and end before it, or, where none
does, by the oldest.
"""

from collections.abc import Mapping
from operator import attrgetter
from statistics import NormalDist
from typing import Any

import numpy as np
import yaml

from forecast.defaults import HoldOutDesign
from forecast.evidence.poll_errors import POLLS_DOCUMENT, read_poll_errors
from forecast.evidence.poll_likelihood import PollOfRace, likelihood_of_polls
from forecast.evidence.poll_record import RECORD_FILE, RecordPoll, load_record
from forecast.evidence.shared_error import SHARED_ERROR_DOCUMENT
from forecast.files import shipped_folder
from forecast.learn.race_draws import log_odds_draws, race_draws
from forecast.learn.training_table import FinishedRow, shipped_table
from forecast.learn.workshop import LAPLACE, Workshop
from forecast.score.holdout import folds_of, occasion_of
from forecast.stats.scale_mixture import StudentTable

# Key in the record of polls to the id of the finished race, matched by day, office and result.
RACES: Mapping[str, str] = {
    "2002_House-GR_LA-5": "la_us_house_05_2002",
    "2002_Sen-GR_LA": "la_sen_2002",
    "2004_House-GR_LA-7": "la_us_house_07_2004",
    "2008_House-G_WA-4": "wa20080819_us_house_4",
    "2008_House-G_WA-8": "wa20080819_us_house_8",
    "2008_Sen-GR_GA": "ga_sen_2008_county",
    "2012_Gov-G_WA": "wa20120807_governor",
    "2012_House-G_CA-30": "ca20120605_us_house_30",
    "2012_House-G_CA-52": "ca20120605_us_house_52",
    "2012_House-G_CA-7": "ca20120605_us_house_7",
    "2012_House-G_WA-1": "wa20120807_us_house_1",
    "2012_Sen-G_CA": "ca20120605_us_senate",
    "2012_Sen-G_WA": "wa20120807_us_senate",
    "2012_House-GR_LA-3": "la_us_house_03_2012",
    "2015_Gov-GR_LA": "la_gov_2015",
    "2016_Gov-G_WA": "wa_gov_2016_county",
    "2016_House-G_CA-31": "ca20160607_us_house_31",
    "2016_Sen-G_CA": "ca_sen_2016_county",
    "2016_Sen-G_WA": "wa_sen_2016_county",
    "2016_Sen-GR_LA": "la_sen_2016",
    "2018_Sen-GSR_MS": "ms_senspecial_2018",
    "2020_Gov-G_WA": "wa_gov_2020_county",
    "2020_House-G_WA-3": "wa20200804_us_house_3",
    "2022_Sen-GR_GA": "ga_sen_2022_county",
}
SEED = 1
_SCORE = NormalDist().inv_cdf


def polls_score(polls: list[RecordPoll], leader_first: bool) -> float:
    """Normal score of the result, that of the leader, in the likelihood of the polls."""
    first = polls[0]
    seen = [
        PollOfRace(p.pollster, p.shares, p.undecided, p.sample, float(p.age), p.partisan)
        for p in polls
    ]
    parties = {1: ("DEM", "REP"), -1: ("REP", "DEM"), 0: ("", "")}[first.orientation]
    known = read_poll_errors(shipped_folder("models") / POLLS_DOCUMENT)
    early = [errors for errors in known if errors.newest < first.election]
    newest = attrgetter("newest")
    errors = max(early, key=newest) if early else min(known, key=newest)
    said = likelihood_of_polls(seen, errors, first.kind, parties)
    assert said is not None
    below = float(StudentTable(said.df).cdf((first.result - said.location) / said.scale))
    return _SCORE(below if leader_first else 1.0 - below)


def forecast_scores(finished: Mapping[str, FinishedRow]) -> dict[str, float]:
    """Normal score of each race's result in its forecast by a fit to all other days."""
    table = shipped_table()
    occasions = [occasion_of(one) for one in table]
    workshop, found = Workshop.of(table), {}
    for fold in folds_of(HoldOutDesign.DAYS, occasions, occasions):
        inside = [table[at] for at in fold.members if table[at].row.id in finished]
        if not inside:
            continue
        learned = workshop.learn(leave_out_days=sorted(fold.left_out.days), method=LAPLACE)
        rng = np.random.default_rng(SEED)
        for one in inside:
            draws = race_draws(learned.draws, one.row, rng)
            odds = log_odds_draws(draws, one.row, rng)
            rank = (float(np.sum(odds < one.log_odds)) + 0.5) / (len(odds) + 1)
            found[one.row.id] = _SCORE(rank)
    return found


def main() -> None:
    """Forecast the races, and write the document again below its prior."""
    record = load_record(shipped_folder("data") / RECORD_FILE)
    finished = {one.row.id: one for one in shipped_table() if one.row.id in RACES.values()}
    forecasts = forecast_scores(finished)
    races: dict[str, dict[str, Any]] = {}
    for key, race in RACES.items():
        polls = [poll for poll in record if poll.race.startswith(f"{key} ")]
        one = finished[race]
        leader_first = abs(polls[0].result - one.log_odds) < abs(polls[0].result + one.log_odds)
        races[race] = {
            "runoff": one.row.runoff,
            "polls": round(polls_score(polls, leader_first), 3),
            "forecast": round(forecasts[race], 3),
        }
    path = shipped_folder("models") / SHARED_ERROR_DOCUMENT
    head = path.read_text(encoding="utf-8").partition("\nraces:")[0]
    body = yaml.safe_dump({"races": races}, sort_keys=False)
    path.write_text(f"{head}\n{body}", encoding="utf-8")


if __name__ == "__main__":
    main()
