"""Facts about which column becomes which field."""

import pytest
from intake_sheets import fields, reason, table

from crm_core.intake.mapping import fields_of, propose, propose_as


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
        ("Rabat", ["0,1", "0,2"], None),
        ("Ship Date", ["2024-01-05", "2024-01-06"], None),
        ("Ship City", ["Opole", "Łódź"], None),
        ("Order Total", ["20", "30"], None),
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
