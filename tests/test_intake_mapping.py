"""Facts about what sheets are taken for, and which column becomes which field."""

from pathlib import Path

import pandas as pd
import pytest

from crm_core.intake import lexicon
from crm_core.intake.mapping import SheetProposal, fields_of, propose, propose_as, propose_workbook
from crm_core.intake.tables import Table, find_table
from crm_core.model.registry import ENTITIES
from crm_core.workbook.read import read_workbook
from crm_core.workbook.sheets import Sheet

CORE = ("en", "zh-Hant", "zh-Hans", "th", "pl", "tl", "cy")


def table(rows: list[list[str | None]], name: str = "Sheet1", hidden: bool = False) -> Table:
    width = max(map(len, rows))
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    cells = pd.DataFrame(padded, index=range(1, len(rows) + 1), columns=range(1, width + 1)).astype("str")
    made = find_table(Sheet(name, cells, hidden, dict.fromkeys(range(1, width + 1), "text"), ()))
    assert made is not None
    return made


def fields(proposal: SheetProposal) -> dict[str, str]:
    return {field.header: field.field for field in proposal.fields if field.field}


def reason(proposal: SheetProposal, header: str) -> str:
    return next(field.reason for field in proposal.fields if field.header == header)


def workbook(path: Path) -> dict[str, SheetProposal]:
    tables = [
        made for sheet in read_workbook(path, path.name).sheets if (made := find_table(sheet)) is not None
    ]
    return {one.sheet: proposal for one, proposal in zip(tables, propose_workbook(tables), strict=True)}


# The dictionaries ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CORE)
@pytest.mark.parametrize("entity", ["customer", "order", "purchase", "interaction"])
def test_each_language_has_thirty_headers_an_entity(code: str, entity: str):
    """At least 30 for customers, orders, purchases and contacts."""
    known = lexicon.languages()[code]["headers"]
    spelt = {
        lexicon.key(one)
        for part in lexicon.SECTIONS[entity]
        for names in known[part].values()
        for one in names
    }
    assert len(spelt) >= 30


@pytest.mark.parametrize("code", CORE)
def test_each_language_has_thirty_value_words(code: str):
    """Sex, yes and no, status, types and outcomes of contacts."""
    lists = lexicon.languages()[code]["values"]
    assert {"sex", "yesno", "status", "type", "channel", "outcome"} <= lists.keys()
    assert sum(len(words) for topic in lists.values() for words in topic.values()) >= 30


@pytest.mark.parametrize("code", sorted(lexicon.languages()))
def test_a_dictionary_names_only_fields_that_exist(code: str):
    """Every header leads to a declared field, every value word to a declared choice."""
    for section, known in lexicon.languages()[code]["headers"].items():
        for field in known:
            owner, _, name = field.rpartition(".")
            entities = (
                [owner]
                if owner
                else {"pointer": ["order"], "sale": ["order", "purchase"]}.get(section, [section])
            )
            assert all(ENTITIES[entity].has(name) for entity in entities), (section, field)


@pytest.mark.parametrize("code", sorted(lexicon.languages()))
def test_value_words_lead_to_declared_choices(code: str):
    """A word for a status that nobody declared would be lost."""
    declared = {
        field.name: field.choices for entity in ENTITIES.values() for field in entity.fields if field.choices
    }
    for topic, words in lexicon.languages()[code]["values"].items():
        allowed = (
            ("yes", "no")
            if topic == "yesno"
            else ENTITIES["interaction"].field(topic).choices
            if topic in ("type", "channel", "outcome")
            else declared[topic]
        )
        assert set(words) <= set(allowed), topic


def test_a_month_is_the_same_month_in_every_language():
    """ "mar" may be March in two languages, never March in one and May in another."""
    meant: dict[str, set[int]] = {}
    for content in lexicon.languages().values():
        for number, spelt in enumerate(content["months"], 1):
            for word in spelt:
                meant.setdefault(lexicon.key(word), set()).add(number)
    assert {word: numbers for word, numbers in meant.items() if len(numbers) > 1} == {}


