"""A night again as it was: its snapshots, with what was overruled and taken back by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from forecast.night.night_forecast import NightForecast
from forecast.night.overruling import ALL
from forecast.night.session import NightSession
from forecast.night.state import SNAPSHOTS, Moment, NightState
from forecast.night.told import ToldOfFiles

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
    # Snapshots by their numbers in the night that was.
    numbers = {0: len(session.state.moments)}
    for moment in night.moments:
        if moment.accepted and moment.back_to is not None:
            yield partial(session.go_back, numbers[moment.back_to])
        elif moment.accepted:
            words = dict(moment.overruled)
            session.accepts_all = words.pop(ALL, "") == "accept"
            released = dict.fromkeys(session.state.overruled, "")
            session.state = session.state.with_overruled(released | words)
            # No odds were made of the count while the model was stopped.
            session.stopped = moment.share is None
            if moment.told is not None:
                # Earlier versions did not keep it: the options of this call are all there is.
                session.told, session.recalls = ToldOfFiles.of_record(moment.told), False
            yield partial(
                session.update, [night.folder / SNAPSHOTS / name for name in moment.files]
            )
        else:
            yield partial(_kept_out, session, moment)
        numbers[moment.number] = len(session.state.moments)
    kept = all(
        moment.told is not None
        for moment in night.moments
        if moment.accepted and moment.back_to is None
    )
    last, again = night.moments[-1:], session.state.moments[-1:]
    if last and again and (last[0].votes, last[0].share) != (again[0].votes, again[0].share):
        session.notify(
            "note: the replay does not end with the numbers of the night: give it the options that "
            f"the night had ({'' if kept else '--column, '}--draws, --seed, --priors, ...)"
        )


def _kept_out(session: NightSession, moment: Moment) -> NightForecast:
    """A file that was kept out as a whole, of which the night has what was said alone."""
    again = replace(moment, number=len(session.state.moments) + 1, count_digest="")
    state = session.state
    session.state = state.with_moment(again, state.count, state.stamp)
    session.state.write()
    return session.now()
