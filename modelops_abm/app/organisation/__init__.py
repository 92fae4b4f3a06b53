"""Your organisation: what a visitor tells of it, and what that makes us believe."""
