"""The page: what ModelOps is worth, in the browser."""
