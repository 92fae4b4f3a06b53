"""What a file is, told by its content whatever its name says: a workbook, a picture, a web page.

Readers of text refuse with it what they cannot read, and say what would be right.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Literal, NamedTuple


class FileKind(NamedTuple):
    """What a file is."""

    words: str
    """In a sentence of which it is the subject: ``is an Excel workbook``."""
    holds: Literal["a sheet", "a table", "files", "text", "nothing"]
    """What can be had of it."""
    ending: str = ""
    """The ending of its name, of text that may be read under it."""


_BYTES: tuple[tuple[bytes, FileKind], ...] = (
    (b"\xd0\xcf\x11\xe0", FileKind("is an old Excel workbook or Office document", "a sheet")),
    (b"%PDF-", FileKind("is a PDF document", "a table")),
    (b"{\\rtf", FileKind("is an RTF document", "a table")),
    (b"\x1f\x8b", FileKind("is compressed (gzip)", "files")),
    (b"BZh", FileKind("is compressed (bzip2)", "files")),
    (b"\xfd7zXZ\0", FileKind("is compressed (xz)", "files")),
    (b"\x28\xb5\x2f\xfd", FileKind("is compressed (zstd)", "files")),
    (b"7z\xbc\xaf", FileKind("is an archive (7z)", "files")),
    (b"Rar!\x1a\x07", FileKind("is an archive (RAR)", "files")),
    (b"PAR1", FileKind("is a Parquet table", "a table")),
    (b"SQLite format 3", FileKind("is an SQLite database", "a table")),
    *(
        (start, FileKind("is a picture, not text", "a table"))
        for start in (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
    ),
    (b"version https://git-lfs", FileKind("is a pointer of Git LFS", "nothing")),
    (b"\xff\xfe\0\0", FileKind("is text in UTF-32", "text")),
    (b"\0\0\xfe\xff", FileKind("is text in UTF-32", "text")),
    (b"\xff\xfe", FileKind("is text in UTF-16", "text")),
    (b"\xfe\xff", FileKind("is text in UTF-16", "text")),
)
"""How files of a kind begin."""
_ZIPPED: tuple[tuple[str, FileKind], ...] = (
    ("xl/", FileKind("is an Excel workbook, not text", "a sheet")),
    ("word/", FileKind("is a Word document, not text", "a table")),
    ("ppt/", FileKind("is a PowerPoint presentation, not text", "a table")),
    ("Index/", FileKind("is a document of Apple Numbers, Pages or Keynote", "a sheet")),
)
"""Folders of the documents that are ZIP archives."""
_TEXTS: tuple[tuple[str, FileKind], ...] = (
    (r"(<\?xml.*\?>\s*)?<svg\b", FileKind("is a picture (SVG)", "a table")),
    (
        r"(<!--.*-->\s*)*<(!doctype html|(html|head|body|table|div|p|span|meta|script|style)\b)",
        FileKind("is HTML, a page of the web", "a table"),
    ),
    (r"<\?xml", FileKind("is XML", "a table")),
    (r"(\{|\[\s*[\[{\"\d])", FileKind("is JSON", "a table", ".json")),
    (r"(#.*\n|\s)*(\[[\w.]+\]\s*$|[\w.]+ = )", FileKind("looks like TOML", "text", ".toml")),
    (
        r"(#.*\n|\s)*(---\s*$|[\w.]+:\s*$|[\w.]+: [^,;\t]*$)",
        FileKind("looks like YAML", "text", ".yaml"),
    ),
)
"""How text of a kind begins, as patterns."""
_LOOKED_AT = 10_000
"""Letters: repetitions in a pattern may take minutes over a whole file."""
_FEW = 0.05
"""Share of bytes."""


def kind_of(content: bytes) -> FileKind | None:
    """Return what a file is that is no text in UTF-8 or the like; None if it may be.

    >>> kind_of(b"%PDF-1.7 ...").words
    'is a PDF document'
    >>> kind_of(b"id,users") is None
    True
    """
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _kind_of_zip(content)
    for start, kind in _BYTES:
        if content.startswith(start):
            return kind
    if b"\0" not in content:
        return None
    # Of text in UTF-16 without its mark one side of all pairs is zero, of most languages.
    sides = [content[place:_LOOKED_AT:2] for place in (0, 1)]
    zeros = sorted(side.count(0) / max(len(side), 1) for side in sides)
    if zeros[0] < _FEW and zeros[1] > 1.0 - _FEW:
        return FileKind("is text in UTF-16", "text")
    line = content.count(b"\n", 0, content.index(b"\0")) + 1
    words = f"holds NUL bytes (first at line {line}): it is a binary file, not text"
    return FileKind(words, "text")


def _kind_of_zip(content: bytes) -> FileKind:
    if b"opendocument.spreadsheet" in content[:200]:  # stands first, and not compressed
        return FileKind("is an OpenDocument spreadsheet, not text", "a sheet")
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return FileKind("is an archive (ZIP) or Office document, and damaged", "a sheet")
    for folder, kind in _ZIPPED:
        if any(name.startswith(folder) for name in names):
            return kind
    return FileKind("is an archive (ZIP), not text", "files")


def kind_of_text(text: str) -> FileKind | None:
    """Return what text is that is no table, as far as its beginning tells; None if it does not.

    >>> kind_of_text("<!DOCTYPE html><table>").words
    'is HTML, a page of the web'
    """
    beginning = text[:_LOOKED_AT].lstrip()
    for pattern, kind in _TEXTS:
        if re.match(pattern, beginning, re.IGNORECASE | re.MULTILINE):
            return kind
    return None
