"""Facts about what sheets are taken for."""

from pathlib import Path

import pytest
from intake_sheets import fields, table, workbook

from crm_core.intake.mapping.propose import propose, propose_workbook


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
        "Discount": "discount",
    }
    assert wanted.items() <= mapped.items()
    assert not {"Row ID", "Ship Date", "Profit"} & mapped.keys()


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


def test_a_list_of_nothing_but_names():
    """A sheet called customers that has a name a row is taken for what it says."""
    (made,) = propose_workbook(
        [table([["Imię i nazwisko"], ["Anna Ode"], ["Ben Kay"], ["Cyd Lee"]], "Klienci")]
    )
    assert (made.entity, made.on, fields(made)) == ("customer", True, {"Imię i nazwisko": "name"})


def test_single_words_beside_a_given_name_are_family_names():
    """Vorname and Name make the whole name."""
    (made,) = propose_workbook(
        [table([["Vorname", "Name", "E-Mail"], ["Anna", "Ode", "a@x.com"], ["Ben", "Kay", "b@x.com"]])]
    )
    assert fields(made) == {"Vorname": "given_name", "Name": "family_name", "E-Mail": "email"}


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Cancelled", ("yes", "no")),
        ("Returned?", ("Y", "N")),
        ("storniert", ("ja", "nein")),
        ("Type", ("refund", "sale")),
    ],
)
def test_what_says_that_a_line_was_called_off_is_the_status(header: str, cells: tuple[str, str]):
    """A column of ticks under such a header, or of such words under another, is the status."""
    rows = [["Order No", "Customer ID", "Date", "Product", "Amount", header]]
    rows += [[str(n), f"C{n}", f"2025-01-0{n}", "Tea", "2.50", cells[n % 2]] for n in range(1, 7)]
    (made,) = propose_workbook([table(rows)])
    assert fields(made)[header] == "status"
