"""jinja2: templates from a string, and from the resources of a package."""

import jinja2
import markupsafe

template = jinja2.Template("{% for one in what %}{{ one|upper }} {% endfor %}")
assert template.render(what=["tea", "cake"]) == "TEA CAKE "
environment = jinja2.Environment(
    autoescape=True, loader=jinja2.DictLoader({"a": "{% extends 'b' %}", "b": "<{{ x }}>"})
)
assert environment.get_template("a").render(x="&") == "<&amp;>"
assert markupsafe.escape("<") == "&lt;"
modules = jinja2, markupsafe


def fail():
    environment.from_string("{{ 1 | no_such_filter }}")