@pytest.mark.parametrize(
    "header",
    [
        "Customer ID",
        "CustomerId",
        "customer_id",
        "CUSTOMER ID",
        "customer.id",
        "Customer-ID",
        "ＣＵＳＴＯＭＥＲ　ＩＤ",
        " customer id: ",
    ],
)
def test_the_spelling_of_a_header_does_not_matter(header: str):
    """Case, blanks, signs, camelCase and full-width letters agree."""
    assert lexicon.key(header) == "customerid"


# Single headers --------------------------------------------------------------------------------------------------


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


# Whole sheets ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        ["日期", "客戶編號", "品名", "數量", "單價", "金額"],
        ["日期", "客户编号", "商品名称", "数量", "单价", "金额"],
        ["วันที่", "รหัสลูกค้า", "สินค้า", "จำนวน", "ราคา", "จำนวนเงิน"],
        ["Data sprzedaży", "Nr klienta", "Towar", "Ilość", "Cena", "Wartość"],
        ["Petsa", "Numero ng Kliyente", "Produkto", "Dami", "Presyo", "Halaga"],
        ["Dyddiad", "Rhif Cwsmer", "Cynnyrch", "Nifer", "Pris", "Swm"],
        ["Datum", "Kundennummer", "Artikel", "Menge", "Preis", "Betrag"],
        ["Date", "N° client", "Produit", "Quantité", "Prix", "Montant"],
        ["Fecha", "Número de cliente", "Producto", "Cantidad", "Precio", "Importe"],
    ],
)
def test_purchases_in_ten_languages(header: list[str]):
    """Date, customer, product, quantity, price, amount."""
    proposal = propose(
        table(
            [
                header,
                ["2024-01-02", "C1", "Tea", "2", "5.50", "11.00"],
                ["2024-01-03", "C2", "Cake", "1", "4.50", "4.50"],
            ]
        )
    )
    assert (proposal.entity, proposal.on) == ("purchase", True)
    assert list(fields(proposal).values()) == ["date", "customer", "product", "quantity", "price", "amount"]


def test_a_contact_log_is_known():
    """Who, when and how it went."""
    rows = [["Klient", "Data rozmowy", "Wynik", "Notatka"], ["Ada Nowak", "02.03.2024", "nie odbiera", "x"]]
    proposal = propose(table(rows))
    assert (proposal.entity, proposal.on) == ("interaction", True)


def test_a_hidden_sheet_is_off():
    """It is recognised, and the reason says why it stays out."""
    proposal = propose(table([["Name", "Email", "City"], ["Ada", "a@x.pl", "Opole"]], hidden=True))
    assert (proposal.entity, proposal.on) == ("customer", False)
    assert "hidden" in proposal.why


def test_nobody_knows_a_sheet_of_riddles():
    """No entity, off, and a sentence."""
    proposal = propose(table([["foo", "bar"], ["x", "y"]]))
    assert (proposal.entity, proposal.on, fields(proposal)) == (None, False, {})
    assert proposal.why


def test_codes_of_another_sheet_point_to_its_customers():
    """A header that says nothing, over values that are the other sheet's codes."""
    people = table(
        [["Code", "Name", "City"], *[[f"K-{n:03}", f"Ada {chr(65 + n)}", "Opole"] for n in range(9)]],
        "Customers",
    )
    sales = table(
        [["Xyz", "Date", "Amount"], *[[f"K-{n:03}", "2024-01-02", "5.50"] for n in range(9)]], "Sales"
    )
    first, second = propose_workbook([people, sales])
    assert first.entity == "customer"
    assert fields(second)["Xyz"] == "customer"
    assert fields(propose(sales, [people]))["Xyz"] == "customer"


