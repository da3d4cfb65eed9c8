"""What a shell offers behind a word that is half written: races and priors."""

from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast.priors import layers
    from forecast.record import find, shipped_races


def races(incomplete: str) -> list[str]:
    """Ids of races that begin so; the shipped ones to forecast where nothing is written yet."""
    known = find.shipped_races() if not incomplete else (*find.shipped_races(), *_record())
    return [name for name in known if name.startswith(incomplete)]


def settings(incomplete: str) -> list[str]:
    """Beginnings of --set: every value of every prior, as "runoff.loyalty.low="."""
    if "=" in incomplete:
        return []
    values = [
        f"{entry.path}.{name}=" for entry in layers.load_priors().entries for name in entry.values
    ]
    return [value for value in values if value.startswith(incomplete)]


def _record() -> tuple[str, ...]:
    return tuple(shipped_races.record_ids())
