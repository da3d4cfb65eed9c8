from datetime import date

import numpy as np
import pytest
from scipy import stats

from forecast.errors import InputError
from forecast.evidence.poll_likelihood import poll_likelihood
from forecast.stats.scale_mixture import LOG_VARIANCES, closest_student, log_weights
from tests.evidence.builders import KIND, RUNOFF, make_errors, make_poll


def read(polls, errors=None, **options):
    options = {"parties": ("REP", "DEM"), **options}
    return poll_likelihood(polls, errors or make_errors(), KIND, runoff=RUNOFF, **options)


@pytest.mark.parametrize("df", [2.5, 5.0, 30.0])
def test_the_mixture_of_normals_is_the_student_t(df):
    weights = np.exp(log_weights(df))
    x = np.array([0.0, 0.5, 1.5, 4.0])
    density = stats.norm.pdf(x[:, None], scale=np.exp(LOG_VARIANCES / 2)) @ weights
    np.testing.assert_allclose(density, stats.t.pdf(x, df), rtol=0.02)


def test_the_closest_student_of_a_student_is_itself():
    scale, df = closest_student(0.2**2 * np.exp(LOG_VARIANCES), np.exp(log_weights(5.0)))
    assert scale == pytest.approx(0.2, rel=0.02)
    assert df == pytest.approx(5.0, rel=0.1)


def test_one_poll_of_an_unknown_house_is_taken_at_its_word():
    reading = read([make_poll(0.48, 0.46)])
    assert reading.location == pytest.approx(np.log(0.48 / 0.46))
    assert reading.polls[0].weight == pytest.approx(1)


def test_the_other_order_of_the_finalists_gives_the_mirrored_reading():
    polls = [
        make_poll(0.5, 0.45, pollster="Known House"),
        make_poll(0.44, 0.47, sponsor="Republican Party"),
    ]
    turned = [make_poll(0.45, 0.5, pollster="Known House"), make_poll(0.47, 0.44, sponsor="GOP")]
    one, other = read(polls), read(turned, parties=("DEM", "REP"))
    assert one.location == pytest.approx(-other.location)
    assert one.scale == pytest.approx(other.scale)
    assert one.win_probability == pytest.approx(1 - other.win_probability)


def test_a_house_effect_is_taken_out_towards_its_party():
    known = read([make_poll(pollster="Known House")])
    # The house leans to the Democrat, here the second finalist.
    assert known.location == pytest.approx(read([make_poll()]).location + 0.06)
    assert read([make_poll(pollster="Known House")], parties=("", "")).location < known.location


def test_a_sponsor_of_a_finalist_is_taken_out():
    paid = read([make_poll(sponsor="for a Republican sponsor")])
    assert paid.location == pytest.approx(read([make_poll(sponsor="WSB-TV")]).location - 0.08)


def test_ten_polls_of_one_house_are_not_ten_houses():
    one_house = read([make_poll() for _ in range(10)])
    many = read([make_poll(pollster=f"House {number}") for number in range(10)])
    assert one_house.poll_points > many.poll_points
    # However many polls there are, the error that they share stays.
    assert many.scale > 0.8 * 0.12


def test_more_undecided_older_and_smaller_polls_say_less():
    plain = read([make_poll()]).scale
    assert read([make_poll(0.38, 0.36)]).scale > plain
    assert read([make_poll(end=date(2017, 4, 25))]).scale > plain
    assert read([make_poll(sample=200)]).scale > plain
    assert read([make_poll(sample=None)]).scale == pytest.approx(plain)


def test_a_poll_that_ends_on_the_day_or_later_does_not_count():
    late = make_poll(0.6, 0.3, end=RUNOFF)
    reading = read([make_poll(), late])
    assert (len(reading.polls), reading.left_out) == (1, 1)
    assert reading.location == pytest.approx(read([make_poll()]).location)
    assert read([late]) is None
    assert read([make_poll()], as_of=date(2017, 6, 12)) is None


def test_errors_learned_from_the_runoff_or_later_are_refused():
    with pytest.raises(InputError, match="may not be used"):
        read([make_poll()], make_errors(newest=RUNOFF))


def test_a_day_after_the_runoff_is_refused():
    with pytest.raises(InputError, match="after the runoff"):
        read([make_poll()], as_of=date(2017, 6, 21))


def test_a_finalist_without_support_is_refused():
    with pytest.raises(InputError, match="no support"):
        read([make_poll(0.0, 0.9)])


def test_quantiles_mean_and_win_probability_are_of_one_distribution():
    reading = read([make_poll(0.5, 0.44)])
    draws = 1 / (
        1
        + np.exp(
            -reading.location
            - reading.scale
            * stats.t.rvs(reading.df, size=200_000, random_state=np.random.default_rng(1))
        )
    )
    error = 5 / np.sqrt(len(draws))
    assert abs(draws.mean() - reading.mean) < error * reading.sd
    assert abs((draws > 0.5).mean() - reading.win_probability) < error * 0.5
    assert abs((draws < reading.quantiles([0.1])).mean() - 0.1) < error * 0.3
