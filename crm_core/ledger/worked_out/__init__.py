"""What is worked out now and then from everything: forecasts, standings, products; each with its stamp."""
