"""Made-up data: a café with its people, visits and contacts, all drawn from a seed."""
