"""Labels that name no party: who shares one with another shares no bloc."""

import re
from functools import lru_cache

from forecast.race.labels import without_accents
from forecast.race.vocabulary import INDEPENDENT, names_of

# Labels of many parties, or of none, on American ballots and in American files. Elsewhere some of
# them are parties: Ghana's NPP, France's NPA.
_AMERICAN = frozenset(("i", "non", "nopty", "npa", "npp", "oth", "other", "u", "wi"))
# Labels that were parties in these finished races when the model learned from them, by the start of
# the race's id: what it reads of a race that taught it stays as it was.
_TAUGHT_AS_PARTIES = {
    "Išsikėlė pati": "lt_seimas_2004_",
    "Unaffiliated": "wa_gov_2020_county",
    "Write-In": "ga_sen_2008_county",
}
_ANYWHERE = frozenset(names_of(INDEPENDENT))


@lru_cache(maxsize=4096)
def is_independent(party: str, *, american: bool = False) -> bool:
    """Whether a label says that a candidate has no party: "NEKA", "Independiente", "IND".

    Parameters
    ----------
    party
        As published. Of "neovisni/nezavisni" each part says so.
    american
        Whether the ballot is one of the United States, which has codes of its own.
    """
    parts = [key for part in re.split(r"[/(),;]", party) if (key := without_accents(part))]
    return bool(parts) and all(
        part in _ANYWHERE or (american and part in _AMERICAN) for part in parts
    )


def taught_as_party(party: str, race_id: str) -> bool:
    """Whether a finished race of the record has taught with this label as a party's."""
    return party in _TAUGHT_AS_PARTIES and race_id.startswith(_TAUGHT_AS_PARTIES[party])
