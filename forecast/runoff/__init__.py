"""The NumPy core: streams of voters, simulated runoffs, their summaries. No PyMC here."""
