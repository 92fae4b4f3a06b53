"""Your data: a portfolio and a scenario of one's own."""
