"""What finished runoffs teach: features of a race, and models over races fitted to them."""
