"""What Vitrina uses of Brotli, which ships no types."""

MODE_GENERIC: int
MODE_TEXT: int
MODE_FONT: int

class error(Exception): ...  # noqa: N801

def compress(
    string: bytes, mode: int = ..., quality: int = 11, lgwin: int = 22, lgblock: int = 0
) -> bytes: ...
def decompress(string: bytes) -> bytes: ...
