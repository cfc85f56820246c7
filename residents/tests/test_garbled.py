"""Vietnamese that came garbled is put right where nothing was lost, and said to be garbled where something was."""

import unicodedata

import pytest

from residents.garbled import is_garbled, mended

NAME = "Nguyễn Thị Thanh Thúy Đào"


def western(text):
    return "".join(bytes([byte]).decode("cp1252", "replace").replace("�", chr(byte)) for byte in text.encode())


@pytest.mark.parametrize(
    "garbled",
    [western(NAME), NAME.encode().decode("latin-1"), NAME, unicodedata.normalize("NFD", NAME)],
)
def test_words_come_back_where_nothing_was_lost(garbled):
    assert unicodedata.normalize("NFC", mended(garbled)) == NAME


@pytest.mark.parametrize(("guessed", "name"), [("Tr蘯ｧn Vﾄハ Bﾃｹi", "Trần Văn Bùi"), ("Tr廕吵 V觼", "Trần Vũ")])
def test_guess_of_a_decoder_is_undone(guessed, name):
    assert mended(guessed) == name


@pytest.mark.parametrize("text", ["", "000190000001", "Hà Ân", "Đỗ Ý", "José Muñoz", "PHẠM Ơ"])
def test_what_is_right_stays_as_it_is(text):
    assert mended(text) == text


@pytest.mark.parametrize("name", [NAME, "H'Hen Niê", "K’Lợi", "Y Moan Ênuôl", "A. Lăng", "NGUYEN VAN A", "Ðỗ Thị Na"])
def test_names_are_not_garbled(name):
    assert not is_garbled(name)
    assert not is_garbled(unicodedata.normalize("NFD", name))


@pytest.mark.parametrize(
    "name", ["B?i Quang", "B\ufffdi", "Nguyá»n Văn A", "Nguyá»…n", "Nguy盻ｅn", "BÃ¹i", "A1", "Ng_"]
)
def test_names_that_lost_letters_are(name):
    assert is_garbled(name)
