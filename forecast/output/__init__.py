"""What a reader sees of a forecast: terminal text, the JSON document, files."""
