"""A plan against its baseline, or several side by side: differences, finance, intervals."""
