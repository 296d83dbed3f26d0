"""Files (PDFs, attachments, reports) named by their content."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from chorus_tui.store.folder import is_shared, make_private_folder, sync_folder
from chorus_tui.store.sqlite import explained

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """Contents by their sha256, in `folder`, spread over 256 folders. Written once, never changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep a content; returns its sha256. It is on disk, whole, when this returns.

        Raises:
            StoreFull, StoreNotWritable
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        with explained(self._folder):
            if path.exists():
                return sha256
            if not path.parent.is_dir():
                make_private_folder(path.parent)
                sync_folder(self._folder)
            self._write(path, content)
        return sha256

    def _write(self, path: Path, content: bytes) -> None:
        descriptor, name = tempfile.mkstemp(prefix=".part-", dir=path.parent)
        part = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if is_shared(path.parent):
                    os.fchmod(descriptor, 0o660)
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            part.replace(path)
            sync_folder(path.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def path(self, sha256: str) -> Path:
        """Where a content is, or would be.

        Raises:
            ValueError: that is no sha256.
        """
        if not _SHA256.fullmatch(sha256):
            raise ValueError(sha256)
        return self._folder / sha256[:2] / sha256

    def get(self, sha256: str) -> bytes:
        """A content.

        Raises:
            KeyError: it is not kept here.
        """
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise KeyError(sha256) from None

    def __contains__(self, sha256: str) -> bool:
        return self.path(sha256).exists()

    def __iter__(self) -> Iterator[str]:
        return (path.name for path in self._folder.glob("*/*") if _SHA256.fullmatch(path.name))
