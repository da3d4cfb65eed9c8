"""Did strong favorites win as often as forecast, kind by kind: the table of docs/record.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.output.record_words import group_words
from forecast.race.situation import SPECIAL
from forecast.score.totals import outcomes
from forecast.stats.arrays import FloatArray

# A favorite is strong from this chance on; fewer races than this tell nothing of a kind.
STRONG, MIN_RACES = 0.8, 20
RARE = 0.05


@dataclass(frozen=True)
class Favorites:
    """Strong favorites of one kind of race.

    Attributes
    ----------
    kind
        Of race, as in `Situation`.
    n, days
        How many, and on how many days.
    expected
        How many wins their forecasts come to.
    won
        How many won; a tie is half a win.
    as_few
        Chance of no more wins than that if every forecast were right and the races independent.
    """

    kind: str
    n: int
    days: int
    expected: float
    won: float
    as_few: float


def strong_favorites(document: Mapping[str, Any]) -> list[Favorites]:
    """Strong favorites by kind, the kinds with most of them first.

    Parameters
    ----------
    document
        Of a backtest, with `rows` and `races` in the same order.
    """
    told = outcomes(document["rows"])
    chance, won = (np.array(told[name], dtype=np.float64) for name in ("favourite", "won"))
    kind = np.array([race["kind"] for race in document["races"]])
    day = np.array([race["day"] for race in document["races"]])
    strong = chance >= STRONG
    found = []
    for name in sorted(set(kind.tolist())):
        inside = strong & (kind == name)
        if (n := int(inside.sum())) >= MIN_RACES:
            wins, chances = float(won[inside].sum()), chance[inside]
            days = len(set(day[inside].tolist()))
            expected = float(chances.sum())
            found.append(Favorites(name, n, days, expected, wins, as_few(chances, wins)))
    return sorted(found, key=lambda one: -one.n)


def as_few(chances: FloatArray, wins: float) -> float:
    """Chance of at most so many wins in independent races: the Poisson-binomial, exactly.

    Parameters
    ----------
    chances
        Of winning each, shape (n,).
    wins
        Their number; half a win, of a tie, counts as none.
    """
    number_won = np.ones(1)  # probability of 0, 1, ... wins
    for chance in chances.tolist():
        number_won = np.convolve(number_won, (1 - chance, chance))
    return float(number_won[: int(wins) + 1].sum())


def lines(document: Mapping[str, Any]) -> Iterator[str]:
    """The table, with what to know before reading it; nothing where no kind has enough."""
    found = strong_favorites(document)
    if not found:
        return
    rare = sum(one.as_few <= RARE for one in found)
    often = ", ".join(
        f"at least {number} at {RARE:.0%} or below up to {_at_least(number, len(found)):.0%} of "
        "the time"
        for number in sorted({1, max(rare, 1)})
    )
    yield from ["", "## Strong favorites by kind", ""]
    yield (
        f"Races whose favorite had {STRONG:.0%} or more, in each kind that has {MIN_RACES} of "
        "them. Expected wins are the sum of the forecast chances; the last column is the chance "
        "of as few wins or fewer if those were right and races independent (exact, "
        f"Poisson-binomial). The {len(found)} kinds are looked at together: if every forecast were "
        f"right, there would be {often}, so one is no surprise; here it is {rare}. "
        "Races on the same day also err together, which makes few wins likelier than the "
        f"column says, most of all on few days.{_of_georgia(found)}"
    )
    yield from ["", "| kind | races | days | expected wins | wins | as few or fewer |"]
    yield "|---|---|---|---|---|---|"
    for one in found:
        said = f"{one.as_few:.1%}" if one.as_few >= 0.001 else "under 0.1%"
        yield (
            f"| {group_words(f'kind {one.kind}')} | {one.n:,} | {one.days} | {one.expected:,.1f} "
            f"| {one.won:,g} | {said} |"
        )


def _at_least(number: int, n_kinds: int) -> float:
    """Chance that so many kinds or more are at `RARE` or below, each with that chance."""
    return 1.0 - as_few(np.full(n_kinds, RARE), number - 1)


def _of_georgia(found: Sequence[Favorites]) -> str:
    for one in found:
        if one.kind == SPECIAL:
            kind = group_words(f"kind {one.kind}")
            return (
                f" Georgia 6 is of the {kind}: {one.won:g} of {one.n} won, for {one.expected:.1f} "
                "expected."
            )
    return ""
