"""The diagnostics of a fit as a small table."""

from forecast.first_round.diagnosis import MAX_K_HAT, MAX_R_HAT, MIN_ESS, Diagnosis
from forecast.fitted_race import FittedRace
from forecast.output.terminal import paragraph, table
from forecast.race.level_words import plural


def health_table(fitted: FittedRace) -> str:
    """Every check with its value, its rule and its verdict, ended by a line break."""
    fit, diagnosis = fitted.fit, fitted.fit.diagnosis
    rows = [["check", "value", "should be", ""], *health_rows(diagnosis)]
    failed = "DIAGNOSTICS FAILED, not used for a forecast"
    verdict = "diagnostics passed" if diagnosis.healthy else failed
    where = "from the cache" if fit.from_cache else "fitted now"
    lines = [
        f"{fitted.race.contest.place}, first round: {verdict}",
        "",
        *table(rows, "lrll"),
        "",
        *paragraph(
            "fit",
            f"{diagnosis.method}, {diagnosis.seconds:.0f} s, {where}, "
            f"{plural(fit.posterior.n_samples, 'posterior draw')}, key {fit.key[:12]}",
        ),
    ]
    return "\n".join(lines) + "\n"


def health_rows(diagnosis: Diagnosis) -> list[list[str]]:
    """Name, value, rule and verdict in a word of every check."""
    checks = _approximation(diagnosis) if diagnosis.k_hat is not None else _chains(diagnosis)
    return [[name, value, rule, "ok" if good else "FAILED"] for name, value, rule, good in checks]


def _chains(diagnosis: Diagnosis) -> list[tuple[str, str, str, bool]]:
    """Name, value, rule and verdict of every check of sampled chains."""
    return [
        ("divergences", f"{diagnosis.divergences:,}", "0", diagnosis.divergences == 0),
        (
            "largest R-hat",
            f"{diagnosis.max_r_hat:.4f}",
            f"below {MAX_R_HAT}",
            diagnosis.max_r_hat < MAX_R_HAT,
        ),
        *(
            (f"smallest {kind} ESS", f"{value:,.0f}", f"above {MIN_ESS:,}", value > MIN_ESS)
            for kind, value in (("bulk", diagnosis.min_ess_bulk), ("tail", diagnosis.min_ess_tail))
        ),
    ]


def _approximation(diagnosis: Diagnosis) -> list[tuple[str, str, str, bool]]:
    """The same of an approximated fit, which has no chains."""
    k_hat, effective = diagnosis.k_hat or 0.0, diagnosis.min_ess_bulk
    return [
        ("k-hat of the weights", f"{k_hat:.2f}", f"below {MAX_K_HAT}", k_hat < MAX_K_HAT),
        ("effective sample size", f"{effective:,.0f}", f"above {MIN_ESS:,}", effective > MIN_ESS),
    ]
