"""One run, watched day by day: the only part of the page that touches the Mesa engine."""
