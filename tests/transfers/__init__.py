"""Tests of the flows between two counted elections."""
