"""The prior documents, their layers, and the resolved priors."""
