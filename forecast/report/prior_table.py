"""The resolved priors as a table in units that a person reads."""

from typing import TYPE_CHECKING

from forecast.report.style import table
from forecast.report.words import plural

if TYPE_CHECKING:
    from forecast.model.priors import PriorEntry, PriorSet


def prior_table(priors: "PriorSet") -> str:
    """Every prior with its 90% range, unit and origin, ended by a line break."""
    rows = [["prior", "90% range", "in", "set by"]]
    rows += [[entry.path, _range(entry), entry.unit, entry.origin] for entry in priors.entries]
    lines = table(rows, "lrll")
    return "\n".join(
        [
            plural(len(priors.entries), "prior"),
            "",
            *lines,
            "",
            "  why each has its value: forecast priors template",
            "",
        ]
    )


def _range(entry: "PriorEntry") -> str:
    """Both ends of the central 90%, one number where the value is taken as known."""
    low, high = entry.distribution.range_90()
    digits = 3 if entry.unit == "share" else 1
    ends = [f"{end:.{digits}f}" for end in (low, high)]
    return ends[0] if low == high else " to ".join(ends)
