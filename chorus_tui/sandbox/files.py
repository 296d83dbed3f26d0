"""The files that were handed over: analysed PDFs and attachments (API 2.2, 2.18)."""

import base64
import binascii
import hashlib
import itertools

from msgspec import Struct

from chorus_tui.sandbox import invented
from chorus_tui.sandbox.replies import refuse

LARGEST_FILE = 10 * 1024 * 1024
LONGEST_NAME = 50
LONGEST_PDF_NAME = 200
EXTENSIONS = frozenset(
    [
        "bmp",
        "gif",
        "fax",
        "odt",
        "ppt",
        "tiff",
        "xls",
        "bz2",
        "gz",
        "jpeg",
        "p7s",
        "rtf",
        "txt",
        "xml",
        "csv",
        "gzip",
        "jpg",
        "pdf",
        "svg",
        "xhtml",
        "xlsx",
        "doc",
        "htm",
        "odp",
        "png",
        "tgz",
        "xlc",
        "zip",
        "docx",
        "html",
        "ods",
        "pps",
        "tif",
        "xlm",
        "pptx",
    ]
)


class File(Struct, frozen=True):
    """What is remembered of a file beside its content."""

    id: int
    name: str
    size: int
    sha256: str
    analysed: bool

    @property
    def extension(self) -> str:
        """The end of its name, in capitals."""
        return self.name.rpartition(".")[2].upper()


class Files:
    """Every file handed over, by its `pieceJointeId`."""

    def __init__(self) -> None:
        self._ids = itertools.count(6_921_279)
        self._held: dict[int, File] = {}
        self._contents: dict[str, bytes] = {}

    def __contains__(self, file_id: int) -> bool:
        return file_id in self._held

    def __len__(self) -> int:
        return len(self._held)

    def get(self, file_id: int) -> File | None:
        """The file of that id."""
        return self._held.get(file_id)

    def content_of(self, file_id: int) -> bytes:
        """What is in it; nothing where there is no such file."""
        file = self._held.get(file_id)
        return b"" if file is None else self._contents.get(file.sha256, b"")

    def forget(self, file_id: int) -> None:
        """Lose a file, so that a submission that names it is refused (S1-085)."""
        self._held.pop(file_id, None)

    def take(self, name: str, content: bytes, *, analysed: bool) -> File:
        """Keep note of a file; its id is new even where the content is not."""
        digest = hashlib.sha256(content).hexdigest()
        file = File(next(self._ids), name, len(content), digest, analysed)
        self._held[file.id] = file
        self._contents.setdefault(digest, content)
        return file


def decoded(text: str | None) -> bytes:
    """The content of a base64 field. Refused where it is empty or no base64."""
    try:
        content = base64.b64decode(text or "", validate=True)
    except (binascii.Error, ValueError):
        refuse(invented.FILE_EMPTY)
    if not content:
        refuse(invented.FILE_EMPTY)
    return content
