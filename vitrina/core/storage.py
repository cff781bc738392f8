"""Where files are kept: a folder or a bucket, by fsspec. A file is named after its content."""

import hashlib
import re
from typing import IO, Any

import fsspec

_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{38}\.[a-z0-9]{1,8}")
_fs: Any = None
_root = ""


def configure(url: str) -> None:
    """Keep files under ``url``: ``file:///srv/shop/media`` or ``s3://bucket/prefix``."""
    global _fs, _root
    _fs, _root = fsspec.core.url_to_fs(url)
    _root = str(_root).rstrip("/")


def _path(key: str) -> str:
    if _fs is None:
        raise RuntimeError("the storage is not configured")
    if not is_key(key):
        raise FileNotFoundError(key)
    return f"{_root}/{key}"


def is_key(key: str) -> bool:
    """Whether ``key`` looks like one of ours: ``3f/9a0c...2e.svg``, and nothing else."""
    return _KEY.fullmatch(key) is not None


def key_of(data: bytes, suffix: str) -> str:
    """The key under which ``data`` is kept. Raises ValueError for an odd ``suffix``."""
    if _SUFFIX.fullmatch(suffix) is None:
        raise ValueError(f"no suffix of a file: {suffix!r}")
    digest = hashlib.sha256(data).hexdigest()[:40]
    return f"{digest[:2]}/{digest[2:]}{suffix}"


def put(data: bytes, suffix: str) -> str:
    """Keep ``data`` and give its key; the same bytes have the same key, however often."""
    key = key_of(data, suffix)
    path = _path(key)
    if not _fs.exists(path):
        _fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        with _fs.transaction:  # a file appears whole or not at all
            _fs.pipe_file(path, data)
    return key


def read(key: str) -> bytes:
    """The bytes of a file. Raises FileNotFoundError, also for what is no key."""
    found: bytes = _fs.cat_file(_path(key))
    return found


def open(key: str) -> IO[bytes]:
    """The file, open for reading. Raises FileNotFoundError, also for what is no key."""
    path = _path(key)
    if not _fs.exists(path):
        raise FileNotFoundError(key)
    opened: IO[bytes] = _fs.open(path, "rb")
    return opened
