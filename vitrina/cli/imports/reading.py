"""Reading CSV files of any origin as a stream: encodings, odd bytes, line numbers."""

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from vitrina.cli.imports.parsed import Line
from vitrina.core.errors import Invalid

BLOCK = 1 << 20
LARGEST_CELL = 16 * 1024 * 1024
DELIMITERS = ",;\t|"


class UnreadableFile(Invalid):
    """The file is none that this import takes: ``file``, ``reason``."""

    code = "unreadable_file"

    def __str__(self) -> str:
        return f"{self.facts['file']}: {self.facts['reason']}"


def encoding_of(path: Path) -> str:
    """The encoding of a file: by its byte order mark, UTF-8 when it is valid, else Windows-1252."""
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for block in iter(lambda: file.read(BLOCK), b""):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _lines(file: IO[str]) -> Iterator[str]:
    for line in file:
        yield line.replace("\x00", "")


def read(path: Path, *, needs: Iterable[str]) -> Iterator[Line]:
    """The rows of a file, one after the other, whatever its size.

    Raises UnreadableFile when a column of ``needs`` is missing, or when it is no CSV at all.
    """
    csv.field_size_limit(LARGEST_CELL)
    with path.open(encoding=encoding_of(path), errors="replace", newline="") as file:
        reader = csv.reader(_lines(file), delimiter=_delimiter(path), strict=False)
        try:
            header = [name.strip() for name in next(reader, [])]
            missing = [name for name in needs if name not in header]
            if missing:
                reason = f"there is no column {missing[0]!r}"
                raise UnreadableFile(file=path.name, reason=reason)
            begins = reader.line_num + 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield Line(begins, dict(zip(header, cells, strict=False)))
                begins = reader.line_num + 1
        except csv.Error as error:
            where = f"line {reader.line_num}: {error}"
            raise UnreadableFile(file=path.name, reason=where) from None


def _delimiter(path: Path) -> str:
    with path.open(encoding=encoding_of(path), errors="replace", newline="") as file:
        header = file.readline(LARGEST_CELL)
    return max(DELIMITERS, key=header.count)


def grouped(
    rows: Callable[[], Iterator[Line]], key: Callable[[Line], str]
) -> Iterator[tuple[str, list[Line]]]:
    """Rows that belong together, wherever they stand; a group comes when its last row was read.

    ``rows`` is called twice: once to learn where each group ends, once to read. Rows without a key
    come alone, under "".
    """
    last = {key(line): line.number for line in rows()}
    waiting: dict[str, list[Line]] = {}
    for line in rows():
        name = key(line)
        if not name:
            yield "", [line]
            continue
        waiting.setdefault(name, []).append(line)
        if last[name] == line.number:
            yield name, waiting.pop(name)
