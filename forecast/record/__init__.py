"""The record: finished runoffs, both rounds, that forecasts are scored on and learn from."""
