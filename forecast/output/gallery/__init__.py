"""The gallery of a fit: figures that show whether it can be trusted."""
