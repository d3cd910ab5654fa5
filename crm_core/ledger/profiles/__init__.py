"""What is kept of each customer in the transaction: occasions, sums, measures, and series over time."""
