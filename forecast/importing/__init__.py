"""Published files into a race folder: one reader a format, matching of units, checks."""
