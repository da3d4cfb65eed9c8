"""What a night keeps of a snapshot: the moment after it."""

from forecast.night.night_forecast import NightForecast
from forecast.night.state import Moment, NightState


def moment_after(
    state: NightState,
    forecast: NightForecast,
    time: str,
    digest: str,
    files: tuple[str, ...],
    count_digest: str,
    *,
    accepted: bool,
) -> Moment:
    """The next moment of a night.

    Parameters
    ----------
    state
        The night before the snapshot.
    forecast
        The forecast after it.
    time, digest, files, count_digest, accepted
        As in `Moment`.
    """
    first, second = forecast.count.totals.tolist()
    odds, share = None, None
    if not forecast.stopped:
        finalist = forecast.simulation.forecast.finalists[0]
        odds = finalist.win_probability
        share = tuple(
            getattr(finalist.share, name) for name in ("q025", "q10", "q50", "q90", "q975")
        )
    return Moment(
        number=len(state.moments) + 1,
        time=time,
        digest=digest,
        files=files,
        accepted=accepted,
        guards=forecast.guards,
        count_digest=count_digest,
        counted=forecast.counted,
        votes=(first, second),
        win_probability=odds,
        share=share,
        overruled=dict(state.overruled),
    )
