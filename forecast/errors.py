"""The errors of the library: what is wrong, where, and what to do about it.

The library raises these and never prints or exits; the command line prints the message
without a traceback and ends with the exit code of the class.
"""

from collections.abc import Sequence


class ForecastError(Exception):
    """The forecast could not be made: an unhealthy fit, no memory, a full disk."""

    exit_code = 1


class InputError(ForecastError):
    """Something the user gave is wrong: a file, a name, a value.

    Parameters
    ----------
    message
        What is wrong, where, the rule, the value and the remedy.
    faults
        Every single fault, one line each, where a file has several.
    """

    exit_code = 2

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join([message, *(f"  {fault}" for fault in self.faults)]))


class UnhealthyFitError(ForecastError):
    """The fit failed its own checks and may not be used without saying so."""
