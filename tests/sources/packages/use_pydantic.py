"""pydantic: validation, which is in an extension module, and its schema."""

import pydantic
import pydantic_core
from pydantic_core import _pydantic_core


class Price(pydantic.BaseModel):
    name: str
    cents: pydantic.PositiveInt
    tags: list[str] = []


assert Price.model_validate_json('{"name": "tea", "cents": "300", "tags": ["hot"]}').cents == 300
assert Price.model_json_schema()["required"] == ["name", "cents"]
try:
    Price(name="tea", cents=-1)
except pydantic.ValidationError as error:
    (wrong,) = error.errors()
assert wrong["type"] == "greater_than"
modules = pydantic, pydantic_core, _pydantic_core


def fail():
    Price(name="tea", cents="none")
