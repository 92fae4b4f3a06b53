"""The few Vue components that the page is made of: markup, charts, and what only a browser has."""

from modelops_abm.app.widgets.browser import Browser
from modelops_abm.app.widgets.chart import Chart
from modelops_abm.app.widgets.markup import Markup

__all__ = ["Browser", "Chart", "Markup"]
