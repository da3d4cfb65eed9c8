"""Polls of a runoff: how wrong polls have been, and what those of a race say about it."""
