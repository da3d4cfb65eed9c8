"""What an import has understood of its files, in plain text for the person who asked."""

from collections.abc import Iterator

from forecast.importing.imported import Imported
from forecast.race.labels import shorten

MAX_CANDIDATES = 20
MAX_NOTES = 20
NAMED_UNITS = 5
_NAME_WIDTH = 40
_PARTY_WIDTH, _LONGEST_PARTY = 8, 24


def text_of(imported: Imported) -> str:
    """Contest, candidates with votes and parties, units, and what was skipped and why."""
    return "\n".join(_lines(imported))


def _lines(imported: Imported) -> Iterator[str]:
    if imported.candidates:
        yield f"{imported.path}: {imported.n_units:,} units, {imported.votes:,} votes"
    elif imported.n_units:
        yield f"{imported.path}: {imported.n_units:,} units"
    else:
        yield f"{imported.path}"
    if imported.contest:
        yield f"  contest: {imported.contest}"
    if imported.formats:
        yield f"  read as: {', '.join(imported.formats)}"
    if imported.candidates:
        yield from _candidates(imported)
        known = (
            f"{imported.n_registered:,} of {imported.n_units:,}" if imported.n_registered else "no"
        )
        yield f"  registered voters of {known} units"
        yield f"  modes: {', '.join(imported.modes) or 'not told apart'}"
    for title, units in (
        ("not in the files", imported.missing),
        ("not in the first round", imported.extra),
    ):
        if units:
            named = ", ".join(f"{unit.county} {unit.name}" for unit in units[:NAMED_UNITS])
            more = ", ..." if len(units) > NAMED_UNITS else ""
            yield f"  {title}: {len(units):,} units ({named}{more})"
    for note in imported.notes[:MAX_NOTES]:
        yield f"  note: {note}"
    if len(imported.notes) > MAX_NOTES:
        yield f"  ... and {len(imported.notes) - MAX_NOTES:,} more notes"
    for line in imported.assumed:
        yield f"  assumed: {line}"
    if not imported.written:
        yield "  nothing was written (--dry-run)"


def _candidates(imported: Imported) -> Iterator[str]:
    listed = imported.candidates[:MAX_CANDIDATES]
    longest = max((len(entry.party) for entry in listed), default=0)
    wide = min(max(longest, _PARTY_WIDTH), _LONGEST_PARTY)
    for entry in listed:
        role = f"  {entry.role}" if entry.role else ""
        shown = shorten(entry.name, _NAME_WIDTH)
        party = shorten(entry.party, wide)
        yield f"    {shown:{_NAME_WIDTH}} {party:{wide}} {entry.votes:>12,}{role}"
    left = imported.candidates[MAX_CANDIDATES:]
    if left:
        votes = sum(entry.votes for entry in left)
        yield f"    {f'{len(left):,} more':{_NAME_WIDTH}} {'':{wide}} {votes:>12,}"
