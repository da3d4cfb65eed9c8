"""Ribbons from the blocks of one election to those of another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from forecast.output import words
from forecast.output.page.outcome_figures import data
from forecast.output.page.palette import INK

# Points along a ribbon; part of the height that the gaps between the blocks take.
STEPS = 16
GAP = 0.018
BLOCK = 0.025
# On a phone a name and its votes take several lines: none wider than so many pixels.
NARROW = "width < 480"
LINE_WIDTH = {"left": 150, "right": 100}
# Between a name and its votes, so that they are not read as one number.
BETWEEN = "  "
# Pixels of the picture and of a line; part of the height between names, beside their lines.
HEIGHT, LINE_PIXELS, APART = 460, 14, 0.01
# Pixels between a block and its name, and the most of the picture that names may take on a side:
# what is longer ends in an ellipsis.
BESIDE, MOST = 6, {"left": 0.5, "right": 0.3}


@dataclass(frozen=True)
class RibbonSource:
    """A block on the left.

    Attributes
    ----------
    label
        Its name, in lines where it is long.
    shown
        The voters that are written beside it.
    voters
        Of how many its ribbons are said to be.
    amounts
        Voters to each target.
    """

    label: str
    shown: float
    voters: float
    amounts: tuple[float, ...]


@dataclass
class _Stack:
    """Fills a column of blocks from the top down, in shares of all voters."""

    at: float = 0.0

    def take(self, size: float) -> tuple[float, float]:
        start, self.at = self.at, self.at + size
        return start, self.at


def ribbon_chart(
    sources: Sequence[RibbonSource], targets: Sequence[str], colours: Sequence[str]
) -> Any:
    """Draw the blocks, the ribbons between them and their names.

    Parameters
    ----------
    sources
        From the top down.
    targets, colours
        Names of the blocks on the right, and the colours of their ribbons.
    """
    total = sum(sum(source.amounts) for source in sources)
    sides = range(len(targets))
    into = [sum(source.amounts[side] for source in sources) / total for side in sides]
    left, right = _Stack(), [_Stack() for _ in targets]
    slack = GAP * (len(sources) - 1)
    start = 0.0
    for side in sides:
        right[side].at = start
        # The targets share out the gaps of the sources between them.
        start += into[side] + slack / max(len(targets) - 1, 1)
    ribbons, blocks, names = [], [], []
    for side, label in enumerate(targets):
        blocks.append(
            {
                "x": 1 - BLOCK,
                "x2": 1,
                "y": right[side].at,
                "y2": right[side].at + into[side],
                "to": label,
            }
        )
        names.append(
            {
                "x": 1,
                "y": right[side].at + into[side] / 2,
                **_labels(label, into[side] * total, "right"),
                "side": "right",
            }
        )
    for source in sources:
        top = left.at
        for side, amount in enumerate(source.amounts):
            if amount <= 0:
                continue
            y, y2 = left.take(amount / total)
            z, z2 = right[side].take(amount / total)
            says = f"{words.rounded_votes(amount)} of {words.rounded_votes(source.voters)}"
            for x in np.linspace(0, 1, STEPS + 1):
                bend = x * x * (3 - 2 * x)  # level at both ends, so that ribbons meet blocks square
                ribbons.append(
                    {
                        "x": round(BLOCK + float(x) * (1 - 2 * BLOCK), 4),
                        "y": round(y + (z - y) * bend, 5),
                        "y2": round(y2 + (z2 - y2) * bend, 5),
                        "id": f"{source.label} to {targets[side]}".replace("\n", " "),
                        "to": targets[side],
                        "says": says,
                    }
                )
        blocks.append({"x": 0, "x2": BLOCK, "y": top, "y2": left.at, "to": "source"})
        names.append(
            {
                "x": 0,
                "y": (top + left.at) / 2,
                **_labels(source.label, source.shown, "left"),
                "side": "left",
            }
        )
        left.at += GAP
    return _chart(ribbons, blocks, _spread(names), [*targets, "source"], [*colours, INK])


def _labels(name: str, voters: float, side: str) -> dict[str, Any]:
    """A name and its votes, as written where there is room and on a phone."""
    votes = words.rounded_votes(voters)
    lines = [line for part in name.split("\n") for line in _filled(part, LINE_WIDTH[side])]
    # On the right, where votes are compared, they have a line of their own.
    beside = f"{lines[-1]}{BETWEEN}{votes}"
    if side == "left" and text_width(beside) <= LINE_WIDTH[side]:
        lines[-1] = beside
    else:
        lines.append(votes)
    wide = f"{name}{BETWEEN}{votes}"
    return {
        "wide": wide,
        "narrow": "\n".join(lines),
        "wide_up": _up(wide.count("\n")),
        "narrow_up": _up(len(lines) - 1),
    }


def _up(more: int) -> float:
    """Pixels by which a first line is moved so that it and so many more are in the middle."""
    return -more * LINE_PIXELS / 2


def _filled(text: str, most: float) -> list[str]:
    """Lines of whole words that are no wider than so many pixels, where the words are not."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and text_width(f"{lines[-1]} {word}") <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _spread(names: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Move names apart that would be drawn over each other, downwards."""
    for side in ("left", "right"):
        end = -1.0
        for name in sorted((n for n in names if n["side"] == side), key=lambda n: n["y"]):
            half = LINE_PIXELS / HEIGHT * len(name["narrow"].split("\n")) / 2
            name["y"] = max(name["y"], end + APART + half)
            end = name["y"] + half
    return names


