"""django: settings, models in memory, a template, a request through its handlers."""

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="not secret",
    ALLOWED_HOSTS=["testserver"],
    ROOT_URLCONF=__name__,
    USE_I18N=False,  # django looks for its translations with os.path, which sees files only
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
django.setup()

from django.contrib.auth.models import Group
from django.db import connection
from django.http import JsonResponse
from django.template import engines
from django.test import Client
from django.urls import path

urlpatterns = [path("groups/", lambda request: JsonResponse({"groups": [one.name for one in Group.objects.all()]}))]
with connection.schema_editor() as editor:
    editor.create_model(Group)
Group.objects.create(name="cooks")
assert Client().get("/groups/").json() == {"groups": ["cooks"]}
assert engines["django"].from_string("{{ n|add:1 }} {% now 'Y' %}").render({"n": 1}).startswith("2 2")
modules = (django,)


def fail():
    Group.objects.get(name="nobody")
