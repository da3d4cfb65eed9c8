"""What a shell offers behind a word that is half written: races, priors, kinds."""

from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast.priors import layers
    from forecast.race import office_words, situation
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


def levels(incomplete: str) -> list[str]:
    """Levels of office that begin so."""
    return [word for word in office_words.LEVELS if word.startswith(incomplete)]


def kinds(incomplete: str) -> list[str]:
    """Kinds of two-round election that begin so."""
    return [word for word in situation.KINDS if word.startswith(incomplete)]


def _record() -> tuple[str, ...]:
    return tuple(shipped_races.record_ids())
