"""Fixtures that tests of several rooms share."""

pytest_plugins = ["tests.page_forecasts", "tests.small_forecasts"]
