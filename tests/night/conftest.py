import pytest

from tests.night.nights import fitted_night


@pytest.fixture(scope="session")
def fitted(tmp_path_factory):
    return fitted_night(tmp_path_factory.mktemp("race") / "small-night")


@pytest.fixture(scope="session")
def fitted_large(tmp_path_factory):
    """Precincts of ten to eighteen thousand voters."""
    return fitted_night(tmp_path_factory.mktemp("race") / "small-night", times=20)


@pytest.fixture(scope="session")
def fitted_by_mode(tmp_path_factory):
    folder = tmp_path_factory.mktemp("race") / "small-night"
    return fitted_night(folder, ("election_day", "early", "mail"))
