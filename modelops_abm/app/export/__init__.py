"""Export: the figures as CSV, the charts as pictures, a report and slides."""
