"""Forecasts for the page whose first round is approximated in a second, not sampled."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forecast import fitted_race, workflow
from forecast.defaults import FitOptions
from forecast.first_round.diagnosis import Diagnosis
from forecast.first_round.fitting import FirstRoundFit
from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.report import page_html
from forecast.priors.prior_set import PriorSet
from forecast.race.prepared import PreparedRace

DRAWS = 2_000
ATTACK = "<script>alert(1)</script>"
QUOTES = "\"'); alert(2); //</script><!--"
HEALTHY = Diagnosis(
    divergences=0,
    max_r_hat=1.002,
    min_ess_bulk=2400.0,
    min_ess_tail=2300.0,
    worst=("lean_level",) * 3,
    method="an approximation for tests",
    seconds=1.0,
)


def quick_fit(prepared: PreparedRace, folder: Path, _: PriorSet, __: FitOptions) -> FirstRoundFit:
    posterior = quick_posterior(prepared.units, 1)
    return FirstRoundFit(posterior, HEALTHY, "0" * 16, folder, True, {"pymc": "6"})


@pytest.fixture(scope="session")
def gather() -> Callable[..., PageInputs]:
    """Forecasts a race and gathers the inputs of its page."""

    def gathered(race: str | Path, **options: Any) -> PageInputs:
        # Undone at once: other tests of the session fit for real.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fitted_race, "get_fit", quick_fit)
            simulation = workflow.simulate(race, draws=DRAWS, **options)
            return PageInputs.of(simulation, race)

    return gathered


@pytest.fixture(scope="session")
def ga06(gather: Callable[..., PageInputs]) -> PageInputs:
    return gather("ga06-2017")


@pytest.fixture(scope="session")
def page(ga06: PageInputs) -> str:
    return page_html(ga06)


@pytest.fixture(scope="session")
def page_file(page: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "ga06-2017.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def hostile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A race of a few precincts whose names are attacks on a page."""
    folder = tmp_path_factory.mktemp("races") / "hostile"
    folder.mkdir()
    (folder / "race.yaml").write_text(
        json.dumps(
            {
                "id": "hostile",
                "title": f"Town of {ATTACK}",
                "office": "Mayor",
                "place": f"Town {QUOTES}",
                "unit_kind": "precinct",
                "first_round": "2017-04-18",
                "runoff": "2017-06-20",
                "finalists": [ATTACK, QUOTES],
                "blocs": {"R": ["REP"], "D": ["DEM"]},
                "baselines": [],
                "sources": [{"name": ATTACK, "place": QUOTES + 150 * "x", "licence": "none"}],
            }
        ),
        encoding="utf-8",
    )
    rows = ["unit_id,county,unit_name,registered,ballots,candidate,party,votes"]
    quoted = '"' + QUOTES.replace('"', '""') + '"'
    for number in range(6):
        for name, party, votes in (
            (ATTACK, "REP", 300 + 20 * number),
            (quoted, "DEM", 330 - 10 * number),
            ("CY POE", "REP", 100),
        ):
            unit = f"u{number},{ATTACK},{quoted if number else ATTACK},2000,800"
            rows.append(f"{unit},{name},{party},{votes}")
    (folder / "first_round.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def hostile(gather: Callable[..., PageInputs], hostile_folder: Path) -> PageInputs:
    return gather(hostile_folder)


@pytest.fixture(scope="session")
def hostile_file(hostile: PageInputs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "hostile.html"
    path.write_text(page_html(hostile), encoding="utf-8")
    return path


PROVINCES = (
    *("Azuay", "Guayas", "Pichincha", "Manabí", "Los Ríos", "El Oro", "Loja", "Carchi"),
    *("Santo Domingo de los Tsáchilas", "Morona Santiago", "Zamora Chinchipe", "Galápagos"),
)
CHOICES = {
    "Lucía Andrade Vera": ("Revolución Popular", 0.29),
    "Mateo Ferrín Solís": ("Acción Nacional", 0.26),
    "Tupac Guamán Sisa": ("Movimiento Plurinacional", 0.16),
    "María Fernanda Zurita": ("Centro", 0.12),
    "Diego Peñafiel-Montes": ("Izquierda Unida", 0.08),
    "Votos nulos": ("", 0.06),
    "Votos en blanco": ("", 0.03),
}


@pytest.fixture(scope="session")
def provinces(gather: Callable[..., PageInputs], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A race of a country by provinces, each a group of its own, with long names in Spanish."""
    folder = tmp_path_factory.mktemp("races") / "provinces"
    folder.mkdir()
    contest = {
        "id": "provinces",
        "title": "Presidential election, Ecuador",
        "office": "President",
        "place": "Ecuador",
        "unit_kind": "province",
        "first_round": "2029-02-11",
        "runoff": "2029-04-15",
        "finalists": list(CHOICES)[:2],
        "not_a_candidate": list(CHOICES)[-2:],
    }
    (folder / "race.yaml").write_text(json.dumps(contest), encoding="utf-8")
    rows = ["unit_id,county,unit_name,registered,candidate,party,votes"]
    for place, name in enumerate(PROVINCES):
        for number, (choice, (party, share)) in enumerate(CHOICES.items()):
            votes = round(40_000 * share * (1 + 0.3 * (-1) ** number * (place / 6 - 1)))
            rows.append(f"{name},{name},{name},60000,{choice},{party},{votes}")
    (folder / "first_round.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return gather(folder)


@pytest.fixture(scope="session")
def provinces_file(provinces: PageInputs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "provinces.html"
    path.write_text(page_html(provinces), encoding="utf-8")
    return path


@pytest.fixture
def copied_race(tmp_path: Path) -> Path:
    """The files of Georgia 6 that a forecast reads, to be changed."""
    folder = tmp_path / "ga06-2017"
    shutil.copytree("data/ga06-2017", folder)
    return folder
