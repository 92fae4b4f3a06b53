"""What the page's parts draw with: the interval mark, axes, layers of charts, tables."""
