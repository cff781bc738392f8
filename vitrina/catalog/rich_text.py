"""Rich text from merchants and imports: what may stay, and how it reads as plain words."""

import html
import re

import nh3

TAGS = """
p br hr strong b em i u s sub sup small h2 h3 h4 ul ol li dl dt dd blockquote q cite
a table thead tbody tr th td caption pre code abbr
"""
ATTRIBUTES = {
    "a": {"href", "title"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "abbr": {"title"},
    "*": {"lang"},
}
_cleaner = nh3.Cleaner(
    tags=set(TAGS.split()),
    clean_content_tags={"script", "style", "iframe", "object", "template", "noscript", "svg"},
    attributes=ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="nofollow noopener",
    strip_comments=True,
)
_EMPTY = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
_H1 = re.compile(r"<(/?)h1\b", re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")


def sanitize(text: str) -> str:
    """``text`` as HTML that cannot do harm: an allow-list of tags, safe links, no styles.

    A page has one ``h1`` and it is the product's, so one in the text becomes ``h2``. Sanitizing
    twice gives the same as once.
    """
    if not text or not text.strip():
        return ""
    if "<" not in text and "&" not in text:
        return text.strip()
    cleaned = _cleaner.clean(_H1.sub(r"<\1h2", text.replace("\x00", "")))
    return _EMPTY.sub("", cleaned).strip()


def plain(text: str, limit: int | None = None) -> str:
    """The words of an HTML text, at most ``limit`` characters, cut between words."""
    words = " ".join(html.unescape(_TAG.sub(" ", text)).split())
    if limit is None or len(words) <= limit:
        return words
    return words[: limit - 1].rsplit(" ", 1)[0].rstrip(",.;:") + "…"
