"""Parties that stand beside the names of candidates: "Anna Berg (PSD)", "Anna Berg - PSD".

A label that no list knows is one where others have labels in the same form: a nickname in
brackets stands behind one name, a party behind most of them.
"""

import re
from collections.abc import Collection
from dataclasses import replace

from forecast.importing.findings import MAX_NAMED, Findings
from forecast.importing.standing import with_choices
from forecast.importing.table_words import is_person
from forecast.importing.tally import Choice, Tally
from forecast.race.labels import INCUMBENT_MARKS, party_code
from forecast.race.person_names import person_key

_LABEL = r"(?P<label>[^\W\d_][\w.&+/'\u2019-]{0,11}(?: [\w.&+/'\u2019-]{1,12})?)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<name>.+?)\s*\({_LABEL}\)",
        rf"(?P<name>.+?)\s*\[{_LABEL}\]",
        rf"(?P<name>.+?)\s+[-\u2013\u2014]\s+{_LABEL}",
        rf"(?P<name>\S+ .+?),\s*{_LABEL}",
    )
)
_COMMA = _FORMS[3]
# In capitals a label looks like a name: "TRUMP (PENCE)" is a ticket.
_MOST_CAPITALS = 4


def with_labels_beside(tally: Tally, asked: Collection[str], findings: Findings) -> Tally:
    """The tally with parties read from behind the names of its candidates.

    Parameters
    ----------
    tally
        The whole contest.
    asked
        Names that a person or the race uses: a choice of such a name keeps it, with its label.
    findings
        Where it is said what was read.
    """
    people = [choice for choice in tally.choices if is_person(choice.name)]
    parted = {c: match for c in people if not c.party and (match := _parted(c.name))}
    of_party = sum(1 for choice in people if choice.party)
    if len(parted) < 2 or 2 * (len(parted) + of_party) < len(people):
        return tally
    kept = {person_key(name) for name in asked}
    found = {
        choice: Choice(
            choice.name if choice.key in kept else match["name"], party_code(match["label"])
        )
        for choice, match in parted.items()
    }
    shown = [f"{c.party} ({c.name})" for c in [*found.values()][:MAX_NAMED]]
    more = ", ..." if len(found) > MAX_NAMED else ""
    findings.note(f"parties behind the names: {', '.join(shown)}{more}; --party says otherwise")
    tally = with_choices(tally, [found.get(choice, choice) for choice in tally.choices])
    return replace(tally, spellings=tally.spellings | {c.name for c in found.values()})


def _parted(text: str) -> re.Match[str] | None:
    """The name and the label, where the label can be a party's: PSD, PiS, N-VA, Lib Dem."""
    for form in _FORMS:
        if match := form.fullmatch(text):
            label = match["label"]
            capitals = sum(map(str.isupper, label))
            if match["name"].isupper():  # "VAN BERG, ANNA"
                short = form is not _COMMA and len(label) <= _MOST_CAPITALS
            else:
                short = capitals == len(label) == 1 or (capitals > 1 and len(label) <= 12)
            if short and label.strip(".").upper() not in INCUMBENT_MARKS:
                return match
    return None
