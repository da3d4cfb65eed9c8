"""The day of a forecast: asked for, today, or the eve of a runoff that is over."""

from datetime import date

import pytest

from forecast import fitted_race
from forecast.errors import InputError
from forecast.race.forecast_day import forecast_day

CONTEST = fitted_race.load_race("ga06-2017").contest


@pytest.mark.parametrize(
    ("as_of", "today", "day"),
    [
        (None, date(2026, 1, 1), date(2017, 6, 19)),
        (None, date(2017, 5, 2), date(2017, 5, 2)),
        (None, date(2017, 1, 1), date(2017, 4, 18)),
        (date(2017, 6, 1), date(2026, 1, 1), date(2017, 6, 1)),
    ],
)
def test_the_day(as_of: date | None, today: date, day: date) -> None:
    assert forecast_day(CONTEST, as_of, today) == day


@pytest.mark.parametrize("as_of", [date(2017, 4, 17), date(2017, 6, 20)])
def test_a_day_on_which_no_forecast_could_be_made(as_of: date) -> None:
    with pytest.raises(InputError, match="give a day from 2017-04-18 to 2017-06-19"):
        forecast_day(CONTEST, as_of)
