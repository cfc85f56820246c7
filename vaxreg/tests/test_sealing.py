"""Sealed values open only whole, for their purpose and in time; short codes survive being read aloud."""

import pytest
from django import forms

from vaxreg.codes import ALPHABET, new_code, read_code, spaced
from vaxreg.forms import SealedField
from vaxreg.sealing import BrokenSealError, seal, seal_part, unseal, unseal_part


@pytest.mark.parametrize("value", ["079301123456", {"number": "079301123456", "warnings": [1, None]}, 7, None, ""])
def test_unseal_gives_back_what_was_sealed(value):
    sealed = seal(value, purpose="test")
    assert "079301" not in sealed
    assert unseal(sealed, purpose="test") == value


def test_unseal_refuses_another_purpose_another_key_and_every_alteration(settings):
    sealed = seal("value", purpose="test")
    for text in ("", "x", "\ud800", "ữ", sealed[:-1], sealed[:20] + "-_"[sealed[20] == "-"] + sealed[21:]):
        with pytest.raises(BrokenSealError):
            unseal(text, purpose="test")
    with pytest.raises(BrokenSealError):
        unseal(sealed, purpose="other")
    settings.SECRET_KEY = "another key"
    with pytest.raises(BrokenSealError):
        unseal(sealed, purpose="test")


def test_unseal_refuses_what_is_too_old():
    sealed = seal("value", purpose="test")
    assert unseal(sealed, purpose="test", max_age_seconds=60) == "value"
    with pytest.raises(BrokenSealError):
        unseal(sealed, purpose="test", max_age_seconds=-1)


def test_unseal_opens_what_an_older_key_sealed(settings):
    sealed = seal("value", purpose="test")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new key"
    assert unseal(sealed, purpose="test") == "value"


class SealedForm(forms.Form):
    person = SealedField(purpose="test", max_age_seconds=60)


@pytest.mark.parametrize("value", ["079301123456", {"number": "079301123456"}])
def test_sealed_field_hides_its_value_and_gives_it_back(value):
    unbound = SealedForm(initial={"person": value})
    assert "079301" not in str(unbound)
    form = SealedForm({"person": unbound["person"].value()})
    assert form.is_valid()
    assert form.cleaned_data["person"] == value
    assert form["person"].value() == unbound["person"].value() or "079301" not in str(form)


@pytest.mark.parametrize("text", ["", "079301123456", "x" * 20_001, "\ud800"])
def test_sealed_field_refuses_what_was_not_sealed(text):
    form = SealedForm({"person": text})
    assert not form.is_valid()
    assert str(form)


def test_new_code_has_eight_characters_that_nobody_mixes_up():
    assert len(ALPHABET) == len(set(ALPHABET)) == 21
    assert not set(ALPHABET) & set("0O1IL5S8B2ZUVAE")
    codes = {new_code() for _number in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 8 and set(code) <= set(ALPHABET) for code in codes)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("34679CDF", "34679CDF"),
        (" 3467 9cdf ", "34679CDF"),
        ("3467-9CDF", "34679CDF"),
        ("3467\u00a09cdf", "34679CDF"),
        ("34679CD", None),
        ("34679CDFG", None),
        ("34679CD0", None),
        ("079301123456", None),
        ("", None),
    ],
)
def test_read_code_takes_what_people_type(text, code):
    assert read_code(text) == code


def test_spaced_makes_two_halves():
    assert spaced("34679CDF") == "3467 9CDF"


def test_part_of_a_file_opens_in_its_file_and_place_only(settings):
    sealed = seal_part(b"079301123456", purpose="export-1", place=2)
    assert b"079301" not in sealed
    assert unseal_part(sealed, purpose="export-1", place=2) == b"079301123456"
    altered = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for text, purpose, place in [
        (sealed, "export-2", 2),
        (sealed, "export-1", 3),
        (altered, "export-1", 2),
        (b"", "export-1", 2),
    ]:
        with pytest.raises(BrokenSealError):
            unseal_part(text, purpose=purpose, place=place)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "new key"
    assert unseal_part(sealed, purpose="export-1", place=2) == b"079301123456"
