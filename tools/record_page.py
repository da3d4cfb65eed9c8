"""Write docs/record.md, its figures and data/record/summary.json.

python tools/record_page.py

Forecasts every finished race that ships twice, once by all other days and once by the past
alone; what was done before is taken from the user's cache. --workers N takes N processes.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from forecast.cli.printing import json_text, progress_line
from forecast.files import write_atomically
from forecast.output.record_figures import write_figures
from forecast.output.score_text import difference
from forecast.score.backtest import Settings
from forecast.score.benchmarks import NAMES
from forecast.score.learned_forecaster import LearnedPriors
from forecast.score.record_backtest import Where, record_backtest
from forecast.score.record_document import summary_document

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "docs" / "figures"
CAPTIONS = {
    "calibration": "How often the favourite won, against how often it was said to win",
    "pit": "Where in its forecast each result fell",
    "coverage": "How many results the central intervals hold",
    "results": "Forecast and result",
    "differences": "Score differences to each simple forecast",
}
# Group, a part of the best simple forecast's CRPS that the model's must be below it.
CRPS_TARGETS = {"all, two parties": 0.20, "folders, two parties": 0.20, "all": 0.10}
COVERED = ("all", "all, since 2010", "folders", "folders, since 2010")
SHARE_REACH, UNIT_REACH = 0.05, 0.07


def main() -> None:
    """Run what is not done yet, and write everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=None)
    where = Where(workers=parser.parse_args().workers)
    documents = []
    for past in (False, True):
        backtest, document = record_backtest(
            LearnedPriors(), Settings(past), where, progress_line(False)
        )
        if backtest.failed:
            raise SystemExit(f"could not be forecast: {dict(backtest.failed)}")
        documents.append(document)
    write_figures(documents[0], FIGURES, "record-")
    summary = {**summary_document(documents[0]), "past_totals": documents[1]["totals"]}
    write_atomically(ROOT / "data" / "record" / "summary.json", json_text(summary))
    write_atomically(ROOT / "docs" / "record.md", "\n".join(lines(*documents)) + "\n")
    sys.stdout.write("wrote docs/record.md, docs/figures/record-*.png, data/record/summary.json\n")


def lines(held_out: Mapping[str, Any], past: Mapping[str, Any]) -> Iterator[str]:
    """The page."""
    totals = {total["group"]: total for total in held_out["totals"]}
    everything = totals["all"]
    yield "# The record"
    yield ""
    yield "<!-- Written by tools/record_page.py: run it again, do not edit. -->"
    yield ""
    yield (
        f"{everything['n']:,} finished runoffs of {everything['days']} days, each forecast from "
        "its first round by priors that did not see it. The record ships in data/record; "
        "`forecast backtest` makes these scores again, and `forecast score RACE` shows one race."
    )
    yield ""
    yield from _how(held_out)
    yield from ["## What was asked", ""]
    yield from _targets(totals)
    yield from ["", "## Scores by kind of race", ""]
    yield from _scores(held_out["totals"])
    yield from ["", "## Each simple forecast", ""]
    yield from _baselines(totals)
    yield from ["", "## Intervals", ""]
    yield from _intervals(held_out["totals"])
    yield from ["", "## Learned from the past alone", ""]
    yield (
        "Leaving out a day still learns from later elections. Here a race is forecast by runoffs "
        f"before its own day only; {len(past['too_early'])} races have fewer than 50 of them and "
        "are not scored."
    )
    yield ""
    yield from _scores(past["totals"])
    yield from ["", "## Figures", ""]
    for name, caption in CAPTIONS.items():
        yield f"![{caption}](figures/record-{name}.png)"
        yield ""
    yield from _farthest(held_out)


def _how(document: Mapping[str, Any]) -> Iterator[str]:
    yield "How it is scored:"
    yield ""
    yield (
        "- Left out: every runoff of the race's day, wherever it was, from the model and from the "
        "simple forecasts alike. That is more than day and place: a statewide race shares its "
        "voters with every local one."
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
        "same races."
    )
    yield (
        f"- {document['draws']:,} simulated runoffs a race. The first round is fitted by a normal "
        "approximation (`forecast.first_round.gaussian_approximation`), not by NUTS as in "
        "`forecast simulate`."
    )
    yield (
        "- Units in `suspect_units.csv` stay in every score: who forecasts cannot know which rows "
        "will be wrong. Counties that publish no runoff vote are left out of the forecast too."
    )
    yield (
        "- A kind is read from the labels: two parties where the finalists are of two known "
        "blocs, same party, and no label where either has none."
    )
    yield (
        "- What the model reads of a race was chosen by held-out scores on these very races, so "
        "they flatter it: see docs/learning.md."
    )
    yield ""


