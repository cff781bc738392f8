"""``vitrina``: the command line. Commands load when they are called, so ``--help`` is quick."""

import importlib
import sys
from typing import Any

import click

from vitrina.config import WrongSetting
from vitrina.core.errors import DomainError

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("vitrina.cli.run:run", "Bring up the shop: migrate, load the demo if empty, serve."),
    "serve": ("vitrina.cli.serve:serve", "Serve the shop with gunicorn, and a worker."),
    "worker": ("vitrina.cli.worker:worker", "Run the worker alone: mails, indexes, payments."),
    "db": ("vitrina.cli.database:database", "Migrate the database."),
    "demo": ("vitrina.cli.demo.command:demo", "Fill an empty shop with the demo catalogue."),
    "import": ("vitrina.cli.imports.command:imports", "Bring in products from another shop."),
    "user": ("vitrina.cli.user:user", "Make and mend accounts of staff and customers."),
    "doctor": ("vitrina.cli.doctor:doctor", "Re-add every sum, and name the rows that are wrong."),
    "prove": ("vitrina.prove.command:prove", "Try to break a copy of the shop, and say what held."),
    "reconcile": ("vitrina.cli.reconcile:reconcile", "Ask the providers, and repair what differs."),
    "reindex": ("vitrina.cli.reindex:reindex", "Build the search index anew."),
    "simulator": ("vitrina.cli.simulator:simulator", "Run Stripe and PayPal on this machine."),
    "secrets": ("vitrina.cli.secret:secrets", "Encrypt the kept secrets under a new key."),
    "openapi": ("vitrina.cli.openapi:openapi", "Print the API's OpenAPI document."),
}


class Lazy(click.Group):
    """A group whose commands are imported by name when somebody calls them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vitrina")
def cli() -> None:
    """Vitrina, a shop. Settings come from the environment and .env; see .env.example."""


def main(argv: list[str] | None = None) -> None:
    """Run a command; whatever is expected to go wrong ends as one line and exit code 1 or 2."""
    try:
        code = cli.main(args=argv, prog_name="vitrina", standalone_mode=False)
        if isinstance(code, int) and code:  # what a command said by context.exit()
            sys.exit(code)
    except click.Abort:
        _end("interrupted", 130)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        _end(error.format_message(), 1)
    except WrongSetting as error:
        _end(str(error), 2)
    except DomainError as error:
        _end(str(error), 1)


def _end(words: Any, code: int) -> None:
    click.echo(f"vitrina: {words}", err=True)
    sys.exit(code)
