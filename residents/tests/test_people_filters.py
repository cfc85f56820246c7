import pytest

from residents.templatetags.people import grouped, last_digits, masked_address, masked_number, masked_phone, short_name


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("079301123456", "079 • •• ••3456"),
        ("012345678", "••• ••• 678"),
        ("T00000000123", "T ••• •••• 0123"),
        ("", ""),
    ],
)
def test_number_is_masked_in_the_middle(number, shown):
    assert masked_number(number) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("0912345678", "09•• ••• 678"), ("02838297184", "02•• ••• •184"), ("01234", "•••• •"), ("", "")],
)
def test_phone_is_masked_in_the_middle(phone, shown):
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("12 Lê Lợi, Phường Bến Nghé, Quận 1, TP. HCM", "•••, Quận 1, TP. HCM"),
        ("12 Lê Lợi, Quận 1", "•••, Quận 1"),
        ("12 Lê Lợi", "•••"),
        (" , ", ""),
        ("", ""),
    ],
)
def test_address_is_shown_without_the_house(address, shown):
    assert masked_address(address) == shown


def test_number_is_grouped_for_the_eye():
    assert (grouped("079301123456"), grouped("")) == ("079 3 01 123456", "")


@pytest.mark.parametrize(
    ("number", "shown"), [("079301123456", "…3456"), ("123456789", "…789"), ("T00000000017", "…0017"), ("", "")]
)
def test_last_digits(number, shown):
    assert last_digits(number) == shown


@pytest.mark.parametrize(("name", "shown"), [("Nguyễn Thị Lan", "N. T. Lan"), ("Lan", "Lan"), ("", "")])
def test_short_name(name, shown):
    assert short_name(name) == shown
