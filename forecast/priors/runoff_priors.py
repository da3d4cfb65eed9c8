"""The priors of the runoff model as the distributions that the core draws from."""

from dataclasses import dataclass

from forecast.stats.distributions import Distribution


@dataclass(frozen=True)
class RunoffPriors:
    """The priors of the runoff model, one distribution a parameter.

    Shares are in [0, 1], sizes and shifts in points (`forecast.stats.distributions`), tails
    and correlations are plain numbers. What each means and why it has its value is written
    beside it in ``models/runoff.yaml``; the names there have dots for the underscores here.
    """

    retention_finalist: Distribution
    retention_bloc: Distribution
    retention_other: Distribution
    loyalty: Distribution
    transfer_bloc: Distribution
    transfer_other: Distribution
    transfer_affinity: Distribution
    transfer_lean: Distribution
    transfer_spread: Distribution
    arrivals_rate: Distribution
    arrivals_habit: Distribution
    arrivals_baseline_weight: Distribution
    arrivals_shift: Distribution
    drift: Distribution
    reversion: Distribution
    error_race_lean: Distribution
    error_race_tail: Distribution
    error_race_turnout: Distribution
    error_race_correlation: Distribution
    error_county_lean: Distribution
    error_county_turnout: Distribution
    error_county_correlation: Distribution
    error_unit_lean: Distribution
    error_unit_turnout: Distribution
    error_unit_correlation: Distribution
