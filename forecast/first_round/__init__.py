"""PyMC and ArviZ: prior documents, the two models, fits, their cache and diagnosis."""
