"""click: commands, options, help."""

import click
from click.testing import CliRunner


@click.group()
def shop():
    """A shop."""


@shop.command()
@click.option("--cups", type=int, default=1, help="How many.")
@click.argument("what")
def sell(cups, what):
    """Sell something."""
    click.echo(f"{cups} {click.style(what, bold=True)}")


runner = CliRunner()
assert runner.invoke(shop, ["sell", "--cups", "3", "tea"]).output == "3 tea\n"
assert "Sell something." in runner.invoke(shop, ["--help"]).output
assert "is not a valid integer" in runner.invoke(shop, ["sell", "--cups", "x", "tea"]).output
modules = (click,)


def fail():
    shop.main(["sell", "--cups", "x", "tea"], standalone_mode=False)
