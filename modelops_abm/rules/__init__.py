"""The equations of the simulated system: pure compiled functions, no state.

Each formula stands here once; both engines call it. Time is in days, a year has 365 of them.
"""

DAYS_PER_YEAR = 365.0
