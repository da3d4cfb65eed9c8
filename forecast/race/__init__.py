"""What an election is: contest, returns, baselines, the race folder and its readers."""
