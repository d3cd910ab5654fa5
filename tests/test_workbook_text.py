"""Reading text files: encodings, separators, quotation marks, and nothing taken for what it is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.errors import UnreadableFile
from crm_core.workbook.encodings import find_encoding
from crm_core.workbook.read import read_workbook
from crm_core.workbook.separators import find_separator
from crm_core.workbook.sheets import WorkbookFile

# Texts of two or three rows in the encoding they are stored in.
SAMPLES = [
    ("cp1250", "Imię;Nazwisko\nŁukasz;Zając"),
    ("cp1250", "Węgrzyn;Kraków;Wałęsa"),
    ("cp1250", "Kwota\n448,47 zł"),
    ("cp1250", "Dvořák;Plzeň;Škoda\nČapek"),
    ("cp1250", "Kovács;Győr;Tóth Ágnes"),
    ("cp852", "Imię;Nazwisko\nŁukasz;Zając;Świętokrzyska"),
    ("cp852", "Kwota\n448,47 zł"),
    ("iso8859_2", "Łukasz;Zając;Świętokrzyska"),
    ("cp1252", "Müller;Köln;Straße"),
    ("cp1252", "Hélène;François;Lefèvre"),
    ("cp1252", "José;Muñoz;Peña;Málaga"),
    ("cp1252", "João;São Paulo;Conceição"),
    ("cp1252", "Søren;Århus;Bjørn"),
    ("cp1252", "Preis\n5 €"),
    ("cp1251", "Имя;Фамилия\nИван;Петров"),
    ("cp1253", "Όνομα;Επώνυμο\nΓιώργος;Παπαδόπουλος"),
    ("cp1254", "Müşteri;Adı\nAyşe;Yıldız;İstanbul"),
    ("cp874", "ชื่อ,นามสกุล\nสมชาย,ใจดี"),
    ("cp874", "สมหญิง,รักดี,กรุงเทพฯ,ลูกค้าใหม่"),
    ("big5", "姓名,電話,地址\n王小明,0912345678,台北市中正區"),
    ("big5", "陳美玲,高雄市三民區建國路"),
    ("gb18030", "姓名,电话,地址\n张伟,13800000000,北京市朝阳区建国路"),
    ("gb18030", "欧阳娜娜,深圳市南山区科技园"),
    ("cp932", "氏名,住所\n田中太郎,東京都新宿区"),
    ("cp949", "이름,전화,주소\n김철수,서울시 강남구"),
    ("utf-8", "Zażółć;gęślą\njaźń"),
    ("utf-8-sig", "Zażółć;gęślą"),
    ("utf-16", "Zażółć;gęślą"),
    ("utf-16-le", "Name;City\nAnna;Kraków"),
    ("utf-16-be", "Name;City\nAnna;Kraków"),
]


@pytest.mark.parametrize(("encoding", "text"), SAMPLES)
def test_the_encoding_of_a_few_words_is_found(encoding: str, text: str) -> None:
    """Two or three rows are enough to read every letter right."""
    data = text.encode(encoding)
    found, mark = find_encoding(data)
    assert data[mark:].decode(found) == text


def test_utf8_with_a_few_bad_bytes_is_still_utf8() -> None:
    """Two files glued together: the bad letters are replaced and counted, the good ones stay."""
    data = ("Zażółć gęślą jaźń;1\n" * 20).encode() + b"Caf\xe9;2\n"
    found = read_workbook(data, "t.csv")
    assert found.sheets[0].cells.loc[1, 1] == "Zażółć gęślą jaźń"
    assert "1 characters could not be read as UTF-8 and stand as “\ufffd”." in found.notes


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("name;amount\nAnna;12,50\nJan;3,10\n", ";"),
        ("a\tb\n1,5\t2\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ('"x; y",b\n"1; 2",3\n', ","),
        ("Title\n\na;b\n1;2\n3;4\n", ";"),
        ("only one column\nof words\n", ","),
    ],
)
def test_the_separator_is_what_cuts_rows_evenly(text: str, separator: str) -> None:
    """Decimal commas and commas in texts do not mislead."""
    assert find_separator(text) == separator


def cells(text: str, **options: str) -> list[list[str | None]]:
    """Rows of a text file, blanks as None."""
    frame = read(text, **options).sheets[0].cells
    return [[None if value != value else value for value in row] for row in frame.values.tolist()]


def read(text: str, **options: str) -> WorkbookFile:
    """A file of that text."""
    return read_workbook(text.encode("utf-8"), "list.csv", **options)  # type: ignore[arg-type]


def test_words_that_look_like_nothing_stay() -> None:
    """NA, None, null, leading zeros and long numbers are text."""
    row = ["NA", "None", "null", "00123", "1E5", "12345678901234567890"]
    assert cells(",".join(row)) == [row]


def test_a_row_too_long_keeps_its_cells() -> None:
    """The extra cells stand in further columns, no cell moves, and it is noted."""
    text = "a,b\n1,2\n3,4,5\n6,7\n"
    assert cells(text) == [["a", "b", None], ["1", "2", None], ["3", "4", "5"], ["6", "7", None]]
    assert (
        read(text).notes[1]
        == "Row 3 has more than the usual 2 cells; the extra ones stand in further columns."
    )


def test_a_quotation_mark_that_never_closes_ends_with_its_line() -> None:
    """It swallows no rows, and it is noted."""
    text = 'id,name,city\n1,"Anna,Kraków\n2,Bob,Rome\n3,Cleo,Bonn\n'
    assert cells(text) == [
        ["id", "name", "city"],
        ["1", '"Anna', "Kraków"],
        ["2", "Bob", "Rome"],
        ["3", "Cleo", "Bonn"],
    ]
    assert read(text).notes[1] == "Row 2 has a stray quotation mark, which was read as text."


def test_a_quotation_mark_before_quoted_rows_swallows_none() -> None:
    """The next quoted cell does not close it."""
    text = 'id,name\n1,"Anna\n2,"Bob"\n3,"Cleo"\n'
    assert cells(text) == [["id", "name"], ["1", '"Anna'], ["2", "Bob"], ["3", "Cleo"]]


def test_two_stray_marks_that_pair_up_are_noted() -> None:
    """Whether two rows were joined cannot be known, so the user is told where to look."""
    text = 'id,name,city\n1,"Anna,x\n2,Bob",y\n3,Cleo,z\n'
    assert "Row 2 has a quotation mark that joins lines which look like rows" in read(text).notes[1]


def test_an_inch_sign_is_text() -> None:
    """A quotation mark inside a cell is part of it."""
    assert cells('a,b\n5" nail,2\n"6"" nail",3\n') == [["a", "b"], ['5" nail', "2"], ['6" nail', "3"]]


def test_a_cell_of_several_lines_is_one_cell() -> None:
    """Quoted line ends belong to the text; rows are counted as a spreadsheet would."""
    text = 'a,b\r\n"one\r\ntwo",2\r\n3,4\r\n'
    assert cells(text) == [["a", "b"], ["one\ntwo", "2"], ["3", "4"]]
    assert len(read(text).notes) == 1


def test_only_line_ends_end_lines() -> None:
    """Exotic separators of Unicode do not cut a row."""
    assert cells("a,b\nx\u2028y\x85z,2\n") == [["a", "b"], ["x\u2028y\x85z", "2"]]


def test_control_characters_are_removed_and_counted() -> None:
    """NUL and its kind would not survive the database."""
    found = read("a,b\n1\x00,2\x07" + "x" * 100)
    assert found.sheets[0].cells.loc[2].tolist() == ["1", "2" + "x" * 100]
    assert "2 control characters were removed." in found.notes


def test_excels_own_first_line_names_the_separator() -> None:
    """The line "sep=;" is obeyed and is no row."""
    assert cells("sep=;\na,x;b\n1;2\n") == [["a,x", "b"], ["1", "2"]]


def test_the_user_may_overrule() -> None:
    """An encoding and a separator given are taken."""
    data = "a;ą\n".encode("cp1250")
    found = read_workbook(data, "t.csv", encoding="cp1252", separator=",")
    assert found.sheets[0].cells.values.tolist() == [["a;¹"]]


def test_an_unknown_encoding_is_refused() -> None:
    """A name that means nothing is said to."""
    with pytest.raises(UnreadableFile, match="no known encoding"):
        read("a,b", encoding="klingon")


def test_guarding_apostrophes_are_taken_off() -> None:
    """Only those that stand before = + - @; others are text."""
    assert cells("'=1,'+48,'-5,'@x,'tis,''=1\n") == [["=1", "+48", "-5", "@x", "'tis", "'=1"]]


def test_the_sheet_bears_the_files_name() -> None:
    """As Excel names it."""
    assert read("a,b").sheets[0].name == "list"


@pytest.mark.slow
def test_stray_quotation_marks_without_end_are_refused() -> None:
    """A file full of them is read neither wrongly nor for ever."""
    with pytest.raises(UnreadableFile, match="stray quotation marks"):
        read("a,b\n" + '1,"x\n' * 5000)


field = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).filter(lambda text: text.strip())


@settings(max_examples=5)
@given(st.lists(st.lists(field, min_size=3, max_size=3), min_size=3, max_size=20))
def test_what_is_quoted_comes_back(rows: list[list[str]]) -> None:
    """A well-formed file gives every cell as it was written, whatever is in it."""
    plain = [[text.lstrip("'=+-@") or "x" for text in row] for row in rows]
    text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in plain)
    assert cells("\ufeff" + text, separator=",") == [[cell or None for cell in row] for row in plain]
