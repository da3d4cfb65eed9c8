"""Draw a night from its state: the odds and the final share after every snapshot.

forecast night ga06-2017 --replay early --returns FILE ... --state STATE
python -m tools.draw_night ga06-2017 STATE docs/figures/night-ga06.png
"""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import dates
from matplotlib.figure import Figure

from forecast.night.state import Moment, NightState, of_the_night
from forecast.output import words
from forecast.race.folder import load_race
from forecast.record.find import find_race

INK, LINE, WIDE, NARROW = "#2d3a45", "#b8343f", "#d3d6d9", "#a9b3bb"


def draw(moments: list[Moment], name: str, path: Path) -> None:
    """Write the figure."""
    shown = of_the_night(
        [one for one in moments if one.accepted and one.win_probability is not None]
    )
    times: Any = [datetime.fromisoformat(one.time) for one in shown]
    odds = [100 * (one.win_probability or 0) for one in shown]
    low, low80, middle, high80, high = 100 * np.array([one.share for one in shown], float).T
    figure = Figure(figsize=(9, 6.4))
    above, below = figure.subplots(2, 1, sharex=True)
    above.step(times, odds, where="post", color=LINE, linewidth=2)
    above.axhline(50, color=INK, linewidth=1)
    above.axhline(odds[0], color=INK, linewidth=0.8, linestyle="--")
    above.set(ylabel=f"{name} wins, times in 100", ylim=(0, 101))
    below.fill_between(times, low, high, step="post", color=WIDE, label="95%")
    below.fill_between(times, low80, high80, step="post", color=NARROW, label="80%")
    below.step(times, middle, where="post", color=LINE, linewidth=2)
    below.axhline(50, color=INK, linewidth=1)
    below.set(ylabel=f"final share of {name}, %")
    below.legend(frameon=False, loc="lower right")
    below.xaxis.set_major_formatter(dates.DateFormatter("%H:%M"))  # type: ignore[no-untyped-call]
    for axes in (above, below):
        axes.grid(color="#e3e6e8")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Read the arguments and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("race")
    parser.add_argument("state", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    race = load_race(find_race(given.race))
    state = NightState.read(given.state, race.contest.id)
    first, _ = words.short_names(race.contest.finalists)
    draw(list(state.moments), first, given.out)


if __name__ == "__main__":
    main()
