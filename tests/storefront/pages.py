"""What a page tells search engines."""

import json
import re


def structured(html: str) -> list[dict[str, object]]:
    """The blocks of structured data of a page."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return [json.loads(block) for block in found]
