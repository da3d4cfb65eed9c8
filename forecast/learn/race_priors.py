"""The priors of a race: every layer found, from the defaults to single values of the user."""

from collections.abc import Sequence
from pathlib import Path

from forecast.priors.layers import load_priors
from forecast.priors.prior_set import PriorSet
from forecast.race.contest import Race
from forecast.race.units import unit_data

NOTHING_LEARNED = "none"


def race_priors(
    race: Race,
    folder: Path | None,
    file: Path | None = None,
    settings: Sequence[str] = (),
    *,
    learned: Path | str | None = None,
) -> PriorSet:
    """Resolve the priors of a race.

    Parameters
    ----------
    race, folder
        The race, and the folder whose priors.yaml is laid over what was learned; None leaves
        that layer out.
    file, settings
        As for `load_priors`.
    learned
        A file of `forecast learn`; None for the newest that ships and knows nothing of this
        runoff; "none" for the defaults without anything learned.

    Raises
    ------
    InputError
        When a file or a value is not what it should be.
    """
    given = load_priors(folder, file, settings)
    if learned == NOTHING_LEARNED:
        return given
    from forecast.learn.learned_file import read_learned
    from forecast.learn.resolve import learned_priors
    from forecast.learn.shipped_learning import lessons_for

    lessons = lessons_for(race.contest.runoff) if learned is None else read_learned(Path(learned))
    units = unit_data(race, given.turnout_if_unknown)
    return load_priors(folder, file, settings, learned_priors(race, units, lessons))
