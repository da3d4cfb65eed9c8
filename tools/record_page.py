"""Write docs/record.md, its figures and data/record/summary.json.

python tools/record_page.py [FOLDER]

From the documents of the three hold-out designs, days.json, past.json and places.json, as
`forecast backtest --design DESIGN --json FOLDER/DESIGN.json` writes them. Without a folder they
are made first; what was done before is taken from the user's cache. --workers N takes N
processes, --sample N forecasts N races drawn by chance.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from record_targets import targets

from forecast.cli.printing import json_text, progress_line
from forecast.defaults import HoldOutDesign
from forecast.files import write_atomically
from forecast.output.reach_figure import reach_figure
from forecast.output.record_figures import write_figure, write_figures
from forecast.output.record_words import group_words
from forecast.output.score_text import difference
from forecast.score.backtest import Settings
from forecast.score.benchmarks import NAMES, REGRESSION, SHARE_NAMES
from forecast.score.learned_forecaster import LearnedPriors
from forecast.score.race_groups import is_crossed
from forecast.score.race_kind import Kind
from forecast.score.record_backtest import Where, record_backtest
from forecast.score.record_document import summary_document
from forecast.score.totals import means_of_places, totals

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "docs" / "figures"
Document = Mapping[str, Any]
OF_SAMPLE = " Of the races {n:,} drawn by chance are forecast; the fits learn from all others."
CAPTIONS = {
    "reach": "How far below the regression, and what 80% intervals hold, by kind and place",
    "calibration": "How often the favourite won, against how often it was said to win",
    "pit": "Where in its forecast each result fell",
    "coverage": "How many results the central intervals hold",
    "results": "Forecast and result",
    "differences": "Score differences to each simple forecast",
}
MAIN = ("all", "all, two parties", "all, same party", "all, no label", "all, since 2010")
FIRST = ("first record", "first record, two parties", "folders", "folders, two parties")


def main() -> None:
    """Read the documents, or make them, and write everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--sample", type=int, default=None)
    options = parser.parse_args()
    documents = {
        design: _made(design, options.workers, options.sample)
        if options.folder is None
        else json.loads((options.folder / f"{design}.json").read_text(encoding="utf-8"))
        for design in HoldOutDesign
        if options.folder is None or (options.folder / f"{design}.json").exists()
    }
    if HoldOutDesign.DAYS not in documents:
        raise SystemExit(f"{options.folder}/days.json: the page needs at least this one")
    for design, document in documents.items():
        if document["failed"]:
            raise SystemExit(f"{design}: could not be forecast: {document['failed']}")
    write_page(documents)


def _made(design: HoldOutDesign, workers: int | None, sample: int | None) -> dict[str, Any]:
    where = Where(workers=workers, sample=sample)
    _, document = record_backtest(LearnedPriors(), Settings(design), where, progress_line(False))
    return document


def write_page(documents: Mapping[HoldOutDesign, dict[str, Any]]) -> None:
    """Write the page, its figures and the summary."""
    for document in documents.values():
        # By the groups of today, whichever those were when the rows were made.
        kinds = [Kind(**kind) for kind in document["races"]]
        document["totals"] = totals(document["rows"], kinds, document["design"])
    days, places = documents[HoldOutDesign.DAYS], documents.get(HoldOutDesign.PLACES)
    write_figures(days, FIGURES, "record-")
    write_figure(reach_figure(documents), FIGURES / "record-reach.png")
    summary = json_text(summary_document(days, places))
    write_atomically(ROOT / "data" / "record" / "summary.json", summary)
    write_atomically(ROOT / "docs" / "record.md", "\n".join(lines(documents)) + "\n")
    sys.stdout.write("wrote docs/record.md, docs/figures/record-*.png, data/record/summary.json\n")


