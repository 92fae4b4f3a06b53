"""Evidence: what an organisation shows of itself, and what follows for what nobody knows of it."""
