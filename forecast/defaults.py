"""The defaults that the command line and the library share; no import comes with them."""

DEFAULT_RACE = "ga06-2017"
DEFAULT_DRAWS = 10_000
# Any number does; this one is the day of the runoff that ships as the default race.
DEFAULT_SEED = 20170620
# With `draws="auto"`: points of the win probability, a fifth of what a headline rounds to.
DEFAULT_ERROR = 0.2
