"""Addresses of the built front-end files.

Vite writes every file under a name that carries a hash of its content, and one manifest that says
which is which. Templates ask by the plain name: `asset("storefront.css")`, `asset("main.js")`,
`asset("piazzolla-latin-wght-normal.woff2")`.
"""

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

STATIC = Path(__file__).parent / "static"
DIST = STATIC / "dist"


class AssetsNotBuilt(RuntimeError):
    """The front end has not been built, or the asked file is not part of it."""


class Assets:
    """Finds built files by their plain names.

    `folder` is where Vite puts its output, `base_url` the path under which the same folder is
    served. With `reload` the manifest is read again when it has changed, for work on the front end
    beside a running shop.
    """

    def __init__(
        self, folder: Path = DIST, *, base_url: str = "/static/dist", reload: bool = False
    ) -> None:
        self._manifest = folder / "manifest.json"
        self._base_url = base_url.rstrip("/")
        self._reload = reload
        self._files: Mapping[str, str] = {}
        self._read_at = 0

    def __call__(self, name: str) -> str:
        """The address of a built file. Raises AssetsNotBuilt for one that is not there."""
        try:
            return f"{self._base_url}/{self._known_files()[name]}"
        except KeyError:
            raise AssetsNotBuilt(f"{name} is not among the built front-end files") from None

    def _known_files(self) -> Mapping[str, str]:
        if self._files and not self._reload:
            return self._files
        try:
            changed_at = self._manifest.stat().st_mtime_ns
        except FileNotFoundError:
            raise AssetsNotBuilt(f"{self._manifest} is missing: build the front end") from None
        if changed_at != self._read_at:
            self._files = plain_names(json.loads(self._manifest.read_text(encoding="utf-8")))
            self._read_at = changed_at
        return self._files


def plain_names(manifest: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Map the plain name of every entry and every copied file to its built file.

    An entry `styles/storefront.scss` built into `assets/storefront-jx.css` is `storefront.css`; a
    copied font keeps its own name.
    """
    names = {}
    for source, chunk in manifest.items():
        built = PurePosixPath(chunk["file"])
        names[PurePosixPath(source).stem + built.suffix] = chunk["file"]
    return names