def lines(documents: Mapping[HoldOutDesign, Document]) -> Iterator[str]:
    """The page."""
    days, past, places = (documents.get(design) for design in HoldOutDesign)
    assert days is not None
    of_days = totals_of(days)
    yield from ["# The record", ""]
    yield from ["<!-- Written by tools/record_page.py: run it again, do not edit. -->", ""]
    yield (
        f"{of_days['all']['n']:,} finished runoffs of {of_days['all']['days']} days, each forecast "
        "from its first round by priors that did not see it. The record ships in data/record; "
        "`forecast backtest` makes these scores again, and `forecast score RACE` shows one race."
    )
    if days["sample"]:
        yield (
            f"They are {days['sample']:,} of those that ship, drawn by chance "
            f"(`--sample {days['sample']}`); the fits that forecast them learn from all the others."
        )
    yield from ["", *_how(days), "", "## Where it knows, and where it does not", ""]
    yield from [f"![{CAPTIONS['reach']}](figures/record-reach.png)", ""]
    yield from ["## What was asked", ""]
    yield (
        "Behind ± stands one standard error, clustered by election day: of the score, of the "
        "difference to the best benchmark where that is given, of each coverage of units. That of "
        "a coverage of shares and turnout is what calibrated intervals would have, with the "
        "intraclass correlation of all races of a day, or of a place where places are left out; "
        "none is given where fewer than six days or places tell in effect. Less than two of them "
        "may be chance, in what is met and in what is not. Georgia 6 is in none of these races."
    )
    yield from ["", "| what | asked | found | |", "|---|---|---|---|"]
    for target in targets(of_days, {} if places is None else totals_of(places)):
        yield f"| {target.what} | {target.asked} | {target.found} | {target.verdict} |"
    yield from ["", "## Scores", "", *_scores(_chosen(days, MAIN, FIRST))]
    for heading, prefix in (("collection", "collection "), ("kind", "kind "), ("place", "place ")):
        yield from ["", f"## By {heading}", "", *_scores(_starting(days, prefix))]
    yield from ["", "## Each simple forecast", "", *_baselines(days)]
    yield from ["", "## Intervals", "", *_intervals(days)]
    if past is not None:
        yield from _of_the_past(past)
    if places is not None:
        yield from _of_places(places)
    yield from ["", "## Figures", ""]
    for name, caption in CAPTIONS.items():
        if name != "reach":
            yield from [f"![{caption}](figures/record-{name}.png)", ""]
    yield from _farthest(days)


def _of_the_past(past: Document) -> Iterator[str]:
    yield from ["", "## Learned from the past alone", ""]
    yield (
        "Leaving out days still learns from later elections. Here a race is forecast by runoffs "
        f"before its cycle of two years only; {len(past['too_early'])} races have fewer than 50 "
        f"of them and are not scored.{_of_sample(past)}"
    )
    yield from ["", *_scores([*_chosen(past, MAIN, FIRST), *_starting(past, "collection ")])]


def _of_places(places: Document) -> Iterator[str]:
    yield from ["", "## In a place never seen", ""]
    yield (
        "Here the race's own state, or country outside the United States, is left out, with all "
        "its days. What the spread of places promises is coverage on average over places, of "
        "which there are few; a new state still has what its country teaches. Means over states "
        "and over countries with at least ten races, each counting once, then of each kind that "
        "two of them hold (not among what was asked; errors take places for independent, and are "
        "no smaller than the races of each place allow):"
    )
    yield from ["", "| places never seen | CRPS | 50 / 80 / 95 |", "|---|---|---|"]
    for total in means_of_places(places["totals"]):
        errors = " / ".join(f"{100 * error:.0f}" for error in total["coverage_error"].values())
        yield (
            f"| {_places_words(total)} "
            f"| {100 * total['crps']:.2f} | {_held(total['coverage'])} (± {errors}) |"
        )
    yield from ["", *_scores([*_chosen(places, MAIN), *_starting(places, "place ")])]


def _places_words(total: Mapping[str, Any]) -> str:
    """Words as "2 states (164 races), primary runoffs"."""
    new, _, kind = total["group"].partition(", ")
    words = f"{len(total['places'])} {new.split()[0]} ({total['n']:,} races)"
    return f"{words}, {group_words(kind)}" if kind else words


def _of_sample(document: Document) -> str:
    return OF_SAMPLE.format(n=document["sample"]) if document["sample"] else ""


def totals_of(document: Document) -> dict[str, Mapping[str, Any]]:
    """Group to its totals."""
    return {total["group"]: total for total in document["totals"]}


def _chosen(document: Document, *names: Sequence[str]) -> list[Mapping[str, Any]]:
    found = totals_of(document)
    return [found[name] for part in names for name in part if name in found]


def _starting(document: Document, prefix: str) -> list[Mapping[str, Any]]:
    """Groups by the start of their names, those with most races first; none that are crossed."""
    found = [t for t in document["totals"] if t["group"].startswith(prefix)]
    plain = [t for t in found if not is_crossed(t["group"]) and ", since" not in t["group"]]
    return plain if prefix == "collection " else sorted(plain, key=lambda t: -t["n"])


def _how(document: Document) -> Iterator[str]:
    yield from ["How it is scored:", ""]
    yield (
        "- Left out, from the model and from the simple forecasts alike: all runoffs of a "
        "twentieth of the days, the race's own among them. That is more than day and place: a "
        "statewide race shares its voters with every local one."
    )
    yield (
        "- The share is the leader's of the first round, of both finalists' votes. The published "
        "order, in which the winner stands first, is never looked at."
    )
    yield (
        "- CRPS in points of share; log score in nats, minus the log density of the share; both "
        "lower is better. Differences are model less simple forecast, ± a standard error "
        "clustered by election day."
    )
    yield (
        "- Each simple forecast is a Student t on the log-odds whose spread is learned from the "
        "same training races; the formulas of two numbers know the odds alone."
    )
    yield (
        f"- {document['draws']:,} simulated runoffs a race, two and a half times as many where it "
        "has few units, by the code of `forecast simulate`, but for two approximations: the first "
        "round, and the model over races, are each fitted by a normal around the mode, not by NUTS."
    )
    yield (
        "- Units in `suspect_units.csv` stay in every score: who forecasts cannot know which rows "
        "will be wrong. Counties that publish no runoff vote are left out of the forecast too."
    )
    yield (
        "- Two parties: the finalists are of two blocs or parties; same party; no label where "
        "either has none. The first record is the one before the collections joined it."
    )
    yield (
        "- In the standard terms: grouped cross-validation by election day, an expanding window "
        "for what is learned from the past alone, leave-one-place-out for places never seen; "
        "`50 / 80 / 95` is the empirical coverage of central intervals in percent; a simple "
        "forecast is a benchmark."
    )
    yield "- What was specified before a score was seen, and every look: docs/plan-of-scores.md."


