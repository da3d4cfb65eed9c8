"""Where the votes go: ribbons from round one to the finalists and to not voting."""

from collections.abc import Sequence

from forecast.output import words
from forecast.output.flow_table import (
    NOBODY,
    STAY,
    FlowSource,
    absent_parts,
    absent_words,
    kept_words,
    nobody_words,
    of_100,
    pooled_sources,
    return_words,
)
from forecast.output.page.figure_table import Shown, Table, table
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import FAINT, NEUTRAL
from forecast.output.page.ribbons import RibbonSource, ribbon_chart
from forecast.output.race_words import (
    ballot_tag,
    bloc_words,
    choice_labels,
    full_name,
    initials_in_full,
)
from forecast.race.contest import Race
from forecast.race.situation import names_parties
from forecast.runoff.summary import DID_NOT_VOTE, FlowForecast

# The absent as the picture has them: those who stay absent are left out.
NOW_VOTE = "first-round non-voters\nwho now vote"


def _drawn_together(race: Race, sources: Sequence[FlowSource]) -> str:
    """That small candidates are one block; nothing where none are."""
    if all(len(source.members) < 2 for source in sources):
        return ""
    by_party = " by party" if names_parties(race) else ""
    return f"; candidates under 1% are drawn together{by_party}"


def flows(inputs: PageInputs) -> Figure:
    """The flow picture, the small candidates of a bloc together; the table has all."""
    simulation, labels = inputs.simulation, inputs.labels
    race, forecast = simulation.race, simulation.forecast
    sources = [source for source in pooled_sources(race, forecast) if source.votes > 0]
    # The absent who stay absent are most of a race and no news: they are left out.
    full = initials_in_full(race)
    absent = None if sources[-1].members else sources[-1]
    targets = _targets(race, labels)
    colours = [*inputs.colours.pair, NEUTRAL, FAINT][: len(targets)]
    amounts = []
    for source in sources:
        first, second, rest = source.means.tolist()
        three = (first, second, 0.0 if source is absent else rest)
        amounts.append(_by_target(race, three, source.for_nobody, 0.0))
    blocks = [
        RibbonSource(
            NOW_VOTE if source is absent else source.label,
            sum(row) if source is absent else source.votes,
            source.votes,
            tuple(row),
        )
        for source, row in zip(sources, amounts, strict=True)
    ]
    return Figure(
        "flows",
        "Where the votes go",
        _summary(inputs),
        ribbon_chart(blocks, targets, colours),
        _table(inputs),
        f"Mean of all outcomes{_drawn_together(race, sources)}. "
        f"Left out of the picture: those who vote in neither round. {_rule()}"
        + "".join(
            f" {words.sentence(said)}."
            for said in (
                return_words(race, forecast),
                nobody_words(race),
                absent_words(race),
                kept_words(race),
                f"parties: {full}" if full else "",
            )
            if said
        ),
        remedy="not_a_candidate in race.yaml says who goes to neither finalist"
        if kept_words(race)
        else "",
    )


def _targets(race: Race, labels: tuple[str, str]) -> tuple[str, ...]:
    """Where votes go to; `NOBODY` where blank or null ballots are among round one's choices."""
    return (*labels, STAY, *([NOBODY] if race.contest.not_candidates else []))


def _by_target[T](race: Race, three: Sequence[T], for_nobody: bool, nothing: T) -> list[T]:
    """What goes to either finalist and the rest, in the order of `_targets`."""
    first, second, rest = three
    if not race.contest.not_candidates:
        return [first, second, rest]
    return [first, second, *((nothing, rest) if for_nobody else (rest, nothing))]


def _rule() -> str:
    return (
        "Ballots are secret: these flows are estimates from vote totals and the priors, "
        "and their ranges are wide."
    )


def _summary(inputs: PageInputs) -> str:
    """The largest eliminated candidate's voters, in words."""
    race, labels = inputs.simulation.race, inputs.labels
    flows = inputs.simulation.forecast.flows
    nobody = (*race.contest.finalists, *race.contest.not_candidates, DID_NOT_VOTE)
    eliminated = [flow for flow in flows if flow.source not in nobody and flow.source_votes > 0]
    if not eliminated:
        return "Nobody was eliminated: only those who don't vote or are new can change the result."
    largest = max(eliminated, key=lambda flow: flow.source_votes).source
    called = choice_labels(race)[race.first_round.candidates.index(largest)]
    own = [flow for flow in flows if flow.source == largest]
    means = of_100([flow.mean for flow in own], own[0].source_votes)
    first, second, rest = (_of_100(*pair) for pair in zip(own, means, strict=True))
    return (
        f"Of 100 voters of {called}, the best-placed eliminated candidate, about {first} go to "
        f"{labels[0]}, {second} to {labels[1]} and {rest} don't vote (means; in parentheses, "
        "90% ranges)."
    )


def _of_100(flow: FlowForecast, mean: int) -> str:
    """A flow in a hundred of its voters, with its 90% range: "69 (54 to 83)"."""
    low, high = (f"{100 * votes / flow.source_votes:.0f}" for votes in (flow.q05, flow.q95))
    return f"{mean} ({low} to {high})"


def _cell(flow: FlowForecast, part: float) -> str:
    """Mean and 90% range of a flow, or of a part of its voters."""
    mean, low, high = (
        words.rounded_votes(part * votes) for votes in (flow.mean, flow.q05, flow.q95)
    )
    return Shown.votes(
        *(part * votes for votes in (flow.mean, flow.q05, flow.q95)),
        text=f"{mean} ({low} to {high})",
    )


def _heading(target: str) -> Shown:
    """A column of flows, and its three in the CSV."""
    return Shown(target, f"{target}, mean", f"{target}, 5%", f"{target}, 95%")


def _table(inputs: PageInputs) -> Table:
    """Every candidate with votes to either finalist and to not voting, and their 90% ranges."""
    simulation, labels = inputs.simulation, inputs.labels
    by_source: dict[str, list[FlowForecast]] = {}
    votes = {}
    for flow in simulation.forecast.flows:
        votes[flow.source] = flow.source_votes
        by_source.setdefault(flow.source, []).append(flow)
    ordered = sorted(by_source, key=lambda name: (name == DID_NOT_VOTE, -votes[name]))
    race = simulation.race
    names = race.first_round.candidates
    tags = {name: ballot_tag(race, index) for index, name in enumerate(names)}
    blocs = {name: bloc_words(race, index) for index, name in enumerate(names)}
    has_blocs = any(blocs.values())
    return table(
        "Votes from every choice of round one: mean (90% range)",
        (
            "in round one",
            *["bloc"] * has_blocs,
            "voters",
            *(_heading(f"to {label}") for label in labels),
            *map(_heading, _targets(race, labels)[2:]),
        ),
        [
            [
                label,
                *[blocs.get(name, "")] * has_blocs,
                Shown.votes(part * votes[name]),
                *_by_target(
                    race,
                    [_cell(flow, part) for flow in by_source[name]],
                    name in race.contest.not_candidates,
                    "",
                ),
            ]
            for name in ordered
            for label, part in (
                absent_parts(race)
                if name == DID_NOT_VOTE
                else [(f"{full_name(race, name)} {tags[name]}".rstrip(), 1.0)]
            )
        ],
    )
