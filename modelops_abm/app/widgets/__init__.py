"""The few Vue components of the page: markup, charts, controls, files, what only a browser has."""

from modelops_abm.app.widgets.browser import STEP_KEYS, Browser, Connection, Keys, Pictures, Screen
from modelops_abm.app.widgets.controls import (
    Controls,
    EventChange,
    FilePicker,
    Lanes,
    PickedFile,
    Timeline,
)
from modelops_abm.app.widgets.interview import Interview
from modelops_abm.app.widgets.markup import Chart, Markup

__all__ = [
    "STEP_KEYS",
    "Browser",
    "Chart",
    "Connection",
    "Controls",
    "EventChange",
    "FilePicker",
    "Interview",
    "Keys",
    "Lanes",
    "Markup",
    "PickedFile",
    "Pictures",
    "Screen",
    "Timeline",
]
