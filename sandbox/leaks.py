"""Whether a secret stands in plain in what a bot left on the disk: its database, the write-ahead log, anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

OPERATORS = {"keys", ".env"}
"""Where secrets belong: the folder of the encryption keys, and what the operator wrote himself."""


class Disk:
    """A bot's working directory but for what the operator keeps there. Files are read anew only where they changed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._clean: dict[Path, tuple[tuple[int, int], frozenset[str]]] = {}

    def leaks(self, secrets: Collection[str]) -> list[str]:
        """Return where one of these stands, in upper or lower case, as the file's name; the secret is not named."""
        wanted = frozenset(secret.lower() for secret in secrets if secret)
        return [str(path.relative_to(self._directory)) for path in self._files() if self._holds(path, wanted)]

    def _files(self) -> Iterator[Path]:
        for path in sorted(self._directory.rglob("*")):
            if path.relative_to(self._directory).parts[0] not in OPERATORS and path.is_file():
                yield path

    def _holds(self, path: Path, secrets: frozenset[str]) -> bool:
        try:
            about = path.stat()
            stamp = (about.st_mtime_ns, about.st_size)
            known, clean = self._clean.get(path, (stamp, frozenset[str]()))
            new = secrets - clean if known == stamp else secrets
            content = path.read_bytes().lower() if new else b""
        except FileNotFoundError:  # a write-ahead log goes when its database is closed
            return False
        if any(secret.encode() in content for secret in new):
            return True
        self._clean[path] = (stamp, secrets)
        return False
