"""The ensemble engine: the same system over arrays, compiled, for thousands of replications."""
