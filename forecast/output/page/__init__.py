"""The page that people read, and its figures alone.

>>> import forecast
>>> from forecast.output.page import PageInputs, figure
>>> simulation = forecast.simulate("ga06-2017")  # doctest: +SKIP
>>> figure("margin", PageInputs.of(simulation, "ga06-2017")).save("margin.png")  # doctest: +SKIP
"""

from typing import TYPE_CHECKING

from forecast.lazy_imports import lazy_names

if TYPE_CHECKING:
    from forecast.output.page.page_figures import KINDS, figure
    from forecast.output.page.page_inputs import PageInputs
    from forecast.output.page.report import write_page

__all__ = ["KINDS", "PageInputs", "figure", "write_page"]

# A figure's name must not cost the libraries that draw it.
__getattr__ = lazy_names(
    __name__,
    {
        "KINDS": "page_figures",
        "PageInputs": "page_inputs",
        "figure": "page_figures",
        "write_page": "report",
    },
)
