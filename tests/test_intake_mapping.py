"""Facts about which column becomes which field."""

from dataclasses import replace

import pytest
from intake_sheets import fields, reason, table

from crm_core.intake.mapping.propose import fields_of, propose, propose_as


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("Amount (€)", ["12,50", "3,00"], "amount"),
        ("IDKlienta", ["17", "18"], "customer"),
        ("Ilosc", ["2", "3"], "quantity"),
        ("จำนวน", ["2", "3"], "quantity"),
        ("จำนวนเงิน", ["200", "300"], "amount"),
        ("Phone #", ["600 100 200", "600 100 201"], "customer.phone"),
        ("CustomerEmail", ["a@x.pl", "b@x.pl"], "customer.email"),
        ("City", ["Opole", "Łódź"], "customer.city"),
        ("Adres", ["Długa 1", "Krótka 2"], "customer.address"),
        ("Fax", ["600 100 200", "600 100 201"], None),
        ("Row ID", ["1", "2"], None),
        ("Rabat", ["0,1", "0,2"], "discount"),
        ("Rabat", ["10", "20"], None),
        ("Ship Date", ["2024-01-05", "2024-01-06"], None),
        ("Ship City", ["Opole", "Łódź"], None),
        ("Order Total", ["20", "30"], None),
        ("Rabat %", ["10", "5"], "discount"),
        ("Discount", ["10%", "5 %"], "discount"),
        ("Zniżka", ["1,50", "2,00"], None),
        ("金額", ["200", "300"], "amount"),
        ("數量", ["2", "3"], "quantity"),
        ("ยอดรวม", ["200", "300"], "amount"),
        ("รวม", ["200", "300"], "amount"),
        ("Nr telefonu", ["600 100 200", "600 100 201"], "customer.phone"),
        ("Data urodzenia", ["1980-02-01", "1981-03-02"], "customer.birthday"),
        ("Kod pocztowy", ["00-950", "30-001"], "customer.postcode"),
        ("Cyfeiriad", ["Long St 1", "Long St 2"], "customer.address"),
        ("Cyfeiriad e-bost", ["a@x.pl", "b@x.pl"], "customer.email"),
        ("備註", ["x", "y"], "note"),
        ("單位", ["個", "盒"], None),
        ("Nr", ["1", "2"], None),
        ("數量 Qty", ["2", "3"], "quantity"),
        ("Cena/Price", ["2,50", "3,00"], "price"),
        ("Next Visit", ["2024-05-05", "2024-05-06"], None),
        ("Stawka VAT", ["23", "8"], None),
    ],
)
def test_a_header_among_purchases(header: str, values: list[str], field: str | None):
    """What it becomes beside an order date and a product, and what only looks tempting."""
    rows = [
        ["Order Date", "Product", "Order ID", header],
        ["2024-01-02", "Tea", "A1", values[0]],
        ["2024-01-03", "Cake", "A1", values[1]],
    ]
    proposal = propose_as(table(rows), "purchase")
    assert fields(proposal).get(header) == field


def test_poczta_is_no_address_for_mail():
    """It is the post office; the e-mail stands elsewhere."""
    rows = [
        ["Poczta", "E-mail", "Nazwa"],
        ["00-950 Warszawa", "a@x.pl", "ABC"],
        ["30-001 Kraków", "b@x.pl", "DEF"],
    ]
    proposal = propose(table(rows))
    assert fields(proposal) == {"E-mail": "email", "Nazwa": "name"}
    assert "no" in reason(proposal, "Poczta") or "not e-mail" in reason(proposal, "Poczta")


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("Telefon 1", ["600 100 200", "600 100 201"], "phone"),
        ("Telefon 2", ["600 100 200", "600 100 201"], "phone_2"),
        ("Adres 1", ["Długa 1", "Krótka 2"], "address"),
        ("Kod", ["00-950", "30-001"], "postcode"),
        ("Kod", ["K17", "K18"], "code"),
        ("客戶編號 Customer ID", ["C1", "C2"], "code"),
        ("ทะเบียนรถ", ["ก1", "ก2"], None),
        ("Stage", ["Negotiation", "Won"], None),
        ("Etap", ["rozwój", "zaangażowanie"], "stage"),
        ("Płeć", ["K", "M"], "sex"),
        ("เพศ", ["ช", "ญ"], "sex"),
        ("LINE ID", ["ann1", "bob2"], None),
        ("Last Purchase", ["2024-05-05", "2024-05-06"], None),
        ("Data urodzenia", ["5 maja", "6 maja"], "birthday"),
    ],
)
def test_a_header_among_customers(header: str, values: list[str], field: str | None):
    """What it becomes beside a name."""
    rows = [["Imię i nazwisko", header], ["Ada Nowak", values[0]], ["Bo Kos", values[1]]]
    assert fields(propose_as(table(rows), "customer")).get(header) == field


