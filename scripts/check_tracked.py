"""Look through the tracked files for what must not be there; prints it and exits with 1.

Locks carry versions and hashes, never the address that a package came from. No file names a folder
of the machine it was written on.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LOCKS = re.compile(r"(^|/)(requirements[^/]*\.txt|package-lock\.json)$")
FOREIGN_LOCKS = re.compile(r"(^|/)(uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|yarn\.lock)$")
ADDRESS = re.compile(
    r'"resolved"\s*:|^\s*--?(i|f|index-url|extra-index-url|find-links|trusted-host)\b'
    r"|(?<!url\": \")(?:https?|file|git\+\w+)://",
)
HOME_FOLDER = re.compile(r"/(?:home|Users)/(?!runner\b|app\b|vitrina\b)[a-z][\w.-]+/")
TEXT_LIMIT = 2_000_000


def faults_in(name: str, text: str, root: Path = ROOT) -> Iterator[str]:
    """Yield one line a fault, "file:line: what", for a tracked file of that name and content."""
    if FOREIGN_LOCKS.search(name):
        yield f"{name}: this kind of lock records addresses"
    lock = LOCKS.search(name) is not None
    here = str(root) if len(root.parts) > 2 else None
    for number, line in enumerate(text.splitlines(), start=1):
        if lock and ADDRESS.search(line):
            yield f"{name}:{number}: an address in a lock"
        if (here and here in line) or HOME_FOLDER.search(line):
            yield f"{name}:{number}: a folder of one machine"


def tracked_files() -> Iterable[str]:
    """Return the names of all tracked files, relative to the root."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return listing.stdout.decode().split("\0")[:-1]


def main() -> int:
    """Check every tracked text file; return the exit code."""
    faults: list[str] = []
    for name in tracked_files():
        path = ROOT / name
        if not path.is_file() or path.stat().st_size > TEXT_LIMIT:
            continue
        content = path.read_bytes()
        if b"\0" not in content[:8000]:
            faults += faults_in(name, content.decode(errors="replace"))
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
