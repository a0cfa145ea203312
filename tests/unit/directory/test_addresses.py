import pytest

from notifier.directory.addresses import BadAddress, misspelt_domain, read_email, read_number, read_postcode


@pytest.mark.parametrize(
    ("cell", "e164", "mobile"),
    [
        ("07700 900123", "+447700900123", True),
        ("+44(0)7700 900123", "+447700900123", True),
        ("0044 7700-900-123", "+447700900123", True),
        pytest.param("7700900123", "+447700900123", True, id="Excel took the leading zero"),
        pytest.param("7700900123.0", "+447700900123", True, id="a number column with a decimal"),
        pytest.param("'07700900123", "+447700900123", True, id="Excel's apostrophe"),
        pytest.param("\u202a+44\u00a07700\u2011900123\u202c", "+447700900123", True, id="copied from a phone"),
        ("tel:+447700900123", "+447700900123", True),
        pytest.param("07012 345678", "+447012345678", False, id="070 is a personal number"),
        pytest.param("07600 900123", "+447600900123", False, id="076 is a pager"),
        pytest.param("07624 900123", "+447624900123", True, id="07624 is the Isle of Man"),
        ("020 7946 0123", "+442079460123", False),
        ("(01632) 960123", "+441632960123", False),
        ("+33 6 12 34 56 78", "+33612345678", True),
        ("+33 1 42 34 56 78", "+33142345678", False),
    ],
)
def test_a_number_is_understood_as_people_type_it(cell: str, e164: str, mobile: bool) -> None:
    number = read_number(cell)
    assert (number.e164, number.mobile) == (e164, mobile)


def test_an_extension_is_left_off_and_told() -> None:
    number = read_number("020 7946 0123 ext. 12")
    assert (number.e164, number.extension) == ("+442079460123", True)


@pytest.mark.parametrize(
    ("cell", "id"),
    [
        ("7.70090E+09", "number-spoilt"),
        ("7,7009E+09", "number-spoilt"),
        ("########", "number-spoilt"),
        ("077OO 900123", "number-letters"),
        ("mum 07700 900123", "number-letters"),
        ("07700 900123 / 07700 900124", "number-two"),
        ("07700 900123 or 020 7946 0123", "number-two"),
        pytest.param("7946 0456", "number-unreadable", id="without its area code"),
        ("0770090012", "number-unreadable"),
        ("077009001234", "number-unreadable"),
        ("999", "number-unreadable"),
        ("+", "number-unreadable"),
    ],
)
def test_a_number_that_cannot_be_read_says_why(cell: str, id: str) -> None:
    with pytest.raises(BadAddress) as caught:
        read_number(cell)
    assert caught.value.id == id
    assert cell not in str(caught.value)


@pytest.mark.parametrize(
    "cell", ["ngozi@example.org", "o'neil+school@example.org", "Ngozi.Okafor@School.Example", "żofia@example.org"]
)
def test_a_valid_address_stays_as_typed(cell: str) -> None:
    assert read_email(cell) == cell


@pytest.mark.parametrize("cell", ["mailto:ngozi@example.org", "\u200bngozi@example.org"])
def test_what_copying_adds_to_an_address_is_taken_off(cell: str) -> None:
    assert read_email(cell) == "ngozi@example.org"


@pytest.mark.parametrize(
    ("cell", "id"),
    [
        ("a@example.org, b@example.org", "email-two"),
        ("a@example.org;b@example.org", "email-two"),
        ("a@example.org b@example.org", "email-two"),
        ("a@example.org\x00", "email-control"),
        ("a@example.org\r\nRCPT TO:<b@example.org>", "email-control"),
        ("a\x7f@example.org", "email-control"),
        ("a@@example.org", "email-unreadable"),
        ("a@example", "email-unreadable"),
        ("a at example.org", "email-unreadable"),
        ("a@example..org", "email-unreadable"),
        ("Ngozi <a@example.org>", "email-unreadable"),
        (f"{'a' * 65}@example.org", "email-unreadable"),
        (f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 20}.org", "email-unreadable"),
    ],
)
def test_an_address_that_cannot_be_read_says_why(cell: str, id: str) -> None:
    with pytest.raises(BadAddress) as caught:
        read_email(cell)
    assert caught.value.id == id
    assert cell not in str(caught.value)


def test_a_slip_in_a_common_domain_is_noticed() -> None:
    assert misspelt_domain("ngozi@gmial.com") == "gmail.com"
    assert misspelt_domain("ngozi@gmail.com") == ""


@pytest.mark.parametrize(
    ("cell", "postcode", "british"),
    [
        ("e79ab", "E7 9AB", True),
        ("SW1A  1AA", "SW1A 1AA", True),
        ("BFPO 57", "BFPO 57", True),
        ("00-950", "00-950", False),
    ],
)
def test_a_british_postcode_is_written_as_on_an_envelope(cell: str, postcode: str, british: bool) -> None:
    assert read_postcode(cell) == (postcode, british)
