"""The charts as the browser has drawn them, as PNG files in one archive."""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from modelops_abm.app.export.names import file_name
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets.browser import download

_NAME = re.compile(r"[a-z0-9][a-z0-9 -]{0,59}")
_START = "data:image/png;base64,"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_PICTURES, _LARGEST_PICTURE = 40, 8_000_000
_NO_CHART = "There is no chart on this part of the page: open Decide, then export again."


def save_pictures(session: Session, pictures: Mapping[str, Any]) -> None:
    """Hand the pictures that the browser has made back to it as one archive."""
    files = pictures_in(pictures)
    if not files:
        session.notice.set(_NO_CHART)
        return
    archive = zipped(files)
    session.tell_browser(
        download(file_name(session.plan, "charts.zip"), archive, "application/zip")
    )


def pictures_in(pictures: Mapping[Any, Any]) -> dict[str, bytes]:
    """Return the PNG pictures among what a browser sent, by name; the rest is left out."""
    found = {}
    for name, data in list(pictures.items())[:_MOST_PICTURES]:
        content = _png(data)
        if content is not None and _NAME.fullmatch(str(name)):
            found[str(name)] = content
    return found


def _png(data: Any) -> bytes | None:
    if not isinstance(data, str) or not data.startswith(_START) or len(data) > _LARGEST_PICTURE:
        return None
    try:
        content = base64.b64decode(data.removeprefix(_START), validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if content.startswith(_SIGNATURE) else None


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of pictures; PNG is compressed already."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
        for name, content in files.items():
            target.writestr(f"{name.replace(' ', '-')}.png", content)
    return archive.getvalue()
