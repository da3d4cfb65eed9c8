"""What the finished races that ship were, for those who choose among them."""

from forecast.learn.race_row import NO_LABELS, SAME_BLOC
from forecast.learn.training_table import shipped_columns
from forecast.record.record_filter import NO_PARTY, SAME_PARTY, TWO_PARTIES, Facts

_PARTIES = {SAME_BLOC: SAME_PARTY, NO_LABELS: NO_PARTY}
_COLUMNS = ("country", "state", "level", "kind", "parties", "bloc1", "bloc2", "electorate")


def shipped_facts() -> dict[str, Facts]:
    """Facts by id of every finished race that counts: one that stands twice has one of its ids."""
    columns = shipped_columns("id", *_COLUMNS)
    lines = zip(*(columns[name] for name in ("id", *_COLUMNS)), strict=True)
    return {
        race_id: Facts(
            country, state, level, kind, _PARTIES.get(parties, TWO_PARTIES), (one, other), votes
        )
        for race_id, country, state, level, kind, parties, one, other, votes in lines
    }