def _room(names: list[dict[str, Any]], side: str) -> str:
    """Pixels that the names of a side need, as an expression: more where votes stand beside."""
    own = [name for name in names if name["side"] == side]
    narrow, wide = (
        max(text_width(line) for name in own for line in name[key].split("\n"))
        for key in ("narrow", "wide")
    )
    return (
        f"min({NARROW} ? {narrow + 2 * BESIDE:.0f} : {wide + 2 * BESIDE:.0f}, {MOST[side]} * width)"
    )


# Pixels that a letter takes at 12 pixels in the widest of the fonts that a page is drawn in.
_WIDE, _CAPITAL, _THIN, _OTHER = 11.7, 9.5, 4.7, 7.7


def text_width(text: str) -> float:
    """About the most pixels that a label takes, in whatever font a reader's machine has."""
    return sum(
        _WIDE
        if letter in "mwMW@%"
        else _CAPITAL
        if letter.isupper()
        else _THIN
        if letter in "iljtfrI.,:;'|()[] -"
        else _OTHER
        for letter in text
    )


def _chart(
    ribbons: list[dict[str, Any]],
    blocks: list[dict[str, Any]],
    names: list[dict[str, Any]],
    kinds: list[str],
    colours: list[str],
) -> Any:
    room = {side: _room(names, side) for side in MOST}
    ends = [alt.expr(room["left"]), alt.expr(f"width - {room['right']}")]
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1], range=ends, nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(reverse=True, nice=False, zero=False))
    colour = alt.Color("to:N", scale=alt.Scale(domain=kinds, range=colours), legend=None)
    left, right = (
        alt.Chart(data([name for name in names if name["side"] == side]))
        for side in ("left", "right")
    )

    def written(chart: alt.Chart, side: str, align: Any) -> Any:
        text = chart.encode(x=x, y=y).mark_text(
            align=align,
            baseline="middle",
            lineBreak="\n",
            color=INK,
            dy=alt.expr(f"{NARROW} ? datum.narrow_up : datum.wide_up"),
            dx=-BESIDE if side == "left" else BESIDE,
            limit=alt.expr(f"{room[side]} - {BESIDE}"),
        )
        say = f"{NARROW} ? datum.narrow : datum.wide"
        return alt.layer(text.encode(text="label:N")).transform_calculate(label=say)

    return alt.layer(
        alt.Chart(data(ribbons))
        .mark_area(opacity=0.55)
        .encode(
            x=x,
            y=y,
            y2="y2:Q",
            color=colour,
            detail="id:N",
            tooltip=[alt.Tooltip("id:N", title="from"), alt.Tooltip("says:N", title="voters")],
        ),
        alt.Chart(data(blocks)).mark_rect().encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=colour),
        written(left, "left", "right"),
        written(right, "right", "left"),
        height=HEIGHT,
    )
