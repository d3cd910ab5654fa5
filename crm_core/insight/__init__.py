"""The mathematics on arrays and small frames: predictions, back-test, cohorts, affinities. No database."""
