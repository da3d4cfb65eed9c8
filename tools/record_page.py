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

from record_favorites import lines as favorites
from record_targets import Target, how_many_decide, targets, targets_of_the_past

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
OF_SAMPLE = " A random sample of {n:,} races is forecast; the fits learn from all others."
CAPTIONS = {
    "reach": "CRPS relative to the regression, and coverage of 80% intervals, by kind and place",
    "calibration": "How often the favorite won, against how often it was forecast to win",
    "pit": "Where each result fell in its forecast",
    "coverage": "How many results the central intervals cover",
    "results": "Forecast and result",
    "differences": "Score differences from each simple forecast",
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
        f"{of_days['all']['n']:,} finished runoffs on {of_days['all']['days']} days, each forecast "
        "from its first round with priors learned without it. The record ships in data/record; "
        "`forecast backtest` reproduces these scores, and `forecast score RACE` shows one race."
    )
    if days["sample"]:
        yield (
            f"They are a random sample of {days['sample']:,} of those that ship "
            f"(`--sample {days['sample']}`); the fits that forecast them learn from all the others."
        )
    yield from ["", *_how(days), "", "## Where it does well, and where it does not", ""]
    yield from [f"![{CAPTIONS['reach']}](figures/record-reach.png)", ""]
    yield from ["## What was asked", ""]
    yield (
        "After ± is one standard error, clustered by election day: of the score, of the "
        "difference from the best benchmark where that is given, or of each coverage of units. For "
        "the coverage of shares and turnout, it is the error that calibrated intervals would have, "
        "given the intraclass correlation of races on the same day, or in the same place where "
        "places are left out; none is given if there are effectively fewer than six days or "
        "places. Anything within two standard errors may be chance, whether the target is met or "
        'not. "Could tell ± 8" is twice the largest error of a coverage: miscoverage smaller than '
        "that may be chance, so a row where it is much more than the target allows tests little. "
        "Georgia 6 is not among these races."
    )
    asked = tuple(targets(of_days, {} if places is None else totals_of(places)))
    yield from ["", how_many_decide(asked), "", *_table_of_targets(asked)]
    yield from ["", "## Scores", "", *_scores(_chosen(days, MAIN, FIRST))]
    for heading, prefix in (("collection", "collection "), ("kind", "kind "), ("place", "place ")):
        yield from ["", f"## By {heading}", "", *_scores(_starting(days, prefix))]
    yield from ["", "## Against each simple forecast", "", *_baselines(days)]
    yield from ["", "## Intervals", "", *_intervals(days)]
    yield from favorites(days)
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
        "With days left out, a forecast still learns from later elections. Here each race is "
        "forecast only from runoffs before its two-year cycle; "
        f"{len(past['too_early'])} races have fewer than 50 of them and are not "
        f"scored.{_of_sample(past)}"
    )
    yield from ["", *_scores([*_chosen(past, MAIN, FIRST), *_starting(past, "collection ")])]
    if asked := tuple(targets_of_the_past(totals_of(past))):
        yield ""
        yield (
            "The targets were set for days left out. Here are those that mean the same where only "
            "the past teaches, model and simple forecasts alike; nothing was asked of it. "
            f"{how_many_decide(asked)}"
        )
        yield from ["", *_table_of_targets(asked)]


def _table_of_targets(asked: Sequence[Target]) -> Iterator[str]:
    yield from ["| what | target | found | |", "|---|---|---|---|"]
    for target in asked:
        yield f"| {target.what} | {target.asked} | {target.found} | {target.verdict} |"


def _of_places(places: Document) -> Iterator[str]:
    yield from ["", "## In places never seen", ""]
    yield (
        "Here the race's own state, or country outside the United States, is left out, with all "
        "its days. The spread between places promises coverage only on average over places, of "
        "which there are few; a new state still gets what its country teaches. The table has means "
        "over states and over countries with at least ten races, each counting once, then for each "
        "kind that at least two of them have (no target was set for these; errors treat places as "
        "independent, and are no smaller than the number of races in each place allows):"
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
        "- Held out, from the model and from the simple forecasts alike: all runoffs on a "
        "twentieth of the days, including the race's own. That is stricter than holding out day "
        "and place: a statewide race shares its voters with every local one."
    )
    yield (
        "- The share is the first-round leader's share of both finalists' votes. The published "
        "order, which lists the winner first, is never used."
    )
    yield (
        "- CRPS is in points of share; the log score is minus the log density of the share, in "
        "nats; for both, lower is better. Differences are model minus simple forecast, ± a "
        "standard error clustered by election day."
    )
    yield (
        "- Each simple forecast is a Student t on the log-odds whose spread is learned from the "
        "same training races; the two-number formulas give only the odds."
    )
    yield (
        f"- Each race has {document['draws']:,} simulated runoffs, two and a half times as many if "
        "it has few units, from the code of `forecast simulate` with two approximations: the first "
        "round and the model of races are each fitted by a normal around the mode, not by NUTS."
    )
    yield (
        "- Units in `suspect_units.csv` stay in every score: a forecaster cannot know which rows "
        "will be wrong. Counties that publish no runoff vote are also left out of the forecast."
    )
    yield (
        '- "Two parties": the finalists are from two blocs or parties; "same party": from one; "no '
        'label": at least one has none. The "first record" is the one before the collections were '
        "added."
    )
    yield (
        "- In standard terms: grouped cross-validation by election day, an expanding window "
        "for learning from the past alone, leave-one-place-out for places never seen; "
        "`50 / 80 / 95` is the empirical coverage of central intervals in percent; a simple "
        "forecast is a benchmark."
    )
    yield "- What was specified before any score was seen, and every look: docs/plan-of-scores.md."


def _scores(chosen: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield (
        "| races | n | days | CRPS | best benchmark | its CRPS | lower by | difference | from the "
        "regression | log score | Brier | 50 / 80 / 95 |"
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
    yield from ["Differences are model minus simple forecast.", ""]
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
        "Coverage of the central intervals in percent, ± the largest standard error of the three. "
        "For units: with each unit counting once, then with each race counting once."
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
    yield from ["## Largest misses", ""]
    yield "The races with a folder whose results fell farthest out in their forecasts."
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
