"""The kind of an election, as polls err by it: an office and a stage."""

from dataclasses import dataclass

OFFICES = ("House", "Senate", "governor", "other")
STAGES = ("general", "runoff", "special", "special runoff")

_RECORD_OFFICES = {"House": "House", "Sen": "Senate", "Gov": "governor"}
_RECORD_STAGES = {"G": "general", "GR": "runoff", "GS": "special", "GSR": "special runoff"}


@dataclass(frozen=True)
class RaceKind:
    """Office and stage of an election.

    Attributes
    ----------
    office
        One of `OFFICES`; "other" stands for any office that the record has no polls of.
    stage
        One of `STAGES`.
    """

    office: str
    stage: str

    def __post_init__(self) -> None:
        if self.office not in OFFICES or self.stage not in STAGES:
            raise ValueError(
                f"{self.stage} of {self.office}: the stages are {', '.join(STAGES)}, "
                f"the offices {', '.join(OFFICES)}"
            )

    def __str__(self) -> str:
        return f"{self.office} {self.stage}"

    @classmethod
    def from_record(cls, label: str) -> "RaceKind | None":
        """Read a label like "House-GSR"; None for an open first round ("-O", "-OS").

        Raises
        ------
        ValueError
            When the label is of no known form.
        """
        office, _, stage = label.partition("-")
        if office not in _RECORD_OFFICES or stage not in (*_RECORD_STAGES, "O", "OS"):
            raise ValueError(f"type {label!r} must be like House-G or Sen-GSR")
        if stage not in _RECORD_STAGES:
            return None
        return cls(_RECORD_OFFICES[office], _RECORD_STAGES[stage])

    @classmethod
    def of_race(cls, office: str, title: str = "") -> "RaceKind":
        """Kind of the runoff of a race folder, from its office and title in words.

        A title or office with the word "special" is a special election's.
        """
        office = (
            office.lower().replace(". ", ".").replace("u.s.", "us").replace("united states", "us")
        )
        stage = "special runoff" if "special" in f"{office} {title.lower()}" else "runoff"
        # A state's own house or senate is polled less, and is none of these.
        if "governor" in office and "lieutenant" not in office:
            return cls("governor", stage)
        if "senat" in office and office.startswith("us"):
            return cls("Senate", stage)
        if office.startswith("us") and ("house" in office or "representative" in office):
            return cls("House", stage)
        return cls("other", stage)
