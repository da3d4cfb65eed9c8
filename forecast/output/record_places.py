"""Where the finished races of a group of the record were held: what a quoted record is from."""

from collections import Counter
from collections.abc import Mapping
from functools import cache

import numpy as np

from forecast.files import shipped_folder

# What finalists' labels say in the table of finished races, and in the groups of the record.
_PARTIES = {
    "two blocs": "two parties",
    "two labels": "two parties",
    "same bloc": "same party",
    "no label": "no label",
}


def places_of(group: str) -> Mapping[str, int]:
    """How many races of a group each place has, those with most first.

    Parameters
    ----------
    group
        A group of the record: "kind top_two", "kind council, no label", "all".

    Returns
    -------
    Mapping
        "US GA", "Chile" to a count. Empty for groups of places, and where the table of finished
        races is not there.
    """
    kind, parties = "", ""
    for part in group.split(", "):
        if part.startswith("kind "):
            kind = part.removeprefix("kind ")
        elif part in _PARTIES.values():
            parties = part
        elif part != "all":
            return {}
    counts = Counter(
        place
        for place, of_kind, labels in _races()
        if kind in ("", of_kind) and parties in ("", labels)
    )
    return dict(counts.most_common())


@cache
def _races() -> tuple[tuple[str, str, str], ...]:
    """Place, kind and what the labels say of every finished race."""
    path = shipped_folder("data") / "record" / "training.npz"
    if not path.is_file():
        return ()
    with np.load(path) as table:
        columns = [table[name].tolist() for name in ("country", "state", "kind", "parties")]
    return tuple(
        (f"{country} {state}" if state else country, kind, _PARTIES.get(labels, labels))
        for country, state, kind, labels in zip(*columns, strict=True)
    )