def _targets(totals: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "| what | asked | found | |"
    yield "|---|---|---|---|"
    for group, asked in CRPS_TARGETS.items():
        if group not in totals:
            continue
        total = totals[group]
        below = total["crps_below_best"]
        yield (
            f"| CRPS, {group}, below {total['best_baseline']} | {asked:.0%} | {below:.1%} "
            f"| {_met(below >= asked)} |"
        )
    for score in ("brier", "log_score"):
        for group in ("all", "folders"):
            if group not in totals:
                continue
            total = totals[group]
            found = {name: entry[score] for name, entry in total["baselines"].items()}
            best = min(found, key=lambda name: found[name])
            yield (
                f"| {score.replace('_', ' ')}, {group}, below the best ({best}) | {found[best]:.3f}"
                f" | {total[score]:.3f} | {_met(total[score] < found[best])} |"
            )
    for group in COVERED:
        if group in totals:
            covered, units = totals[group]["coverage"], totals[group]["units"]
            away = max(abs(covered[p] - int(p) / 100) for p in covered)
            said = " / ".join(f"{100 * covered[p]:.1f}" for p in covered)
            yield (
                f"| intervals of the share, {group} | 50 / 80 / 95, ± 5 | {said} "
                f"| {_met(away <= SHARE_REACH)} |"
            )
            held = [units[f"coverage{p}"] for p in (50, 80, 95)]
            away = max(abs(h - p) for h, p in zip(held, (0.5, 0.8, 0.95), strict=True))
            said = " / ".join(f"{100 * h:.1f}" for h in held)
            yield (
                f"| intervals of {units['n']:,} units, {group} | 50 / 80 / 95, ± 7 | {said} "
                f"| {_met(away <= UNIT_REACH)} |"
            )


def _scores(totals: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "| races | n | days | CRPS | best other | its CRPS | below | difference | log | Brier |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for total in totals:
        name = total["best_baseline"]
        best = total["baselines"][name]
        yield (
            f"| {total['group']} | {total['n']:,} | {total['days']} | {100 * total['crps']:.2f} "
            f"| {name} | {100 * best['crps']:.2f} | {total['crps_below_best']:.1%} "
            f"| {difference(best['difference']['crps'], 100, 2)} "
            f"| {total['log_score']:.3f} | {total['brier']:.3f} |"
        )


def _baselines(totals: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "Differences: model less simple forecast."
    yield ""
    yield "| races | simple forecast | CRPS | difference | log score | Brier | 50 / 80 / 95 |"
    yield "|---|---|---|---|---|---|---|"
    for group in ("all", "all, two parties", "folders", "folders, two parties", "contests"):
        for name in NAMES if group in totals else ():
            entry = totals[group]["baselines"][name]
            found = entry["difference"]
            held = " / ".join(f"{100 * entry['coverage'][p]:.0f}" for p in entry["coverage"])
            yield (
                f"| {group} | {name} | {100 * entry['crps']:.2f} "
                f"| {difference(found['crps'], 100, 2)} | {difference(found['log_score'], 1, 3)} "
                f"| {difference(found['brier'], 1, 4)} | {held} |"
            )


def _intervals(totals: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "How many the central intervals hold, in 100. Units: each counting once; each race once."
    yield ""
    yield "| races | share of the race | units | n | units, mean of races | CRPS of units |"
    yield "|---|---|---|---|---|---|"
    for total in totals:
        units = total["units"]
        share = " / ".join(f"{100 * value:.0f}" for value in total["coverage"].values())
        pooled, mean = (
            " / ".join(f"{100 * units[f'coverage{p}{end}']:.0f}" for p in (50, 80, 95))
            for end in ("", "_mean_of_races")
        )
        yield (
            f"| {total['group']} | {share} | {pooled} | {units['n']:,} | {mean} "
            f"| {100 * units['crps']:.2f} |"
        )


def _farthest(document: Mapping[str, Any]) -> Iterator[str]:
    """The ten races with a folder that the forecast missed most."""
    folders = {kind["race"] for kind in document["races"] if kind["collection"] == "folders"}
    rows = [row for row in document["rows"] if row["race"] in folders]
    yield "## Missed by most"
    yield ""
    yield "Of the races with a folder, those whose result fell farthest out in its forecast."
    yield ""
    yield "| race | leader | counted | forecast | 95% | PIT |"
    yield "|---|---|---|---|---|---|"
    for row in sorted(rows, key=lambda row: -abs(row["pit"] - 0.5))[:10]:
        share = row["share"]
        yield (
            f"| {row['race']} | {row['finalists'][0]} | {100 * row['actual_share']:.1f} "
            f"| {100 * share['q50']:.1f} | {100 * share['q025']:.1f} to {100 * share['q975']:.1f} "
            f"| {row['pit']:.3f} |"
        )


def _met(met: bool) -> str:
    return "met" if met else "**not met**"


if __name__ == "__main__":
    main()
