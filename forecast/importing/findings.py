"""What is found wrong, or worth knowing, while a file is read."""

from dataclasses import dataclass, field

from forecast.race.faults import Fault, Severity

MAX_NAMED = 5


@dataclass
class Findings:
    """Faults of one file, in the order in which they were found."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def error(self, message: str, line: int | None = None) -> None:
        """Add what keeps the file from being used."""
        self.faults.append(Fault(self.file, message, line))

    def note(self, message: str, line: int | None = None) -> None:
        """Add what is worth knowing."""
        self.faults.append(Fault(self.file, message, line, Severity.NOTE))

    @property
    def wrong(self) -> bool:
        """Whether anything keeps the file from being used."""
        return any(fault.severity is Severity.ERROR for fault in self.faults)