def _scores(chosen: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield (
        "| races | n | days | CRPS | best other | its CRPS | below | difference | to the "
        "regression | log | Brier | 50 / 80 / 95 |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for total in chosen:
        name = total["best_baseline"]
        best, regression = (total["baselines"][one] for one in (name, REGRESSION))
        yield (
            f"| {total['group']} | {total['n']:,} | {total['days']} | {100 * total['crps']:.2f} "
            f"| {name} | {100 * best['crps']:.2f} | {total['crps_below_best']:.1%} "
            f"| {difference(best['difference']['crps'], 100, 2)} "
            f"| {difference(regression['difference']['crps'], 100, 2)} "
            f"| {total['log_score']:.3f} | {total['brier']:.3f} | {_held(total['coverage'])} |"
        )


def _baselines(document: Document) -> Iterator[str]:
    yield from ["Differences: model less simple forecast.", ""]
    yield "| races | simple forecast | CRPS | difference | log score | Brier | log loss |"
    yield "|---|---|---|---|---|---|---|"
    chosen = [*_chosen(document, ("all", "all, two parties", *FIRST)), *_starting(document, "coll")]
    for total in (t for t in chosen if "same party" not in t["group"]):
        for name in NAMES:
            entry = total["baselines"][name]
            cells = [difference(entry["difference"]["brier"], 1, 4)]
            cells.append(difference(entry["difference"]["odds_log_score"], 1, 4))
            share = ["", "", ""]
            if name in SHARE_NAMES:
                found = entry["difference"]
                share = [f"{100 * entry['crps']:.2f}", difference(found["crps"], 100, 2)]
                share.append(difference(found["log_score"], 1, 3))
            yield f"| {total['group']} | {name} | {' | '.join([*share, *cells])} |"


def _intervals(document: Document) -> Iterator[str]:
    yield (
        "How many the central intervals hold, in 100, ± the largest standard error of the three. "
        "Units: each counting once; each race once."
    )
    yield ""
    yield "| races | share | turnout | units | n | units, mean of races | CRPS of units |"
    yield "|---|---|---|---|---|---|---|"
    names = (*MAIN, *FIRST)
    for total in [*_chosen(document, names), *_starting(document, "kind ")]:
        units, turnout = total["units"], total["turnout"]
        pooled, mean = (
            _held({p: units[f"coverage{p}{end}"] for p in ("50", "80", "95")})
            + _error([units["standard_error"][f"coverage{p}{end}"] for p in (50, 80, 95)])
            for end in ("", "_mean_of_races")
        )
        share, cast = (
            _held(one["coverage"]) + _error(list(one["coverage_error"].values()))
            for one in (total, turnout)
        )
        yield (
            f"| {total['group']} | {share} | {cast} | {pooled} | {units['n']:,} | {mean} "
            f"| {100 * units['crps']:.2f} |"
        )


def _held(coverage: Mapping[str, float]) -> str:
    return " / ".join(f"{100 * value:.0f}" for value in coverage.values())


def _error(errors: Sequence[float | None]) -> str:
    known = [error for error in errors if error is not None]
    return f" (± {100 * max(known):.1f})" if known else ""


def _farthest(document: Document) -> Iterator[str]:
    """The ten races with a folder that the forecast missed most."""
    folders = {kind["race"] for kind in document["races"] if kind["collection"] == "folders"}
    rows = [row for row in document["rows"] if row["race"] in folders]
    yield from ["## Missed by most", ""]
    yield "Of the races with a folder, those whose result fell farthest out in its forecast."
    yield from [
        "",
        "| race | leader | official | forecast | 95% | PIT |",
        "|---|---|---|---|---|---|",
    ]
    for row in sorted(rows, key=lambda row: -abs(row["pit"] - 0.5))[:10]:
        share = row["share"]
        yield (
            f"| {row['race']} | {row['finalists'][0]} | {100 * row['actual_share']:.1f} "
            f"| {100 * share['q50']:.1f} | {100 * share['q025']:.1f} to {100 * share['q975']:.1f} "
            f"| {row['pit']:.3f} |"
        )


if __name__ == "__main__":
    main()