def test_small_numbers_are_no_codes_of_another_sheet():
    """1, 2 and 3 stand under everything."""
    people = table(
        [["Id", "Name", "City"], *[[str(n), f"Ada {chr(65 + n)}", "Opole"] for n in range(1, 9)]], "Customers"
    )
    sales = table(
        [["Xyz", "Date", "Amount"], *[[str(n), "2024-01-02", "5.50"] for n in range(1, 9)]], "Sales"
    )
    assert fields(propose_workbook([people, sales])[1]).get("Xyz") != "customer"


# Real workbooks --------------------------------------------------------------------------------------------------


def test_chinook(shared_data: Path):
    """Customers and invoices with their customers, days and totals."""
    found = workbook(shared_data / "workbooks" / "chinook_customers_invoices.xlsx")
    assert {name: (one.entity, one.on) for name, one in found.items()} == {
        "Customer": ("customer", True),
        "Invoice": ("order", True),
    }
    assert fields(found["Invoice"]) == {
        "InvoiceId": "number",
        "CustomerId": "customer",
        "InvoiceDate": "date",
        "Total": "total",
    }
    mapped = fields(found["Customer"])
    assert (mapped["FirstName"], mapped["LastName"], mapped["SupportRepId"]) == (
        "given_name",
        "family_name",
        "owner",
    )
    assert "Fax" not in mapped


def test_superstore(shared_data: Path):
    """A flat sheet makes its customers; returns and people are off."""
    found = workbook(shared_data / "workbooks" / "Sample - Superstore.xls")
    assert {name: one.on for name, one in found.items()} == {
        "Orders": True,
        "Returns": False,
        "People": False,
    }
    assert found["Orders"].entity == "purchase"
    mapped = fields(found["Orders"])
    wanted = {
        "Order ID": "number",
        "Order Date": "date",
        "Customer ID": "customer",
        "Customer Name": "customer.name",
        "City": "customer.city",
        "Product ID": "product_code",
        "Product Name": "product",
        "Sales": "amount",
        "Quantity": "quantity",
    }
    assert wanted.items() <= mapped.items()
    assert not {"Row ID", "Ship Date", "Discount", "Profit"} & mapped.keys()


def test_pl_garden(shared_data: Path):
    """Customers, heads, lines and products are on, the other sheets off."""
    found = workbook(shared_data / "languages" / "pl_garden.xlsx")
    assert {name: one.entity for name, one in found.items() if one.on} == {
        "klienci": "customer",
        "zamowienia": "order",
        "szczegoly_zamowienia": "purchase",
        "produkty": "product",
    }
    assert found["pracownicy"].entity == "colleague"
    assert all(one.why for one in found.values())


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("languages/pl_PL_klienci_cp1250.csv", "customer"),
        ("languages/pl_PL_sprzedaz_cp1250.csv", "purchase"),
        ("languages/th_customers_template.csv", "customer"),
        ("purchases/cdnow_sample.csv", "purchase"),
        ("purchases/online_retail_II_small_countries.xlsx", "purchase"),
        ("duplicates/febrl1.csv", "customer"),
        ("messy/readxl_deaths.xlsx", "customer"),
        ("workbooks/maven_sales_pipeline.csv", "purchase"),
        ("workbooks/maven_products.csv", "product"),
    ],
)
def test_real_files_are_what_they_are(shared_data: Path, name: str, entity: str):
    """Every sheet of the file, switched on."""
    assert {(one.entity, one.on) for one in workbook(shared_data / name).values()} == {(entity, True)}


@pytest.mark.parametrize(
    "name",
    [
        "messy/readxl_type-me.xlsx",
        "messy/sheetjs_sheet_visibility.xlsx",
        "messy/messytables_excel_pasting.csv",
        "messy/MANIFEST.csv",
        "messy/messytables_utf-16le_encoded.csv",
        "workbooks/maven_sales_teams.csv",
        "workbooks/maven_data_dictionary.csv",
    ],
)
def test_files_without_customers_stay_off(shared_data: Path, name: str):
    """Nothing is taken in by mistake."""
    assert not any(one.on for one in workbook(shared_data / name).values())
