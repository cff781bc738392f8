"""A browser without scripts that looks at every page it opens."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from vitrina.core import db

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Page(HTMLParser):
    """What the checks and the tests need of a page: headings, ids, forms, links and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.title = ""
        self.h1: list[str] = []
        self.ids: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self.faults: list[str] = []
        self.labels: set[str] = set()
        self._inputs: list[dict[str, str]] = []
        self._open: list[str] = []
        self._words: list[str] = []
        self._in_label = 0
        self._select: str | None = None
        self._option: str | None = None
        self.feed(html)
        self._check_labels()

    @property
    def text(self) -> str:
        """The words of the page, spaces folded."""
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if "id" in values:
            if values["id"] in self.ids:
                self.faults.append(f"id {values['id']} stands twice")
            self.ids.append(values["id"])
        if "style" in values:
            self.faults.append(f"inline style on <{tag}>")
        self.faults.extend(f"inline {name}" for name in values if name.startswith("on"))
        if tag == "script" and "src" not in values and "json" not in values.get("type", ""):
            self.faults.append("inline script")
        if tag == "img" and ("alt" not in values or "width" not in values):
            self.faults.append(f"img without alt or width: {values.get('src')}")
        if tag == "h1":
            self.h1.append("")
        if tag == "a":
            self.links.append((values.get("href", ""), ""))
        if tag == "label":
            self._in_label += 1
            self.labels.add(values.get("for", ""))
        self._form_tag(tag, values)

    def _form_tag(self, tag: str, values: dict[str, str]) -> None:
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        if tag in ("input", "select", "textarea", "button"):
            named = values.get("aria-label") or values.get("aria-labelledby") or self._in_label
            values = {**values, "tag": tag, "labelled": "yes" if named else ""}
            self._inputs.append(values)
            owner = next(
                (f for f in self.forms if values.get("form") and f.id == values["form"]), None
            ) or (self.forms[-1] if self.forms and "form" in self._open else None)
            if owner is not None:
                owner.take(tag, values)
        if tag == "select":
            self._select = values.get("name")
        if tag == "option" and self._select and self.forms:
            fields = self.forms[-1].fields
            if "selected" in values or self._select not in fields:
                fields[self._select] = values.get("value", "")
        if tag == "form":
            self.forms[-1].id = values.get("id", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass
        if tag == "label":
            self._in_label = max(0, self._in_label - 1)
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("script", "style"):
            return
        if "title" in self._open and "svg" not in self._open:
            self.title += data
            return
        self._words.append(data)
        if "h1" in self._open:
            self.h1[-1] += data
        if "a" in self._open and self.links:
            href, words = self.links[-1]
            self.links[-1] = (href, words + data)
        if "textarea" in self._open and self.forms and self._inputs:
            name = self._inputs[-1].get("name", "")
            self.forms[-1].fields[name] = self.forms[-1].fields.get(name, "") + data

    def _check_labels(self) -> None:
        for field in self._inputs:
            if field["tag"] == "button" or field.get("type") in ("hidden", "submit", "button"):
                continue
            if not field["labelled"] and field.get("id") not in self.labels:
                self.faults.append(f"no label for {field.get('name')}")

    def form(self, action: str) -> "Form":
        """The first form whose action's path ends in ``action``. Raises LookupError."""
        for form in self.forms:
            if urlsplit(form.action).path.endswith(action):
                return form
        raise LookupError(f"no form to {action}; there are {[f.action for f in self.forms]}")

    def check(self) -> None:
        """Raise AssertionError for what no page of ours may have."""
        faults = list(self.faults)
        if len(self.h1) != 1:
            faults.append(f"{len(self.h1)} h1: {self.h1}")
        if not self.title.strip():
            faults.append("no title")
        assert not faults, f"{self.title.strip()}: {faults}"


class Form:
    """A form as it stands on a page, ready to be filled in and sent."""

    def __init__(self, action: str, method: str) -> None:
        self.action = action
        self.method = method
        self.id = ""
        self.fields: dict[str, str] = {}

    def take(self, tag: str, values: dict[str, str]) -> None:
        name, kind = values.get("name", ""), values.get("type", "")
        if not name or tag in ("select", "button") or kind in ("submit", "image", "file"):
            return
        if kind in ("radio", "checkbox") and "checked" not in values:
            return
        self.fields[name] = values.get("value", "on" if kind == "checkbox" else "")


class Browser:
    """A visitor without JavaScript: keeps cookies, follows redirects, checks pages."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.page: Page = Page("<title>blank</title><h1>blank</h1>")
        self.response: TestResponse | None = None
        self.url = "/"
        self.statements = 0

    def open(self, url: str, *, status: int = 200, **kwargs: Any) -> Page:
        """GET ``url``, follow redirects, check the status and the page."""
        return self._send("GET", url, status, **kwargs)

    def post(self, url: str, data: dict[str, Any], *, status: int = 200, **kwargs: Any) -> Page:
        """POST a form as this site's own page would."""
        own = {"Sec-Fetch-Site": "same-origin", "Referer": f"http://localhost{self.url}"}
        headers = {**own, **kwargs.pop("headers", {})}
        return self._send("POST", url, status, data=data, headers=headers, **kwargs)

    def submit(self, action: str, *, status: int = 200, **fields: Any) -> Page:
        """Fill in and send the form of the present page whose action ends in ``action``."""
        form = self.page.form(action)
        target = form.action or self.url
        values = {**form.fields, **fields}
        if form.method == "get":
            return self._send("GET", target, status, query_string=values)
        return self.post(target, values, status=status)

    def click(self, words: str, *, status: int = 200) -> Page:
        """Follow the first link that says ``words``. Raises LookupError."""
        for href, text in self.page.links:
            if words in " ".join(text.split()):
                return self.open(href, status=status)
        raise LookupError(f"no link says {words!r}")

    def _send(self, method: str, url: str, status: int, **kwargs: Any) -> Page:
        with counting() as count:
            response = self.client.open(url, method=method, follow_redirects=True, **kwargs)
        self.statements = count[0]
        self.response = response
        self.url = response.request.path
        html = response.get_data(as_text=True)
        assert response.status_code == status, f"{method} {url}: {response.status}\n{html[:2000]}"
        if response.mimetype == "text/html":
            self.page = Page(html)
            if "<html" in html:
                self.page.check()
        return self.page


class counting:
    """Count the SQL statements of a block: ``with counting() as count: ...; count[0]``."""

    def __enter__(self) -> list[int]:
        self.count = [0]
        self.said: list[str] = []
        self.engine = db.engine()
        event.listen(self.engine, "before_cursor_execute", self._one)
        return self.count

    def _one(self, _conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            self.count[0] += 1
            self.said.append(statement)

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._one)
