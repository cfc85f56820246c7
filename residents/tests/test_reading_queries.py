import pytest

from residents.search import Kind, Query, UnreadableQueryError, read_query


@pytest.mark.parametrize(
    ("text", "kind", "read"),
    [
        ("079 3 01 123456", Kind.NUMBER, "079301123456"),
        ("012.345.678", Kind.NUMBER, "012345678"),
        ("t00000000001", Kind.NUMBER, "T00000000001"),
        ("001090123456|012345678|Nguyễn Văn A|01011990|Nam|Quận 1|15042021", Kind.NUMBER, "001090123456"),
        ("0912 345 678", Kind.PHONE, "0912345678"),
        ("+84 912.345.678", Kind.PHONE, "0912345678"),
        ("(028) 3829 7184", Kind.PHONE, "02838297184"),
        ("  Trần  Thi\u0323 Ðào ", Kind.NAME, "Trần Thị Đào"),
        ("H’Hen Niê", Kind.NAME, "H’Hen Niê"),
    ],
)
def test_query_is_understood(text, kind, read):
    assert read_query(text) == Query(kind, read)


@pytest.mark.parametrize("text", ["", "a", "%_", "07930112345", "Trần Thị Đào 1990", "a|b", "x|y|z|1|2|3|4"])
def test_nonsense_is_refused(text):
    with pytest.raises(UnreadableQueryError):
        read_query(text)
