"""Vietnamese unless the visitor switched, and dates day first in both languages."""

from datetime import date

import pytest
from django import forms
from django.utils import formats, translation

from residents.models import Unit
from residents.tests.factories import UnitFactory
from vaxreg.language import named
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in


@pytest.mark.django_db
@pytest.mark.parametrize("accepted", ["en-US,en;q=0.9", "fr", "vi", ""])
def test_page_is_vietnamese_whatever_the_browser_prefers(client, accepted):
    answer = client.get("/login/", headers={"accept-language": accepted})
    assert '<html lang="vi">' in answer.content.decode()
    assert answer["Content-Language"] == "vi"
    assert "Cookie" in answer["Vary"]


@pytest.mark.django_db
def test_switch_lasts_and_keeps_the_page(client):
    page = client.get("/login/?next=/account/").content.decode()
    assert 'name="next" value="/login/?next=/account/"' in page
    assert (
        client.post("/language/", {"language": "en", "next": "/login/?next=/account/"}).url == "/login/?next=/account/"
    )
    assert '<html lang="en">' in client.get("/login/").content.decode()
    client.post("/language/", {"language": "vi"})
    assert '<html lang="vi">' in client.get("/login/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "", "en\r\nSet-Cookie: a=b", "../../etc"])
def test_switch_to_an_unknown_language_changes_nothing(client, language):
    assert client.post("/language/", {"language": language, "next": "//evil.example"}).url == "/"
    assert "django_language" not in client.cookies


@pytest.mark.django_db
def test_unknown_language_in_the_cookie_is_vietnamese(client):
    client.cookies["django_language"] = "xx"
    assert '<html lang="vi">' in client.get("/login/").content.decode()


class DayForm(forms.Form):
    day = forms.DateField()


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05/03/2021", date(2021, 3, 5)),
        ("25/03/2021", date(2021, 3, 25)),
        ("2021-03-05", date(2021, 3, 5)),
        ("03/25/2021", None),
        ("31/02/2021", None),
    ],
)
def test_dates_are_read_day_first(language, text, day):
    with translation.override(language):
        form = DayForm({"day": text})
        assert (form.cleaned_data["day"] if form.is_valid() else None) == day


@pytest.mark.parametrize("language", ["vi", "en"])
def test_dates_are_written_day_first(language):
    with translation.override(language):
        assert formats.date_format(date(2021, 3, 5)) == "05/03/2021"
        assert 'value="05/03/2021"' in str(DayForm(initial={"day": date(2021, 3, 5)}))


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en"])
def test_admin_reads_dates_day_first(client, language):
    sign_in(client, UserFactory(roles=[Role.ADMINISTRATOR]))
    client.cookies["django_language"] = language
    unit = UnitFactory()
    facts = {name: getattr(unit, name) for name in ("code", "level", "kind", "name", "name_en")}
    answer = client.post(f"/admin/residents/unit/{unit.pk}/change/", {**facts, "in_force_from": "05/03/2021"})
    assert answer.status_code == 302
    assert Unit.objects.get().in_force_from == date(2021, 3, 5)


def test_named_gives_the_english_name_on_an_english_screen_only():
    unit = Unit(name="Tỉnh Đồng Nai", name_en="Dong Nai Province")
    names = []
    for language in ("vi", "en"):
        with translation.override(language):
            names.append(named(unit))
    assert names == ["Tỉnh Đồng Nai", "Dong Nai Province"]
    with translation.override("en"):
        assert named(Unit(name="Tỉnh Đồng Nai", name_en="")) == "Tỉnh Đồng Nai"
