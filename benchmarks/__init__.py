"""Measurements of speed and memory: a fresh process a case, JSON out."""
