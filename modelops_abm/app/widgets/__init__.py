"""The few Vue components of the page: markup, charts, controls, files, what only a browser has."""

from modelops_abm.app.widgets.browser import Browser
from modelops_abm.app.widgets.chart import Chart
from modelops_abm.app.widgets.controls import Controls
from modelops_abm.app.widgets.file_picker import FilePicker, PickedFile
from modelops_abm.app.widgets.keys import Keys
from modelops_abm.app.widgets.markup import Markup
from modelops_abm.app.widgets.screen import Screen
from modelops_abm.app.widgets.timeline import Timeline

__all__ = [
    "Browser",
    "Chart",
    "Controls",
    "FilePicker",
    "Keys",
    "Markup",
    "PickedFile",
    "Screen",
    "Timeline",
]
