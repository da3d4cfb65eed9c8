"""Scores of forecasts against counted runoffs, and what finished runoffs teach. Groundwork."""
