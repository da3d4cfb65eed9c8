"""Statistics that know nothing of elections: distributions, scoring rules, approximations."""
