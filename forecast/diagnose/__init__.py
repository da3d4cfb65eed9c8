"""What `forecast diagnose` and `forecast priors check` ask of a model; no forecast uses it."""
