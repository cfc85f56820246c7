"""Days and moments are typed and shown day first, whatever language the browser has."""

from datetime import date

import pytest
from django import forms

from vaxreg.forms import DayField, MomentField


class AskedForm(forms.Form):
    day = DayField()
    at = MomentField()


@pytest.mark.parametrize("text", ["25/11/2026", "25.11.2026", "25-11-2026", "25112026", " 25/11/2026 ", "2026-11-25"])
def test_day_is_read_as_people_write_it_and_shown_day_first(text):
    form = AskedForm({"day": text, "at": "2026-11-25T07:30"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["day"] == date(2026, 11, 25)
    assert f"{form.cleaned_data['at']:%d/%m/%Y %H:%M}" == "25/11/2026 07:30"
    assert 'value="25/11/2026"' in str(form["day"])
    assert 'value="25/11/2026 07:30"' in str(form["at"])
    assert 'type="text"' in str(form["day"])


@pytest.mark.parametrize("text", ["31/02/2026", "11/25/2026", "x", "2511"])
def test_what_is_no_day_is_told_and_stays_as_typed(text):
    form = AskedForm({"day": text, "at": text})
    assert set(form.errors) == {"day", "at"}
    assert f'value="{text}"' in str(form["day"])
    assert f'value="{text}"' in str(form["at"])
