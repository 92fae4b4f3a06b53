"""The few Vue components that the page is made of: markup, charts, files, and what only a browser has."""

from modelops_abm.app.widgets.browser import Browser
from modelops_abm.app.widgets.chart import Chart
from modelops_abm.app.widgets.file_picker import FilePicker, PickedFile
from modelops_abm.app.widgets.markup import Markup

__all__ = ["Browser", "Chart", "FilePicker", "Markup", "PickedFile"]
