"""The agents: ML models and developers, and what they are made of."""
