"""Where the votes went: flows between two counted elections in the same units."""
