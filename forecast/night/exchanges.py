"""Finalists that have changed places: in a file as a whole, or in some of its units."""

import numpy as np

from forecast.night.count import Count
from forecast.night.exchange_evidence import EXCHANGED_EVIDENCE
from forecast.night.returns_file import NightReturns
from forecast.night.unit_guards import Known, UnitExchanges
from forecast.night.unit_words import against_words, votes_words, with_numbers
from forecast.stats.arrays import BoolArray, FloatArray

# Units from which an exchange of the finalists shows in a whole file, against the last one.
MIN_EXCHANGED = 5
# Log of how much likelier one of two counts of a unit must be, to be taken for the right one: 20
# times.
UNIT_EVIDENCE = 3.0
# Units that look exchanged from which the file is kept out: so many, and a share of those that
# changed in it.
MIN_UNITS, MIN_PART = 3, 0.1
# A share that goes from s to 1 - s: by how much it moves at least, and how far from 1 - s it may
# be, in log-odds; and the votes that it must have, then and now.
MIRROR_MOVES, MIRROR_NEAR, MIRROR_VOTES = 0.8, 0.25, 200
# Votes between the finalists up to which a unit is too even to tell.
EVEN_VOTES = 50
# Votes by which an exact exchange may be off: a part of the unit's votes, and a few.
EXACT, EXACT_VOTES = 0.02, 10.0


def unit_exchanges(read: NightReturns, new: Count, old: Count, known: Known) -> UnitExchanges:
    """Units that have changed their finalists, and which of their two counts is the right one.

    The new one where round one and the rest of the count make it much likelier as it is than
    exchanged, and where it is certified.

    Parameters
    ----------
    read
        The snapshot.
    new, old
        Its count and the last good one, with the same ways of voting.
    known
        What the snapshot is held against.
    """
    where = (_crossed(new, old) | _mirrored(new, old) | _exactly(new, old)) & read.present
    if not where.any():
        return UnitExchanges(where, where, where)
    likelier = known.likelier_as_it_is(old, new, where)
    surely = (likelier > UNIT_EVIDENCE) & (np.abs(np.subtract(*new.unit_votes.T)) > EVEN_VOTES)
    corrected = where & (surely | new.certified_units)
    kept = where & ~corrected
    return UnitExchanges(kept, corrected, kept & (likelier < 0))


def exchanged_units(
    read: NightReturns, new: Count, old: Count, known: Known, exchanged: BoolArray
) -> str:
    """Why so many units look exchanged that the file must be, "" where they are few.

    Parameters
    ----------
    read, new, old, known
        As in `unit_exchanges`.
    exchanged
        Units whose new count is likelier exchanged, against their earlier count or as their first
        one, shape (n_units,).
    """
    changed = (new.votes != old.votes).any(axis=(1, 2)) & read.present
    n_changed, n_exchanged = int(changed.sum()), int(exchanged.sum())
    if n_exchanged < max(MIN_UNITS, MIN_PART * n_changed):
        return ""
    votes, before = new.unit_votes, old.unit_votes

    def detail(unit: int) -> str:
        if before[unit].any():
            return against_words(votes[unit], before[unit], known.finalists)
        return votes_words(votes[unit], known.finalists)

    named = with_numbers(exchanged, known.labels, detail)
    return (
        f"the finalists' votes are exchanged in {n_exchanged:,} of {n_changed:,} units that "
        f"changed, so nothing of the file is taken: {named}; --accept UNIT, "
        "or a county, takes what is right, --accept all the whole file"
    )


def exchanged_file(read: NightReturns, new: Count, old: Count, known: Known) -> str:
    """Why the finalists of a whole file have changed places, "" where they have not.

    Parameters
    ----------
    read, new, old, known
        As in `unit_exchanges`.
    """
    if turned_round(read, new, old):
        surely = known.likelier_exchanged(new) > EXCHANGED_EVIDENCE
        message = (
            f"the finalists' votes are exchanged against the last good one, "
            f"{'which fits round one' if surely else 'and nothing says which is right'}: "
            f"{against_words(new.totals, old.totals, known.finalists)}"
        )
    elif _mostly_new(new, old) and known.likelier_exchanged(new) > EXCHANGED_EVIDENCE:
        first, second = known.finalists
        message = (
            f"the finalists' votes are exchanged ({votes_words(new.totals, known.finalists)}): "
            f"{second} has the votes where round one was good for {first}, and the other way round"
        )
    else:
        return ""
    return f"{message}; --accept all takes the file"


def turned_round(read: NightReturns, new: Count, old: Count) -> bool:
    """Whether most units have what they had before only with their finalists exchanged."""
    before, now = old.unit_votes, new.unit_votes
    had = (before.sum(axis=1) > 0) & read.present
    plain = (now >= before).all(axis=1)
    turned = (now[:, ::-1] >= before).all(axis=1) & ~plain
    return int((had & turned).sum()) > max(int((had & plain).sum()), MIN_EXCHANGED - 1)


def _mostly_new(new: Count, old: Count) -> bool:
    """Whether most of the votes are of units that had none, and not of a single one."""
    now = new.unit_votes.sum(axis=1)
    fresh = (old.unit_votes.sum(axis=1) == 0) & (now > 0)
    return bool(fresh.sum() > 1 and 2 * now[fresh].sum() >= now.sum())


def _crossed(new: Count, old: Count) -> BoolArray:
    """Units that have what they had before only if their finalists are exchanged."""
    before = old.unit_votes
    falls = (new.votes < old.votes).any(axis=(1, 2))
    same = (new.unit_votes[:, ::-1] >= before).all(axis=1)
    return np.asarray(same & falls & (before.sum(axis=1) > 0))


def _exactly(new: Count, old: Count) -> BoolArray:
    """Units that have nearly the votes that they had before, exchanged, and not as they were."""
    before, now = old.unit_votes, new.unit_votes
    slack = (EXACT_VOTES + EXACT * before.sum(axis=1))[:, None]
    near = (np.abs(now[:, ::-1] - before) <= slack).all(axis=1)
    apart = (np.abs(now - before) > 2 * slack).any(axis=1)
    return np.asarray(near & apart & (before.sum(axis=1) > 0))


def _mirrored(new: Count, old: Count) -> BoolArray:
    """Units in which the share of a way of voting has gone from s to about 1 - s."""
    enough = (new.votes.sum(axis=1) >= MIRROR_VOTES) & (old.votes.sum(axis=1) >= MIRROR_VOTES)
    now, before = _log_odds(new), _log_odds(old)
    moves = np.abs(now - before) > MIRROR_MOVES
    return np.asarray((enough & moves & (np.abs(now + before) < MIRROR_NEAR)).any(axis=1))


def _log_odds(count: Count) -> FloatArray:
    """Of the votes of each unit and way of voting, shape (n_units, n_modes)."""
    votes = count.votes + 0.5
    return np.asarray(np.log(votes[:, 0] / votes[:, 1]))
