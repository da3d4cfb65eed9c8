"""Each benchmark once at toy size: what comes out, never how long it took."""
