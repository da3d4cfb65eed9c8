"""Files of another kind than the last good one: counties for units, no progress, no modes."""

from forecast.night.count import PARTIAL, Count
from forecast.night.returns_file import NightReturns
from forecast.night.unit_guards import Known


def another_kind(read: NightReturns, known: Known, files: str) -> str:
    """Why a file is of another kind than the last good one, "" where it is not."""
    last = known.last
    if last is None or not last.any_votes or known.accepts_all:
        return ""
    if last.by_county != read.count.by_county:
        kinds = ("units", "counties")
        return (
            f"{files} has {kinds[read.count.by_county]} where the last good one had "
            f"{kinds[last.by_county]}; give a file of {kinds[last.by_county]}, or begin a night of "
            "its own with --state; --accept all takes the file and forgets what was there"
        )
    # What is in doubt is in part by this program's word, not by the source's.
    told = (last.status == PARTIAL) & ~last.doubted_cells
    in_part = (told & (last.votes.sum(axis=1) > 0)).any(axis=1)
    if in_part.any() and not read.tells_progress:
        return (
            f"{files} says nothing of how far units are counted, where the last good one "
            f"had {int(in_part.sum()):,} in part, so all would be taken for complete; give a file "
            'of the same kind, or name its column (--column "reported=NAME", "expected=NAME" or '
            '"status=NAME"); --accept all takes every unit with votes for complete'
        )
    modes = {*read.count.modes, *last.modes}
    if "" in modes and len(modes) > 1 and not totals_of_modes(read.count, last):
        tells = "tells" if last.modes == ("",) else "no longer tells"
        return (
            f"{files} {tells} ways of voting apart, the last good one was the other way; "
            "give a file of the same kind, or begin a night of its own with --state; --accept all "
            "takes the file and forgets what was there"
        )
    return ""


def totals_of_modes(new: Count, last: Count) -> bool:
    """Whether a count is the certified one, which need not tell ways of voting apart."""
    return bool(new.modes == ("",) and new.certified_units.any() and last.modes != ("",))
