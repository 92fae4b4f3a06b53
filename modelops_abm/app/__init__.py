"""The page: what ModelOps is worth, in the browser.

`page.Page` is the whole page; `server.serve` starts it. Each part of the page has a folder:
`decide`, `watch`, `understand`, `organisation`, `export`. `state` holds what one visitor sees and
has done, `widgets` the few Vue components that everything is drawn with, `style` its CSS.

Beside it `mesa_page` shows the model in Mesa's own `SolaraViz`, with sliders, life cycle and plots,
for those who know Mesa or want a page of their own to start from::

    modelops-abm page --mesa
"""
