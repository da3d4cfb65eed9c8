"""NUTS through nutpie, with a progress bar that tells the time left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import nutpie
import pymc as pm
from pytensor.configdefaults import config as pytensor_config
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from forecast.errors import ForecastError
from forecast.priors.prior_set import SamplerSettings


def sample(model: pm.Model, settings: SamplerSettings, seed: int, *, progress: bool) -> Any:
    """Sample the posterior of a model.

    Parameters
    ----------
    model
        Any PyMC model with continuous parameters.
    settings
        Chains, draws, adaptation.
    seed
        The same seed gives the same chains, to the last bit on one kind of processor.
    progress
        Show a bar with the time left on stderr.

    Returns
    -------
    DataTree
        With the groups posterior and sample_stats.

    Raises
    ------
    ForecastError
        When the sampler itself gives up.
    KeyboardInterrupt
        When the user stopped it.
    """
    try:
        # Without the flag code that was just compiled and code from the cache of compiled functions
        # add in different orders, and a seed gives chains that differ in the last digits.
        with pytensor_config.change_flags(numba__fastmath=False), _compiling(progress):
            compiled = nutpie.compile_pymc_model(model)
        with _progress(progress, settings) as follow:
            trace = nutpie.sample(
                compiled,
                chains=settings.chains,
                tune=settings.tune,
                draws=settings.draws,
                target_accept=settings.target_accept,
                seed=seed,
                save_warmup=False,
                progress_bar=False,
                progress_callback=follow,
                progress_rate=200,
            )
    except RuntimeError as error:
        raise ForecastError(
            f"the sampler gave up: {error}. Look at the returns with `forecast data check`; "
            "another --seed or a higher settings.sampler.target_accept may help"
        ) from error
    if trace.posterior.sizes["draw"] < settings.draws:
        # nutpie answers Ctrl-C with the draws it has; a part of a posterior is none.
        raise KeyboardInterrupt
    # Texts of divergences have no place in a NetCDF file.
    texts = [name for name, values in trace.sample_stats.items() if values.dtype == object]
    trace["sample_stats"] = trace.sample_stats.dataset.drop_vars(texts)
    return trace


@contextmanager
def _compiling(shown: bool) -> Iterator[None]:
    """Tell on stderr how long a model has been compiled: nobody knows how much is left."""
    if not shown:
        yield
        return
    columns = TextColumn("compiling"), BarColumn(), TimeElapsedColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, refresh_per_second=2) as bar:
        bar.add_task("compiling", total=None)
        yield


@contextmanager
def _progress(shown: bool, settings: SamplerSettings) -> Iterator[Callable[[Any], None] | None]:
    """A callback for nutpie that draws a bar on stderr, or None."""
    if not shown:
        yield None
        return
    columns = TextColumn("sampling"), BarColumn(), TextColumn("{task.percentage:>3.0f}%")
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("sampling", total=settings.chains * (settings.tune + settings.draws))

        def follow(chains: Any) -> None:
            bar.update(task, completed=sum(chain.finished_draws for chain in chains))

        yield follow
