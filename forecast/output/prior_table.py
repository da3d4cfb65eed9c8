"""The resolved priors as a table in units that a person reads."""

import math
from collections.abc import Sequence

from forecast.diagnose.prior_predictive import PriorPredictive
from forecast.learn.effects import UNSEEN
from forecast.output.terminal import paragraph, table
from forecast.output.words import chance, lead, lead_interval, rounded_votes, vote_interval
from forecast.priors.prior_set import PriorEntry, PriorSet
from forecast.race.level_words import plural

# A template has six digits; two priors that differ by less are one.
WRITTEN = 1e-5
_ORIGINS_IN_USE = (
    "learned: drawn jointly from the learned posterior; each range shown is marginal. "
    "implied: fixed at 0 because the learned priors already include it."
)


def prior_table(priors: PriorSet) -> str:
    """Every prior with its 90% range, unit, origin and meaning, ended by a line break."""
    rows = [["prior", "90% range", "unit", "set by"]]
    rows += [[entry.path, prior_range(entry), entry.unit, entry.origin] for entry in priors.entries]
    lines = table(rows, "lrll")
    sampler = ", ".join(f"{name} {value:g}" for name, value in vars(priors.sampler).items())
    return "\n".join(
        [
            plural(len(priors.entries), "prior"),
            "",
            *lines,
            "",
            *paragraph("settings.sampler", sampler, column=20),
            "",
            *paragraph("", _ORIGINS_IN_USE, column=2),
            *paragraph("", "for meanings and reasons: forecast priors show --explain", column=2),
            "",
        ]
    )


def prior_range(entry: PriorEntry) -> str:
    """Both ends of the central 90%, one number where the value is taken as known."""
    low, high = entry.distribution.range_90()
    digits = 3 if entry.support == "share" else 1
    ends = [f"{end:z.{digits}f}" for end in (low, high)]
    return ends[0] if low == high else " to ".join(ends)


def reasons(priors: PriorSet) -> tuple[list[str], str]:
    """The reason of every prior, and what is behind that of all learned ones, once."""
    parts = [entry.why.partition(UNSEEN) for entry in priors.entries]
    unseen = next((never for _, _, never in parts if never), "")
    said = (
        "The finished runoffs have no example of some of what sets this race apart, and every "
        f"learned prior allows for that uncertainty. No finished runoff shows: {unseen}."
    )
    return [why for why, _, _ in parts], said if unseen else ""


def explained_priors(priors: PriorSet) -> str:
    """Every prior with its meaning, reason and source, a paragraph each."""
    lines: list[str] = []
    whys, unseen = reasons(priors)
    for entry, why in zip(priors.entries, whys, strict=True):
        lines += ["", f"{entry.path}: {prior_range(entry)} ({entry.unit}, set by {entry.origin})"]
        for label, text in (
            ("means", entry.meaning),
            ("because", why),
            ("source", entry.source),
        ):
            lines += paragraph(label, text)
    if unseen:
        lines += ["", *paragraph("", unseen, column=2)]
    return "\n".join([*lines[1:], ""])


def predictive_table(sets: Sequence[tuple[str, PriorPredictive]], labels: tuple[str, str]) -> str:
    """What each set of priors implies of the runoff before any fit, side by side.

    Parameters
    ----------
    sets
        Name of each set, and what it implies.
    labels
        Short names of the finalists.
    """
    rows = [["before any fit", *(name for name, _ in sets)]]
    forecasts = [predictive.forecast for _, predictive in sets]
    rows.append([f"{labels[0]} wins", *(chance(f.finalists[0].win_probability) for f in forecasts)])
    if any(predictive.given is not None for _, predictive in sets):
        given = [p.given.finalists[0].win_probability if p.given else None for _, p in sets]
        rows.append(
            [f"{labels[0]} wins, given polls", *("-" if p is None else chance(p) for p in given)]
        )
        rows.append(["without polls:", *("" for _ in sets)])
    rows.append(["margin, median", *(lead(f.margin.q50, labels) for f in forecasts)])
    rows.append(["margin, 95%", *(lead_interval(f.margin, 95, labels) for f in forecasts)])
    rows.append(["votes, median", *(rounded_votes(f.turnout.q50) for f in forecasts)])
    rows.append(["votes, 95%", *(vote_interval(f.turnout, 95) for f in forecasts)])
    lines = table(rows, "l" * len(rows[0]))
    lines += paragraph(
        "",
        "The counts of round one stand in place of its fit. The forecast, with the fit and polls, "
        "is that of forecast simulate.",
        column=2,
    )
    for name, predictive in sets:
        for warning in predictive.warnings:
            lines += paragraph("warning", f"{name}: {warning}" if len(sets) > 1 else warning)
    return "\n".join([*lines, ""])


def difference_table(first: PriorSet, second: PriorSet, names: tuple[str, str]) -> str:
    """The priors in which two sets differ, with the 90% range of each."""
    rows = [["prior", *names, "in"]]
    for a, b in zip(first.entries, second.entries, strict=True):
        if not _same(a, b):
            rows.append([a.path, prior_range(a), prior_range(b), a.unit])
    if len(rows) == 1:
        return "no prior differs\n"
    return "\n".join([*table(rows, "lrrl"), ""])


def _same(first: PriorEntry, second: PriorEntry) -> bool:
    """Whether two priors are one but for digits that `forecast priors template` leaves out."""
    return first.kind == second.kind and all(
        math.isclose(value, second.values[name], rel_tol=WRITTEN, abs_tol=WRITTEN)
        for name, value in first.values.items()
    )
