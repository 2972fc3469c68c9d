"""Two versions of real packages each, and a small program for each package that uses it."""

from __future__ import annotations

#: By package: the requirements of the older and of the newer one, and the program, which leaves `version`.
PAIRS: dict[str, tuple[list[str], list[str], str]] = {
    "urllib3": (
        ["urllib3==1.26.20"],
        ["urllib3>=2"],
        """
import urllib3, urllib3.util
assert urllib3.util.parse_url("http://u:p@h:80/a?b#c").host == "h"
headers = __import__("urllib3._collections", fromlist=["x"]).HTTPHeaderDict()
headers.add("a", "1"); headers.add("A", "2")
assert headers["a"] == "1, 2"
try:
    urllib3.PoolManager(num_pools=2).request("GET", "http://127.0.0.1:9/", retries=False, timeout=1)
except urllib3.exceptions.HTTPError:
    pass
else:
    raise AssertionError
urllib3.encode_multipart_formdata({"a": "b"})
version = urllib3.__version__
""",
    ),
    "click": (
        ["click==7.1.2"],
        ["click>=8"],
        """
import click, importlib.metadata
from click.testing import CliRunner
@click.group()
def cli(): pass
@cli.command()
@click.option("--n", default=2, type=click.IntRange(1, 5))
@click.argument("who")
def hello(n, who):
    click.echo("hi " * n + who)
assert CliRunner().invoke(cli, ["hello", "--n", "3", "bob"]).output == "hi hi hi bob\\n"
assert CliRunner().invoke(cli, ["hello", "--n", "9", "bob"]).exit_code == 2
version = importlib.metadata.version("click")
""",
    ),
    "jinja2": (
        ["jinja2==2.11.3", "markupsafe==2.0.1"],
        ["jinja2>=3"],
        """
import jinja2, markupsafe
pages = {"a": "{% macro m(x) %}<{{x}}>{% endmacro %}{% for i in l %}{{ m(i)|upper }}{% endfor %}",
         "b": "{% extends 'c' %}{% block x %}{{ v }}{% endblock %}", "c": "[{% block x %}{% endblock %}]"}
env = jinja2.Environment(loader=jinja2.DictLoader(pages), autoescape=True)
assert env.get_template("b").render(v="<") == "[&lt;]"
env.get_template("a").render(l=[1, 2])
assert env.from_string("{{ x }}").render(x=markupsafe.Markup("<b>")) == "<b>"
version = jinja2.__version__
""",
    ),
    "attrs": (
        ["attrs==21.4.0"],
        ["attrs>=25"],
        """
import attr, copy, importlib.metadata
@attr.s(slots=True)
class A:
    x = attr.ib(type=int, validator=attr.validators.instance_of(int))
    y = attr.ib(factory=list)
assert attr.asdict(A(1)) == {"x": 1, "y": []} and copy.deepcopy(A(1)) == A(1)
try:
    A("s")
except TypeError:
    pass
else:
    raise AssertionError
version = importlib.metadata.version("attrs")
""",
    ),
    "pydantic": (
        ["pydantic<2"],
        ["pydantic>=2"],
        """
import json, pydantic
from typing import List, Optional
class Q(pydantic.BaseModel):
    a: int
class P(pydantic.BaseModel):
    a: int
    b: Optional[List[Q]] = None
p = P(a="3", b=[{"a": 1}])
assert p.b[0].a == 1 and p.a == 3
text = p.json() if pydantic.VERSION.startswith("1") else p.model_dump_json()
assert json.loads(text)["a"] == 3
try:
    P(a="x")
except pydantic.ValidationError as error:
    assert error.errors()
else:
    raise AssertionError
version = pydantic.VERSION
""",
    ),
    "sqlalchemy": (
        ["sqlalchemy<2"],
        ["sqlalchemy>=2"],
        """
import sqlalchemy as sa
from sqlalchemy import orm
Base = orm.declarative_base()
class User(Base):
    __tablename__ = "users"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String)
    addresses = orm.relationship("Address", back_populates="user")
class Address(Base):
    __tablename__ = "addresses"
    id = sa.Column(sa.Integer, primary_key=True)
    user_id = sa.Column(sa.ForeignKey("users.id"))
    user = orm.relationship(User, back_populates="addresses")
engine = sa.create_engine("sqlite://")
Base.metadata.create_all(engine)
with orm.Session(engine) as session:
    session.add(User(name="x", addresses=[Address(), Address()]))
    session.commit()
    assert len(session.query(User).filter_by(name="x").one().addresses) == 2
    assert session.execute(sa.select(sa.func.count()).select_from(Address)).scalar() == 2
engine.dispose()
version = sa.__version__
""",
    ),
    "flask": (
        ["flask<2", "jinja2<3", "werkzeug<2", "itsdangerous<2.1", "click<8", "markupsafe==2.0.1"],
        ["flask>=3"],
        """
import flask, importlib.metadata
app = flask.Flask("plugin_app", root_path=".")
@app.route("/h/<n>")
def h(n):
    return flask.render_template_string("hi {{n}}", n=n)
@app.route("/j")
def j():
    return flask.jsonify(a=1)
client = app.test_client()
assert client.get("/h/bob").data == b"hi bob" and client.get("/j").get_json() == {"a": 1}
version = importlib.metadata.version("flask")
""",
    ),
    "requests": (
        ["requests", "urllib3==1.26.20"],
        ["requests", "urllib3>=2"],
        """
import requests, urllib3
assert requests.Request("GET", "http://h/a", params={"q": 1}).prepare().url == "http://h/a?q=1"
try:
    requests.Session().get("http://127.0.0.1:9/", timeout=1)
except requests.ConnectionError:
    pass
else:
    raise AssertionError
version = urllib3.__version__
""",
    ),
    "numpy": (
        ["numpy==2.1.*"],
        ["numpy>2.1.99"],
        """
import numpy as np, pickle
a = np.arange(12).reshape(3, 4)
assert (a @ a.T).shape == (3, 3) and np.linalg.inv(np.eye(3) * 2)[0, 0] == 0.5 and a.sum() == 66
np.random.default_rng(0).normal(size=3)
np.fft.fft([1, 2, 3])
assert str(a) and np.array(["a", "b"]).shape == (2,) and np.datetime64("2020-01-01") + 1
assert a.mean() == 5.5 and a.std() > 0 and np.median(a) == 5.5
version = np.__version__
""",
    ),
    "lxml": (
        ["lxml<6"],
        ["lxml>=6"],
        """
from lxml import etree, html
assert len(etree.fromstring('<a><b c="1"/><b/></a>').xpath("//b")) == 2
sheet = '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><o/></xsl:template></xsl:stylesheet>'
etree.XSLT(etree.XML(sheet))(etree.XML("<a/>"))
assert html.fromstring("<p>x").text == "x"
version = etree.__version__
""",
    ),
}

#: Packages of which a second version is refused.
REFUSED = {"lxml"}
