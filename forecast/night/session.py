"""A night in a running process: snapshots in, forecasts out, the state on the disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from forecast.defaults import Notify, SimulationOptions, silent
from forecast.errors import InputError
from forecast.fitted_race import FittedRace
from forecast.night.count import Count
from forecast.night.counted_returns import CountedReturns
from forecast.night.exchange_evidence import exchanged_counties, likelier_exchanged
from forecast.night.file_clocks import ahead_words, with_way_back_in_time
from forecast.night.guards import LACKS_UNITS, Guard, screen
from forecast.night.held_out import likelier_as_it_is, unlike_units
from forecast.night.learned import NightScales, night_scales
from forecast.night.moments import moment_after
from forecast.night.night_forecast import NightForecast
from forecast.night.night_posterior import NightPosterior
from forecast.night.night_race import NightRace
from forecast.night.overruling import ALL, at_level, unit_key
from forecast.night.seen_snapshots import seen_digests, seen_words, with_way_back
from forecast.night.simulated_race import night_race
from forecast.night.snapshot_files import content_digest, read_snapshot
from forecast.night.state import Moment, NightState, store_count
from forecast.night.told import TOLD_NOTHING, ToldOfFiles, headings_of, told_of_files
from forecast.night.unit_guards import Known, UnitExpectation
from forecast.night.unit_names import UnitNames
from forecast.race.short_names import finalist_short_names
from forecast.runoff.simulation import RunoffDraws, simulate_runoffs
from forecast.stats.arrays import FloatArray
from forecast.workflow import Simulation, simulate_fitted


@dataclass(eq=False)
class NightSession:
    """A night of one race. `update` takes a snapshot and gives the forecast after it.

    Attributes
    ----------
    fitted, options
        The race with its fit, and how to simulate.
    state
        The night so far.
    told
        What a person says of the files; where nothing, what was said of the last snapshot with the
        same headings.
    recalls
        Whether that is so.
    stopped
        Whether the model is stopped: the count is shown, and no odds are made of it.
    notify
        Called with a line about what happens.
    clock
        What time it is, for a night whose snapshots do not say when they were made.
    accepts_all
        Whether the next file is taken as it is.
    """

    fitted: FittedRace
    options: SimulationOptions
    state: NightState
    told: ToldOfFiles = TOLD_NOTHING
    recalls: bool = True
    stopped: bool = False
    notify: Notify = silent
    clock: Callable[[], datetime] = datetime.now
    accepts_all: bool = False
    _kept: dict[tuple[object, ...], RunoffDraws] = field(default_factory=dict)
    _races: dict[bool, NightRace] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)
    _unread: set[str] = field(default_factory=set)
    _taken: set[str] = field(default_factory=set)

    @cached_property
    def names(self) -> UnitNames:
        """The units of the race by what files call them."""
        return UnitNames.of(self.fitted.race, self.fitted.folder)

    @cached_property
    def scales(self) -> NightScales:
        """What races before this one say of nights."""
        return night_scales(self.fitted.race.contest.runoff)

    @cached_property
    def before(self) -> Simulation:
        """The forecast before the count."""
        return self._simulate(())

    def race(self, *, by_county: bool) -> NightRace:
        """The race as a hierarchy of its units, or of its counties."""
        if by_county not in self._races:
            fitted = self.fitted
            self._races[by_county] = night_race(
                fitted.prepared,
                fitted.fit.posterior,
                fitted.priors,
                self.scales,
                self.options.seed,
                by_county=by_county,
                workers=self.options.workers,
            )
        return self._races[by_county]

    def overrule(self, overruled: Mapping[str, str]) -> None:
        """Accept or hold units from the next snapshot on; see `forecast.night.guards`.

        Raises
        ------
        InputError
            When the race has no such unit.
        """
        words = dict(overruled)
        whole = words.pop(ALL, None)
        if whole == "hold":
            raise InputError(
                "--hold all: units are held by their names; --stop-model stops the odds"
            )
        self.accepts_all = whole == "accept"
        if words:
            named = {unit_key(self.names, unit): word for unit, word in words.items()}
            self.state = self.state.with_overruled(named)
            self.state.write()

    def go_back(self, number: int) -> NightForecast:
        """Take the count after an earlier snapshot again; what came since stays in the history.

        Raises
        ------
        InputError
            When there is no such snapshot.
        """
        count, then = self.state.count_after(number)
        if count is None:
            count = Count.nothing(self.fitted.prepared.units.n_units)
        stored = store_count(self.state.folder, count)
        stamp = datetime.fromisoformat(then.stamp) if then and then.stamp else None
        guards = then.guards if then else ()
        forecast = replace(self._forecast(count, {}), guards=guards)
        moment = moment_after(
            self.state,
            forecast,
            self.state.time_of(None, self.clock),
            then.digest if then else "",
            then.files if then else (),
            stored,
            accepted=True,
        )
        moment = replace(moment, back_to=number)
        if then:
            kept = {name: getattr(then, name) for name in ("stamp", "notes", "told", "headings")}
            moment = replace(moment, **kept)
        self.state = self.state.with_moment(moment, count, stamp)
        self.state.write()
        return replace(forecast, moments=self.state.moments)

    def new_snapshots(self, found: Sequence[tuple[Path, ...]]) -> list[tuple[Path, ...]]:
        """Those of some snapshots that the night has not taken yet, in order.

        Raises
        ------
        InputError
            When a file is not there, or a whole file is to be accepted and several are new.
        """
        moments = self.state.moments
        seen = seen_digests(moments)
        if moments and (moments[-1].lacks_units or not self._as_overruled(moments[-1])):
            # What was overruled or named since then is to be seen in the last one.
            seen.discard(moments[-1].digest)
        seen |= self._unread
        new = []
        for paths in found:
            for path in paths:
                if not path.is_file():
                    raise InputError(f"{path}: no such file; look at --returns")
            digest = content_digest(paths)
            if digest not in seen or self._is_told_otherwise(digest):
                new.append(paths)
        if self.accepts_all and len(new) > 1:
            raise InputError(
                f"--accept all takes one snapshot as it is, and {len(new):,} are new: give the one "
                "that is meant with --returns FILE"
            )
        if self.accepts_all and not new:
            return list(found[-1:])
        if not new and len(found) == 1:
            self._say_seen(found[0])
        return new

    def disarm(self) -> None:
        """Say that a whole file was to be accepted, and none was there."""
        if self.accepts_all:
            self.accepts_all = False
            self.notify("--accept all was not used: no file was there; give it again with the file")

    def _say_seen(self, paths: Sequence[Path]) -> None:
        """Say once that a snapshot changes nothing because it was there before."""
        digest = content_digest(paths)
        files = ", ".join(path.name for path in paths)
        if line := seen_words(
            self.state.moments, digest, files, own=digest in self._taken | self._unread
        ):
            self.say_once(line)

    def say_once(self, line: str) -> None:
        """Say a line, once in the life of the session."""
        if line not in self._said:
            self._said.add(line)
            self.notify(f"note: {line}")

    def update(self, paths: Sequence[Path]) -> NightForecast:
        """Take a snapshot: screen it, condition the forecast, write the state.

        Parameters
        ----------
        paths
            The files of one snapshot. One that was the last already changes nothing.
        """
        accepts_all, self.accepts_all = self.accepts_all, False
        told = self._told_of(paths)
        snapshot = read_snapshot(paths, self.fitted.race, self.names, told)
        read, digest = snapshot.returns, snapshot.digest
        if read is not None and self.state.moments and not accepts_all:
            last = self.state.moments[-1]
            same = digest == last.digest and not (last.unreadable or last.lacks_units)
            as_then = self._as_overruled(last) and not self._is_told_otherwise(last.digest)
            if same and as_then:
                return self.now()
        if read is None:
            assert snapshot.fault is not None, "what was not read has a reason"
            self._unread.add(digest)
            if accepts_all:
                self.notify("--accept all was not used: the file could not be read")
            return self._kept_out(paths, (snapshot.fault,), digest)
        race = self.race(by_county=read.count.by_county)
        self._taken.add(digest)
        screened = screen(read, self._known(race, read.count, accepts_all=accepts_all))
        guards = with_way_back(screened.guards, read.count, self.names, self.state)
        guards = with_way_back_in_time(guards, read.stamp, self.state.moments)
        notes = (*read.notes, *screened.taken)
        if read.stamp and screened.count is not None:
            so_far, named = self.state, ", ".join(read.files)
            notes += ahead_words(named, read.stamp, so_far.stamp, self.clock(), len(so_far.moments))
        for note in notes:
            self.say_once(note)
        if screened.count is None:
            if any(guard.rule in LACKS_UNITS for guard in guards):
                self._unread.add(digest)  # by this process: it knows the names of its start
            return self._kept_out(paths, guards, digest, read.stamp)
        stored = store_count(self.state.folder, screened.count)
        files = self.state.keep_snapshot(paths, snapshot.contents, digest)
        stamp = read.stamp or self.state.stamp
        time = self.state.time_of(read.stamp, self.clock)
        inputs = {path.name: digest for path in paths}
        forecast = self._forecast(screened.count, inputs, screened.posterior)
        forecast = replace(forecast, guards=guards)
        moment = moment_after(self.state, forecast, time, digest, files, stored, accepted=True)
        moment = replace(
            moment,
            stamp=stamp.isoformat() if stamp else "",
            notes=notes,
            told=told.record(),
            headings=headings_of(paths, told),
        )
        if accepts_all:
            moment = replace(moment, overruled={**moment.overruled, ALL: "accept"})
            before = 0 if self.state.count is None else int(self.state.count.totals.sum())
            self.notify(
                f"taken by --accept all: {', '.join(inputs)}, as it is: "
                f"{int(screened.count.totals.sum()):,} votes, {before:,} before"
            )
        self.state = self.state.with_moment(moment, screened.count, stamp)
        self.state.write()
        return replace(forecast, moments=self.state.moments)

    def now(self) -> NightForecast:
        """The forecast as it stands."""
        count = self.state.count
        if count is None:
            count = Count.nothing(self.fitted.prepared.units.n_units)
        last = self.state.moments[-1] if self.state.moments else None
        inputs = {} if last is None else dict.fromkeys(last.files, last.digest)
        forecast = self._forecast(count, inputs)
        guards = last.guards if last else ()
        return replace(forecast, guards=guards, moments=self.state.moments)

    def _as_overruled(self, moment: Moment) -> bool:
        """Whether a snapshot was taken under what is overruled now."""
        then = {unit: word for unit, word in moment.overruled.items() if unit != ALL}
        return dict(self.state.overruled) == then

    def _is_told_otherwise(self, digest: str) -> bool:
        """Whether a snapshot was read by other options than those of this call."""
        said = self.told.record()
        then = [moment.told for moment in self.state.moments if moment.digest == digest]
        return bool(said and then) and then[-1] is not None and then[-1] != said

    def _told_of(self, paths: Sequence[Path]) -> ToldOfFiles:
        """What is said of a snapshot: now, or else of the last one of the same source."""
        if not self.recalls:
            return self.told
        moments = self.state.moments
        kept = [(one.number, one.told, one.headings) for one in moments if one.told is not None]
        told, line = told_of_files(self.told, kept, paths)
        if line:
            self.say_once(f"{', '.join(path.name for path in paths)} {line}")
        return told

    def _kept_out(
        self,
        paths: Sequence[Path],
        guards: tuple[Guard, ...],
        digest: str,
        stamp: datetime | None = None,
    ) -> NightForecast:
        """The forecast as it was, and a line in the night that says what was kept out."""
        forecast = replace(self.now(), guards=guards)
        last = self.state.moments[-1] if self.state.moments else None
        if last is None or last.guards != guards:
            time = self.state.time_of(stamp, self.clock)
            files = tuple(path.name for path in paths)
            moment = moment_after(self.state, forecast, time, digest, files, "", accepted=False)
            self.state = self.state.with_moment(moment, self.state.count, self.state.stamp)
            self.state.write()
        return replace(forecast, moments=self.state.moments)

    def _forecast(
        self, count: Count, inputs: Mapping[str, str], posterior: NightPosterior | None = None
    ) -> NightForecast:
        before = self.before
        odds = before.forecast.finalists[0].win_probability
        if self.stopped:
            return NightForecast(before, None, count, odds, (), ())
        if posterior is None:
            posterior = NightPosterior.of(self.race(by_county=count.by_county), count)
        if not count.any_votes:
            return NightForecast(before, posterior, count, odds, (), ())
        contest = self.fitted.race.contest
        evidence = CountedReturns(posterior, contest.runoff, inputs)
        return NightForecast(self._simulate((evidence,)), posterior, count, odds, (), ())

    def _simulate(self, evidence: tuple[CountedReturns, ...]) -> Simulation:
        return simulate_fitted(
            self.fitted, self.options, evidence=evidence, simulator=self._simulated
        )

    def _simulated(self, *args: object, **options: object) -> RunoffDraws:
        """The draws of the forecast, simulated once a night."""
        # With flows for the forecast itself, without for the one that leaves judgement out.
        keep = options["keep"]
        key = (getattr(keep, "flows", False), options["n_draws"], options.get("first_draw", 0))
        if key not in self._kept:
            self._kept[key] = simulate_runoffs(*args, **options)  # type: ignore[arg-type]
        return self._kept[key]

    def _known(self, race: NightRace, count: Count, *, accepts_all: bool) -> Known:
        """What a snapshot is held against."""
        by_county = count.by_county
        return Known(
            self.state.count,
            self.state.stamp,
            self.names.counties if by_county else self.names.ids,
            self.names.counties if by_county else self.names.names,
            self._expectation(race, count),
            self._registered(by_county=by_county),
            at_level(self.names, self.state.overruled, by_county=by_county),
            accepts_all,
            partial(unlike_units, race),
            partial(likelier_exchanged, race),
            partial(likelier_as_it_is, race),
            partial(exchanged_counties, race),
            finalist_short_names(self.fitted.race.contest),
        )

    def _expectation(self, race: NightRace, count: Count) -> UnitExpectation:
        """What is expected of the share of each unit before this snapshot."""
        last = self.state.count
        if last is None or last.by_county != count.by_county:
            last = Count.nothing(race.n_units, by_county=count.by_county)
        posterior = NightPosterior.of(race, last)
        mean, variance = posterior.share.cell_moments()
        shape = race.n_units, len(last.modes)
        return UnitExpectation(
            mean.reshape(shape).mean(axis=1), np.sqrt(variance.reshape(shape).max(axis=1))
        )

    def _registered(self, *, by_county: bool) -> FloatArray:
        """Registered voters where the race knows them; a roll can grow between the rounds."""
        units = self.fitted.prepared.units
        known = units.eligible if units.eligible_known else np.full(units.n_units, np.nan)
        if not by_county:
            return 1.1 * known
        return 1.1 * np.bincount(units.county_index, known, len(units.county_names))
