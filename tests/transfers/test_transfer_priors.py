"""What ships as the prior of flows, and what is made of it."""

import numpy as np
import pytest

from forecast.files import shipped_folder
from forecast.priors.documents import read_document
from forecast.transfers.transfer_priors import DOCUMENT, RatePrior

KINDS = ("table", "ranked", "runoff")


@pytest.fixture(scope="module")
def document():
    return read_document(shipped_folder("models") / DOCUMENT)["transfers"]


def test_every_value_says_what_it_is_why_and_where_from(document):
    values = {name for part in (*KINDS, "unit_spread") for name in document[part]}
    assert set(document["about"]) == values
    for said in document["about"].values():
        assert set(said) == {"meaning", "why", "source"}


def test_rows_differ_by_their_own_spread_and_less_where_nobody_stays():
    rates = RatePrior(rate_spread=0.5, common_spread=0.4, lift=3.0, nobody_spread=0.2)
    mean, precision = rates.normal(np.array([60.0, 30, 10]), 2, same=[(0, 1)], nobody=[2])
    covariance = np.linalg.inv(precision).reshape(2, 3, 2, 3)
    own = [0.5**2, 0.5**2, 0.2**2]
    assert np.allclose(covariance[0, range(3), 0, range(3)], np.array(own) + 0.4**2)
    assert np.allclose(covariance[0, range(3), 1, range(3)], 0.4**2)
    assert np.allclose(covariance[0, 0, :, 1:], 0)
    assert mean[0, 1] - mean[1, 1] == pytest.approx(3.0)
