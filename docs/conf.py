"""Sphinx: how the site is made of what `docs/site.py` has laid out."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from docutils import nodes
from pydantic import BaseModel
from sphinx.addnodes import desc, literal_strong, pending_xref
from sphinx.application import Sphinx

from modelops_abm import __version__
from modelops_abm.charts.palette import COLOURS

project = "modelops_abm"
author = "The modelops_abm developers"
project_copyright = f"{date.today().year}, {author}"
version = release = __version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["conf.py"]

# Pages. Headings get the anchors that GitHub gives them, so that links hold in both places.
myst_enable_extensions = ["colon_fence", "deflist", "attrs_block"]
myst_heading_anchors = 4
nb_execution_mode = "off"  # tests execute the notebooks and compare: decision 0058
nb_merge_streams = True

# Reference. One backtick is a name; as a link it would be ambiguous, as many results have a `plan`.
default_role = "literal"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_inherit_docstrings = False
maximum_signature_line_length = 80
add_module_names = False
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_param = False  # several in a line have one description, which is shown once
napoleon_attr_annotations = False  # the signature has them, with links
napoleon_use_rtype = False
toc_object_entries_show_parents = "hide"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = "modelops_abm"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_favicon = "_static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = True
pygments_style = "a11y-light"  # of those with a light ground the one of which all is read: 4.5 to 1
pygments_dark_style = "github-dark"

_USED_FOR = {
    "color-foreground-primary": "ink",
    "color-foreground-secondary": "ink-2",
    "color-foreground-muted": "ink-3",
    "color-foreground-border": "control",
    "color-background-primary": "surface",
    "color-background-secondary": "page",
    "color-background-hover": "raised",
    "color-background-border": "hairline",
    "color-brand-primary": "plan",
    "color-brand-content": "plan",
    "color-brand-visited": "plan",
    "color-link--visited": "plan",
    "color-api-name": "plan",
    "color-api-pre-name": "ink-3",
    "color-inline-code-background": "raised",
}


def _variables(place: int) -> dict[str, str]:
    own = {f"modelops-{name}": pair[place] for name, pair in COLOURS.items()}
    fonts = {
        "font-stack": "Inter, system-ui, sans-serif",
        "font-stack--monospace": "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
    }
    return fonts | own | {name: COLOURS[colour][place] for name, colour in _USED_FOR.items()}


html_theme_options = {
    "light_css_variables": _variables(0),
    "dark_css_variables": _variables(1),
    "top_of_page_buttons": [],
}


def setup(app: Sphinx) -> None:
    """Let the reference be as its docstrings mean it, and pages fit their column."""
    app.connect("autodoc-process-signature", _signature)
    app.connect("autodoc-skip-member", _is_left_out)
    app.connect("autodoc-process-docstring", _kept, priority=400)  # napoleon's is 500
    app.connect("autodoc-process-docstring", _put_right, priority=600)
    app.connect("doctree-read", _without_guesses)
    app.connect("doctree-read", _with_links)
    app.connect("doctree-read", _with_large_pictures, priority=400)  # before they are collected
    app.connect("html-page-context", _with_places_to_break)


def _signature(
    _: Sphinx, what: str, __: str, thing: Any, ___: Any, said: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """Write defaults as Python reads them, but for a scenario, whose values have a page."""
    if what == "class" and issubclass(thing, BaseModel):
        return "(**values)", None
    # Of what is no Python, the signature would be broken at any comma.
    said = said and re.sub(r"<class '[\w.]*?(\w+)'>", r"\1", said.replace("<factory>", "..."))
    return said, returns


def _is_left_out(_: Sphinx, __: str, ___: str, member: Any, *____: Any) -> bool | None:
    is_field = (getattr(member, "__doc__", None) or "").startswith("Alias for field number")
    return True if is_field else None


_WORDS_OF_A_VALUE: list[str] = []


def _kept(_: Sphinx, what: str, __: str, ___: Any, ____: Any, lines: list[str]) -> None:
    _WORDS_OF_A_VALUE[:] = lines if what in {"attribute", "data", "property"} else []


def _put_right(_: Sphinx, __: str, ___: str, ____: Any, _____: Any, lines: list[str]) -> None:
    """Undo what is guessed: a colon ends no type in the words of a property, nor does a comma."""
    if _WORDS_OF_A_VALUE:
        lines[:] = _WORDS_OF_A_VALUE
    for number, line in enumerate(lines):
        if names := re.match(r":ivar ([\w, ]+):", line):
            lines[number] = line.replace(names[1], names[1].replace(", ", ","))


def _without_guesses(_: Sphinx, page: nodes.document) -> None:
    """Let names of attributes be no links: many classes have a `plan`, and Sphinx would guess."""
    for link in list(page.findall(pending_xref)):
        target = str(link.get("reftarget"))
        if link.get("refdomain") == "py" and target.islower() and "." not in target:
            link.replace_self(literal_strong(text=target))
    for entry in page.findall(desc):  # a function that chooses by kind is listed by each of them
        for signature in entry.children[1:-1]:
            entry.remove(signature)


_DECISION = re.compile(r"(?<![\w.,])(0\d{3})(?!\.?\w)")
_NO_PROSE = (nodes.reference, nodes.literal, nodes.literal_block, nodes.title, pending_xref)


def _with_links(app: Sphinx, page: nodes.document) -> None:
    """Let a decision that is named by its number, and a page named as a file, be links to it."""
    decisions = [name for name in app.env.found_docs if name.startswith("decisions/")]
    known = {name.removeprefix("decisions/")[:4]: name for name in decisions}

    def link(name: str, shown: nodes.Node) -> pending_xref:
        said = {"refdomain": "std", "reftype": "doc", "reftarget": f"/{name}", "refexplicit": True}
        return pending_xref("", shown, refdoc=app.env.docname, refwarn=True, **said)

    for name in list(page.findall(nodes.literal)):
        file = re.fullmatch(r"docs/(\S+)\.md", name.astext())
        if file and file[1] in app.env.found_docs and not isinstance(name.parent, _NO_PROSE):
            name.replace_self(link(file[1], name.deepcopy()))
    for text in list(page.findall(nodes.Text)):
        parts = _DECISION.split(text.astext())
        above = text.parent
        while above is not None and not isinstance(above, _NO_PROSE):
            above = above.parent
        if len(parts) > 1 and above is None:
            text.parent.replace(
                text,
                [
                    link(known[part], nodes.inline(text=part))
                    if part in known
                    else nodes.Text(part)
                    for part in parts
                ],
            )


def _with_large_pictures(app: Sphinx, page: nodes.document) -> None:
    """Let a picture open in full (with a width, Sphinx links it to itself), its words below it.

    If it is there in dark colours, too, the theme of the site decides which is shown.
    """
    folder = Path(app.srcdir, app.env.docname).parent
    for picture in list(page.findall(nodes.image)):
        if "pictures/" in picture["uri"]:
            picture["width"] = "100%"
            paragraph, shown = picture.parent, [picture]
            dark = picture["uri"].replace(".png", "-dark.png")
            if (folder / dark).exists():
                other = picture.deepcopy()
                other["uri"] = dark
                shown = [
                    nodes.container("", each, classes=[f"only-{theme}"])
                    for theme, each in {"light": picture, "dark": other}.items()
                ]
            figure = nodes.figure("", *shown, nodes.caption(text=picture["alt"]))
            page.set_id(figure)
            paragraph.replace_self(figure)


def _with_places_to_break(
    _: Sphinx, __: str, ___: str, context: dict[str, Any], *____: Any
) -> None:
    """Let long names break behind a dot or an underscore, in code and tables, and nowhere else."""
    body = context.get("body", "")
    body = re.sub(
        r'(?<=<span class="pre">)[^<]+',
        lambda name: re.sub(r"(?<=\w)([._/])(?=\w)", r"\1<wbr>", name[0]),
        body,
    )
    body = re.sub(
        r"(?<=<td><p>)[^<]+",
        lambda words: re.sub(r"(?<=[a-z])([._])(?=[a-z])", r"\1<wbr>", words[0]),
        body,
    )
    context["body"] = re.sub(
        r"(?<=<strong>)[\w,]+(?=</strong>)", lambda names: names[0].replace(",", ", "), body
    )
