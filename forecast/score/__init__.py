"""Scores of forecasts against counted runoffs, and the simple forecasts to beat."""
