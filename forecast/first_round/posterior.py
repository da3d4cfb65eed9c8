"""What the runoff needs of the fitted first round: draws of the posterior as plain arrays."""

from dataclasses import dataclass

from forecast.stats.arrays import Float32Array


@dataclass(frozen=True, eq=False)
class FirstRoundPosterior:
    """Posterior draws of the first-round model, as far as the runoff needs them.

    Attributes
    ----------
    lean_level, turnout_level
        Log-odds of the first finalist's side, and of turning out, at a mean unit of each
        county, shape (n_samples, n_counties).
    lean_slopes, turnout_slopes
        Per standard deviation of each covariate, shape (n_samples, n_covariates).
    lean_concentration, turnout_concentration
        Concentration of the beta distribution of units around that expectation,
        shape (n_samples,).
        The turnout arrays have no samples where the registered voters are unknown.
    """

    lean_level: Float32Array
    lean_slopes: Float32Array
    lean_concentration: Float32Array
    turnout_level: Float32Array
    turnout_slopes: Float32Array
    turnout_concentration: Float32Array

    @property
    def n_samples(self) -> int:
        """How many posterior draws there are."""
        return len(self.lean_concentration)
