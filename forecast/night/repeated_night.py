"""A night again as it was: its snapshots, with what was overruled and taken back by hand."""

from collections.abc import Callable, Iterator
from functools import partial

from forecast.night.night_forecast import NightForecast
from forecast.night.overruling import ALL
from forecast.night.session import NightSession
from forecast.night.state import SNAPSHOTS, NightState

Step = Callable[[], NightForecast]


def steps_of(night: NightState, session: NightSession) -> Iterator[Step]:
    """What a night took, in its order; each step must be run before the next is asked for.

    Parameters
    ----------
    night
        The night that was.
    session
        A new one of the same race, which the steps are of.
    """
    # Snapshots by their numbers in the night that was, where some were kept out.
    numbers = {0: len(session.state.moments)}
    for moment in night.moments:
        if moment.accepted and moment.back_to is not None:
            yield partial(session.go_back, numbers[moment.back_to])
        elif moment.accepted:
            words = dict(moment.overruled)
            session.accepts_all = words.pop(ALL, "") == "accept"
            released = dict.fromkeys(session.state.overruled, "")
            session.state = session.state.with_overruled(released | words)
            yield partial(
                session.update, [night.folder / SNAPSHOTS / name for name in moment.files]
            )
        numbers[moment.number] = len(session.state.moments)
