"""A backtest from folders to documents: what the command and the record page both do."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.record.finished_races import RecordRace, read_record
from forecast.score.backtest import Backtest, Progress, Settings, run_backtest
from forecast.score.cluster import TlsFiles, connected
from forecast.score.forecaster import Forecaster
from forecast.score.record_document import backtest_document
from forecast.score.store import RowStore, work_folder


@dataclass(frozen=True)
class Where:
    """Which races, and on which computers.

    Attributes
    ----------
    races, contests
        Folders of race folders, and contests folders; those that ship where none is given.
    workers, scheduler, tls
        As for `connected`.
    sample
        Forecast so many of the races, drawn by chance but the same every time; all where None.
        Whichever are drawn, the same races teach.
    """

    races: Sequence[Path] = ()
    contests: Sequence[Path] = ()
    workers: int | None = None
    scheduler: str | None = None
    sample: int | None = None
    tls: TlsFiles | None = None


def record_backtest(
    forecaster: Forecaster, settings: Settings, where: Where, progress: Progress
) -> tuple[Backtest, dict[str, Any]]:
    """Run a backtest, or finish one that was killed, and return it with its document.

    The races that ship teach; those of other folders never do.
    """
    for folder in (*where.races, *where.contests):
        if not folder.is_dir():
            raise InputError(f"{folder} is no folder of finished races")
    # First, so that a wrong address is said before thousands of races are read.
    with connected(where.workers, where.scheduler, where.tls) as client:
        record = read_record()
        given = bool(where.races or where.contests)
        races: Sequence[RecordRace] = read_record(where.races, where.contests) if given else record
        races = drawn(races, where.sample)
        store = RowStore(work_folder() / "rows.jsonl")
        backtest = run_backtest(races, record, forecaster, client, store, settings, progress)
    name = type(forecaster).__name__
    return backtest, backtest_document(backtest, races, settings, name, where.sample)


def drawn(races: Sequence[RecordRace], sample: int | None) -> Sequence[RecordRace]:
    """So many races, drawn by their ids, in their order; all of them where there are no more."""
    if sample is None or sample >= len(races):
        return races
    by_chance = sorted(races, key=lambda one: zlib.crc32(one.id.encode()))
    chosen = {one.id for one in by_chance[:sample]}
    return [one for one in races if one.id in chosen]
