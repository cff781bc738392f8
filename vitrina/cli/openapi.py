"""``vitrina openapi``: the API's document on standard output."""

import json

import click

from vitrina.app import create_app
from vitrina.cli.shop import open_shop


@click.command()
@click.option("--indent", default=2, show_default=True, help="Spaces of indentation; 0 for none.")
def openapi(indent: int) -> None:
    """Print the OpenAPI 3.1 document of this shop's API, as /api/openapi.json serves it."""
    app = create_app(open_shop())
    with app.app_context():
        document = app.extensions["vitrina_openapi"]()
    click.echo(json.dumps(document, ensure_ascii=False, indent=indent or None))