@pytest.mark.parametrize("header", ["Month", "月份", "เดือน", "Miesiąc", "Buwan", "Mis"])
def test_a_month_is_the_date_where_no_column_is(header: str):
    """Its first day is taken; beside a date it stays as it stands."""
    rows = [[header, "Customer ID", "Amount"], ["2024-01", "C1", "5.50"], ["2024-02", "C2", "6.50"]]
    assert fields(propose_as(table(rows), "purchase"))[header] == "date"
    both = [[*row, day] for row, day in zip(rows, ["Date", "2024-01-05", "2024-02-05"], strict=True)]
    assert fields(propose_as(table(both), "purchase")) == {
        "Customer ID": "customer",
        "Amount": "amount",
        "Date": "date",
    }


@pytest.mark.parametrize(("period", "field"), [((2024, 3), "date"), ((2024, None), "date"), (None, None)])
def test_days_are_dates_where_the_sheet_says_of_which_month(period: tuple | None, field: str | None):
    """5, 6 and 7 under "Data" are dates on a sheet "Marzec 2024", else nobody knows what they count."""
    made = table(
        [["Data", "Nr klienta", "Kwota"], ["5", "C1", "5,50"], ["6", "C2", "6,50"], ["27", "C1", "7,50"]]
    )
    assert fields(propose_as(replace(made, period=period), "purchase")).get("Data") == field


def test_dates_without_a_year_are_dates():
    """So that the year can be asked for."""
    rows = [["Date", "Customer ID", "Amount"], ["5 Mar", "C1", "5.50"], ["16 Apr", "C2", "6.50"]]
    assert fields(propose_as(table(rows), "purchase"))["Date"] == "date"


@pytest.mark.parametrize(
    "values",
    [
        ["Ada Nowak", "Bo Kos"],
        ["a@x.pl", "b@x.pl"],
        ["2024-01-02", "2024-01-03"],
        ["5.50", "6.50"],
        ["K", "M"],
        ["x", "y"],
    ],
)
@pytest.mark.parametrize("entity", ["customer", "order", "purchase", "interaction", "product", "colleague"])
def test_a_doubtful_column_has_no_field(entity: str, values: list[str]):
    """Under a header that nobody knows: a field at 0.5 or surer, else none; always a reason."""
    for proposed in propose_as(
        table([["Qwxyz", "Name"], *[[value, "Z"] for value in values]]), entity
    ).fields:
        assert (proposed.field is not None) == (proposed.confidence >= 0.5)
        assert proposed.reason


def test_a_sheet_without_headers_is_read_by_its_values():
    """Names, addresses, phones and the letters for sex; a bare date on a sheet of people stays open."""
    rows = [
        ["Ada Nowak", "a@x.pl", "+48 600 100 200", "K", "1980-02-03"],
        ["Bo Kos", "b@x.pl", "+48 600 100 201", "M", "1981-02-03"],
        ["Cy Lis", "c@x.pl", "+48 600 100 202", "M", "1982-02-03"],
    ]
    proposal = propose(table(rows))
    assert [field.field for field in proposal.fields] == ["name", "email", "phone", "sex", None]


def test_a_reason_names_the_language():
    """So that somebody who does not read it knows what it says."""
    proposal = propose(
        table([["Nr klienta", "Imię i nazwisko", "Telefon"], ["P1", "Ada Nowak", "600 100 200"]])
    )
    assert reason(proposal, "Nr klienta") == "“Nr klienta” means Code in Polish"


