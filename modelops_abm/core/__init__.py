"""What everything shares: the registry, the statechart, events, randomness, outcomes."""