def test_values_that_contradict_a_header_leave_it_to_the_person():
    """An e-mail column without a single address is doubtful, and the best guess is named."""
    rows = [["Name", "City", "E-mail"], ["Ada", "Opole", "yes"], ["Bo", "Łódź", "no"], ["Cy", "Łódź", "no"]]
    proposal = propose(table(rows))
    doubtful = proposal.fields[2]
    assert (doubtful.field, doubtful.confidence < 0.5) == (None, True)
    assert "E-mail" in doubtful.reason


def test_values_speak_where_the_header_does_not():
    """Addresses and phones are known by their looks."""
    rows = [
        ["Name", "Col1", "Col2"],
        ["Ada Nowak", "a@x.pl", "+48 600 100 200"],
        ["Bo Kos", "b@x.pl", "+48 600 100 201"],
    ]
    assert fields(propose(table(rows))) == {"Name": "name", "Col1": "email", "Col2": "phone"}


def test_a_field_is_given_once():
    """The first of two equal headers takes it, the other one stays and says why."""
    proposal = propose(table([["Name", "City", "Town"], ["Ada", "Opole", "Opole"], ["Bo", "Łódź", "Łódź"]]))
    assert fields(proposal) == {"Name": "name", "City": "city"}
    assert "City" in reason(proposal, "Town")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("姓", "名", ("family_name", "given_name")),
        ("ชื่อ", "นามสกุล", ("given_name", "family_name")),
        ("Imię", "Nazwisko", ("given_name", "family_name")),
        ("Vorname", "Nachname", ("given_name", "family_name")),
        ("Prénom", "Nom", ("given_name", "family_name")),
        ("Enw Cyntaf", "Cyfenw", ("given_name", "family_name")),
        ("Unang Pangalan", "Apelyido", ("given_name", "family_name")),
    ],
)
def test_names_in_two_columns(left: str, right: str, expected: tuple[str, str]):
    """Given and family name, whichever comes first."""
    proposal = propose(table([[left, right, "Email"], ["A", "B", "a@x.pl"], ["C", "D", "b@x.pl"]]))
    assert (fields(proposal)[left], fields(proposal)[right]) == expected


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["Ada Nowak", "Bo Kos"], "customer.name"),
        (["C0017", "C0018"], "customer"),
        (["a@x.pl", "b@x.pl"], "customer.email"),
    ],
)
def test_a_column_customer_is_what_its_values_are(values: list[str], field: str):
    """Names, codes or addresses."""
    rows = [
        ["Customer", "Date", "Amount"],
        [values[0], "2024-01-02", "5.50"],
        [values[1], "2024-01-03", "6.50"],
    ]
    assert fields(propose(table(rows)))["Customer"] == field


@pytest.mark.parametrize(
    ("plain", "other"),
    [
        ("Email", "Work Email"),
        ("Category", "Sub-Category"),
        ("Address", "Billing Address"),
        ("地址", "公司地址"),
    ],
)
def test_the_plain_header_comes_first(plain: str, other: str):
    """A header that says more is not the one that is meant, wherever it stands."""
    values = {"Email": "a@x.pl"}.get(plain, "aaa")
    rows = [
        ["Name", "Product", "Quantity", "Order ID", other, plain],
        ["Ada Nowak", "Tea", "2", "A1", values, values],
    ]
    assert plain in fields(propose_as(table(rows), "purchase"))
    assert other not in fields(propose_as(table(rows), "purchase"))


def test_a_misspelt_header_is_understood():
    """One letter off is near enough to act on."""
    assert (
        fields(propose(table([["Nmae", "Adress", "Telefone"], ["Ada", "Long St 1", "+48 600 100 200"]])))[
            "Adress"
        ]
        == "address"
    )


def test_every_target_has_a_label():
    """What a header may be mapped to on a sheet of purchases: its own fields and the customer's."""
    targets = dict(fields_of("purchase"))
    assert targets["amount"] == "Amount"
    assert targets["customer.city"] == "Customer: City"
    assert "customer" in targets and "customer.code" not in targets
    assert "customer.city" not in dict(fields_of("customer"))
