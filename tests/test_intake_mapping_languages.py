"""Facts about whole header rows in many languages: customers, purchases, orders and contacts as companies head them.

A row is written `header=field | header=field`; `header=` is kept as it stands.
"""

import re

import pytest
from intake_sheets import table

from crm_core.intake.mapping.propose import propose

# Four rows of values by field, as they may stand under its header in any language.
VALUES = {
    "code": ["C-001", "C-002", "C-003", "C-004"],
    "name": ["Ada Nowak", "Bo Kos", "Cy Lis", "Di Maj"],
    "given_name": ["Ada", "Bo", "Cy", "Di"],
    "family_name": ["Nowak", "Kos", "Lis", "Maj"],
    "salutation": ["Ms", "Mr", "Mr", "Ms"],
    "email": ["a@x.org", "b@x.org", "c@x.org", "d@x.org"],
    "phone": ["+48 600 100 200", "+48 600 100 201", "+48 600 100 202", "+48 600 100 203"],
    "birthday": ["1980-02-01", "1991-12-24", "1975-05-30", "2001-07-07"],
    "since": ["2020-02-01", "2021-12-24", "2019-05-30", "2022-07-07"],
    "sex": ["F", "M", "M", "F"],
    "postcode": ["00-950", "30-001", "80-100", "50-200"],
    "number": ["Z/100", "Z/100", "Z/101", "Z/102"],
    "date": ["2024-01-15", "2024-02-20", "2024-03-25", "2024-04-30"],
    "time": ["10:30", "11:45", "14:00", "09:15"],
    "product_code": ["P1", "P2", "P3", "P4"],
    "product": ["Green tea", "Cake", "Coffee", "Juice"],
    "quantity": ["2", "1", "3", "5"],
    "price": ["12.50", "8.00", "9.90", "4.25"],
    "amount": ["25.00", "8.00", "29.70", "21.25"],
    "total": ["25.00", "8.00", "29.70", "21.25"],
    "discount": ["10%", "0%", "5%", "12%"],
    "status": ["paid", "open", "paid", "cancelled"],
    "type": ["call", "visit", "call", "message"],
    "channel": ["phone", "shop", "phone", "e-mail"],
    "outcome": ["no answer", "reached", "bought", "call again"],
    "may_call": ["yes", "no", "yes", "no"],
    "may_email": ["yes", "no", "yes", "no"],
    "do_not_contact": ["no", "no", "yes", "no"],
}
KEPT = {"單位": ["個", "盒", "個", "瓶"]}
WORDS = ["aaa", "bbb", "ccc", "ddd"]


def values_of(field: str, entity: str) -> list[str]:
    if field == "number" and entity == "order":
        return ["Z/100", "Z/101", "Z/102", "Z/103"]
    name = {"customer": "code", "phone_2": "phone", "": "counter"}.get(field, field.rpartition(".")[2])
    return {**VALUES, "counter": ["1", "2", "3", "4"]}.get(name, WORDS)


def columns_of(row: str) -> list[tuple[str, str]]:
    pairs = (one.strip().rpartition("=") for one in row.split("|"))
    return [(header.replace("\\n", "\n"), field) for header, _, field in pairs]


def rows_of(text: str) -> list[tuple[str, str]]:
    """(language, row) of each "[language]" and the lines behind it."""
    parts = re.split(r"^\[(.+)\]$", text, flags=re.MULTILINE)[1:]
    return [
        (code, " ".join(row.split("\n")).strip()) for code, row in zip(parts[::2], parts[1::2], strict=True)
    ]


CUSTOMERS = rows_of(r"""
[en]
Customer No.=code | Title=salutation | First Name=given_name | Surname=family_name | E-mail Address=email |
Mobile Phone=phone | Home Phone=phone_2 | Date of Birth=birthday | Gender=sex | Street Address=address |
Town=city | Post Code=postcode | Country=country | Newsletter=may_email | Remarks=note
[en]
S/N= | MEMBER ID=code | FULL NAME=name | Company Name=company | Job Title=job_title | Tel.\n(mobile)=phone |
Email (work)=email | City/Town=city | State/Province=region | Customer Since=since | Account Manager=owner |
Customer Type=tags | How did you hear about us?=source | Comments=note
[zh-Hant]
序號= | 會員編號=code | 中文姓名=name | 稱謂=salutation | 性別=sex | 出生年月日=birthday | 行動電話=phone |
住家電話=phone_2 | 電子信箱=email | 郵遞區號=postcode | 縣市=city | 通訊地址=address | 入會日期=since |
會員等級=tags | 備註=note
[zh-Hant]
客戶代號=code | 客戶名稱=name | 公司名稱=company | 職稱=job_title | 聯絡電話（手機）=phone | E-mail=email |
傳真= | 統一編號= | 地址=address | 國家=country | 負責業務=owner | 客戶來源=source |
是否訂閱電子報=may_email | 建檔日期=since | 備 註=note
[zh-Hans]
序号= | 会员卡号=code | 姓名=name | 性别=sex | 出生日期=birthday | 手机号=phone | 固定电话=phone_2 |
电子邮箱=email | 省份=region | 所在城市=city | 详细地址=address | 邮编=postcode | 注册时间=since |
会员等级=tags | 备注=note
[zh-Hans]
客户编号=code | 客户名称=name | 联系人= | 职务=job_title | 单位=company | 手机号码=phone | 邮箱=email |
微信号= | 地区=region | 地址=address | 客户来源=source | 客户经理=owner | 创建日期=since | 客户类型=tags |
备注信息=note
[th]
ลำดับ= | รหัสลูกค้า=code | คำนำหน้า=salutation | ชื่อ=given_name | นามสกุล=family_name |
ชื่อเล่น=preferred_name | เพศ=sex | วันเกิด=birthday | เบอร์มือถือ=phone | อีเมล์=email | ที่อยู่=address |
อำเภอ=city | จังหวัด=region | รหัสไปรษณีย์=postcode | หมายเหตุ=note
[th]
รหัสสมาชิก=code | ชื่อ-นามสกุล=name | บริษัท=company | ตำแหน่ง=job_title | เบอร์โทรศัพท์ (มือถือ)=phone |
โทรศัพท์บ้าน=phone_2 | E-mail=email | ประเทศ=country | วันที่สมัคร=since | ระดับสมาชิก=tags | ผู้ดูแล=owner |
รู้จักเราจาก=source | รับข่าวสาร=may_email | อายุ= | บันทึก=note
[pl]
Lp.= | Nr klienta=code | NAZWISKO I IMIE=name | Płeć=sex | Data urodzenia=birthday | Telefon 1=phone |
Telefon 2=phone_2 | Adres e-mail=email | Ulica i nr domu=address | Kod pocztowy=postcode | Miejscowość=city |
Województwo=region | Kraj=country | Zgoda na newsletter=may_email | Uwagi=note
[pl]
ID=code | Imię=given_name | Nazwisko=family_name | Firma=company | NIP= | Stanowisko=job_title |
Tel. komórkowy=phone | E-mail=email | Poczta= | Kod=postcode | Miasto=city | Opiekun klienta=owner |
Klient od=since | Grupa=tags | Źródło=source | Zgoda na kontakt telefoniczny=may_call | Notatki=note
[tl]
Blg.= | Numero ng Kliyente=code | Unang Pangalan=given_name | Apelyido=family_name | Palayaw=preferred_name |
Kasarian=sex | Petsa ng Kapanganakan=birthday | Numero ng Selpon=phone | Email=email | Tirahan=address |
Lungsod=city | Lalawigan=region | Bansa=country | Petsa ng Pagsali=since | Mga Tala=note
[tl]
Kodigo ng Kostumer=code | BUONG PANGALAN=name | Kumpanya=company | Trabaho=job_title | CP No.=phone |
Telepono sa Bahay=phone_2 | E-mail Address=email | Kaarawan=birthday | Edad= | Bayan=city | Probinsya=region |
Zip Code=postcode | Ahente=owner | Paano Kami Nakilala=source | Puna=note
[cy]
Rhif Cwsmer=code | Teitl=salutation | Enw Cyntaf=given_name | Cyfenw=family_name | Rhyw=sex |
Dyddiad Geni=birthday | Ffôn Symudol=phone | Ffôn Cartref=phone_2 | Cyfeiriad E-bost=email |
Cyfeiriad=address | Tref=city | Sir=region | Cod Post=postcode | Gwlad=country | Nodiadau=note
[cy]
Rhif Aelod=code | ENW LLAWN=name | Cwmni=company | Swydd=job_title | Rhif Ffon=phone | Ebost=email |
Iaith=language | Dinas=city | Côd Post=postcode | Cwsmer Ers=since | Oedran= | Ffynhonnell=source |
Cylchlythyr=may_email | Grŵp=tags | Sylwadau=note
""")
PURCHASES = rows_of(r"""
[en]
Order No=number | Order Date=date | Customer ID=customer | Customer Name=customer.name | SKU=product_code |
Product=product | Category=category | Qty=quantity | Unit Price (£)=price | Discount %=discount |
Line Total (£)=amount | Sales Channel=channel | Order Status=status | Sold By=owner
[en]
Invoice\nNumber=number | DATE=date | TIME=time | Client=customer | Item Code=product_code |
Item Description=product | Units= quantity | Rate=price | Net Amount=amount | VAT= | Ship Date= | Store= |
Cashier=owner | Notes=note
[zh-Hant]
訂單編號=number | 訂購日期=date | 會員編號=customer | 會員姓名=customer.name | 商品編號=product_code |
商品名稱=product | 商品分類=category | 數量=quantity | 單價=price | 折扣= | 小計=amount | 訂單狀態=status |
銷售通路=channel | 備註=note
[zh-Hant]
單號=number | 日期=date | 時間=time | 客戶=customer | 品號=product_code | 品名=product | 規格= | 單位= |
數量(個)=quantity | 單價(NT$)=price | 金額(NT$)=amount | 稅額= | 業務員=owner | 備考=note
[zh-Hans]
订单号=number | 下单时间=date | 会员卡号=customer | 买家姓名=customer.name | 商品编码=product_code |
商品名称=product | 商品分类=category | 购买数量=quantity | 单价（元）=price | 运费= | 实付金额（元）=amount |
订单状态=status | 渠道=channel | 备注=note
[zh-Hans]
流水号=number | 销售日期=date | 客户编号=customer | 客户名称=customer.name | 货号=product_code |
品名=product | 规格型号= | 数量=quantity | 售价=price | 折扣率=discount | 金额=amount | 毛利= | 销售员=owner |
状态=status
[th]
เลขที่ใบเสร็จ=number | วันที่=date | เวลา=time | รหัสลูกค้า=customer | ชื่อลูกค้า=customer.name |
รหัสสินค้า=product_code | ชื่อสินค้า=product | หมวดหมู่=category | จำนวน=quantity | ราคาต่อหน่วย=price |
ส่วนลด (%)=discount | จำนวนเงิน=amount | สถานะ=status | พนักงานขาย=owner
[th]
ลำดับ= | เลขที่คำสั่งซื้อ=number | วันที่สั่งซื้อ=date | ลูกค้า=customer | รายการสินค้า=product |
ประเภทสินค้า=category | จำนวน (ชิ้น)=quantity | ราคา (บาท)=price | รวมเป็นเงิน (บาท)=amount | ค่าจัดส่ง= |
ช่องทางการขาย=channel | สถานะการชำระเงิน=status | หมายเหตุ=note
[pl]
Lp.= | Nr zamówienia=number | Data zamówienia=date | Nr klienta=customer | Klient=customer.name |
Kod towaru=product_code | Nazwa towaru=product | Ilość [szt.]=quantity | Cena jedn. netto=price |
Rabat [%]=discount | Wartość brutto (zł)=amount | Status=status | Kanał sprzedaży=channel | Handlowiec=owner
[pl]
NR FAKTURY=number | DATA SPRZEDAZY=date | GODZINA=time | ID KLIENTA=customer | INDEKS=product_code |
TOWAR=product | GRUPA TOWAROWA=category | ILOSC=quantity | CENA=price | KWOTA=amount | VAT= |
TERMIN PLATNOSCI= | SPRZEDAWCA=owner | UWAGI=note
[tl]
Numero ng Resibo=number | Petsa ng Pagbili=date | Oras=time | Numero ng Kliyente=customer |
Pangalan ng Kliyente=customer.name | Kodigo ng Produkto=product_code | Pangalan ng Produkto=product |
Kategorya=category | Dami=quantity | Presyo (₱)=price | Kabuuang Halaga (₱)=amount | Katayuan=status |
Tindera=owner | Puna=note
[tl]
Numero ng Order=number | Petsa=date | Suki=customer | Produkto=product | Uri ng Produkto=category |
Bilang=quantity | Presyo Bawat Isa=price | Halaga=amount | Buwis= | Bayad sa Padala= | Petsa ng Padala= |
Paraan ng Pagbili=channel | Nagbenta=owner | Mga Tala=note
[cy]
Rhif Archeb=number | Dyddiad Archeb=date | Rhif Cwsmer=customer | Enw'r Cwsmer=customer.name |
Cod Cynnyrch=product_code | Cynnyrch=product | Categori=category | Nifer=quantity | Pris Uned (£)=price |
Gostyngiad (%)=discount | Cyfanswm (£)=amount | Statws=status | Sianel=channel | Nodiadau=note
[cy]
Rhif Anfoneb=number | Dyddiad=date | Amser=time | Cwsmer=customer | Eitem=product | Math= category |
Nifer yr Eitemau=quantity | Pris=price | Swm=amount | TAW= | Cost Cludo= | Dyddiad Anfon= |
Gwerthwyd Gan=owner | Sylwadau=note
""")
ORDERS = rows_of(r"""
[en]
Order ID=number | Order Date=date | Customer ID=customer | Customer Name=customer.name |
Customer Email=customer.email | Grand Total=total | Order Status=status | Payment Method= | Shipping Cost= |
Sales Rep=owner | Remarks=note
[zh-Hant]
訂單編號=number | 訂單日期=date | 客戶編號=customer | 客戶姓名=customer.name | 聯絡電話=customer.phone |
訂單總額=total | 運費= | 付款方式= | 訂單狀態=status | 業務員=owner | 備註=note
[zh-Hans]
订单编号=number | 订单日期=date | 客户编号=customer | 客户姓名=customer.name | 联系电话=customer.phone |
订单总额=total | 运费= | 支付方式= | 订单状态=status | 业务员=owner | 备注=note
[th]
เลขที่ใบสั่งซื้อ=number | วันที่สั่งซื้อ=date | รหัสลูกค้า=customer | ชื่อลูกค้า=customer.name |
เบอร์โทร=customer.phone | ยอดรวม=total | ค่าส่ง= | วิธีชำระเงิน= | สถานะ=status | พนักงานขาย=owner |
หมายเหตุ=note
[pl]
Nr zamówienia=number | Data zamówienia=date | Nr klienta=customer | Imię i nazwisko=customer.name |
Telefon=customer.phone | Wartość zamówienia=total | Koszt wysyłki= | Forma płatności= |
Status zamówienia=status | Sprzedawca=owner | Uwagi=note
[tl]
Numero ng Order=number | Petsa ng Order=date | Numero ng Kliyente=customer |
Pangalan ng Kliyente=customer.name | Telepono=customer.phone | Kabuuan=total | Bayad sa Padala= |
Paraan ng Bayad= | Katayuan=status | Ahente=owner | Puna=note
[cy]
Rhif Archeb=number | Dyddiad yr Archeb=date | Rhif Cwsmer=customer | Enw'r Cwsmer=customer.name |
Ffôn=customer.phone | Cyfanswm yr Archeb=total | Cost Cludo= | Dull Talu= | Statws=status | Gwerthwr=owner |
Nodiadau=note
""")
CONTACTS = rows_of(r"""
[en]
Call Date=date | Time=time | Customer ID=customer | Customer Name=customer.name | Phone=customer.phone |
Contact Type=type | Contact Method=channel | Call Result=outcome | Reason for Refusal=reason |
Called By=owner | Next Action= | What Was Said=note
[en]
ROW= | DATE OF CONTACT=date | CLIENT=customer | E-MAIL=customer.email | COMPANY=customer.company |
ACTIVITY TYPE=type | VIA=channel | OUTCOME=outcome | HANDLED BY=owner | DURATION (MIN)= | COMMENTS=note
[zh-Hant]
聯絡日期=date | 聯絡時間=time | 客戶編號=customer | 客戶姓名=customer.name | 聯絡電話=customer.phone |
聯絡方式=channel | 聯絡類型=type | 聯絡結果=outcome | 未購買原因=reason | 聯絡人員=owner | 下次聯絡日期= |
談話內容=note
[zh-Hant]
序號= | 拜訪日期=date | 客戶=customer | 公司名稱=customer.company | 電子郵件=customer.email | 類型=type |
管道=channel | 結果=outcome | 業務員=owner | 通話時長= | 備註=note
[zh-Hans]
联系日期=date | 时间=time | 客户编号=customer | 客户姓名=customer.name | 手机号=customer.phone |
联系方式=channel | 跟进类型=type | 联系结果=outcome | 拒绝原因=reason | 跟进人=owner | 下次跟进时间= |
沟通内容=note
[zh-Hans]
序号= | 拜访日期=date | 客户=customer | 公司名称=customer.company | 邮箱=customer.email | 类型=type |
渠道=channel | 结果=outcome | 业务员=owner | 通话时长= | 备注=note
[th]
วันที่ติดต่อ=date | เวลา=time | รหัสลูกค้า=customer | ชื่อลูกค้า=customer.name | เบอร์โทร=customer.phone |
ประเภทการติดต่อ=type | ช่องทางการติดต่อ=channel | ผลการติดต่อ=outcome | เหตุผลที่ไม่ซื้อ=reason |
ผู้โทร=owner | วันที่นัดครั้งต่อไป= | รายละเอียด=note
[th]
ลำดับ= | วันที่โทร=date | ลูกค้า=customer | อีเมล=customer.email | บริษัท=customer.company | กิจกรรม=type |
ช่องทาง=channel | ผลลัพธ์=outcome | พนักงาน=owner | ระยะเวลา (นาที)= | หมายเหตุ=note
[pl]
Data kontaktu=date | Godzina=time | Nr klienta=customer | Imię i nazwisko=customer.name |
Nr telefonu=customer.phone | Rodzaj kontaktu=type | Kanał kontaktu=channel | Wynik rozmowy=outcome |
Powód odmowy=reason | Kto dzwonił=owner | Data następnego kontaktu= | Przebieg rozmowy=note
[pl]
LP= | DATA=date | KLIENT=customer | ADRES E-MAIL=customer.email | FIRMA=customer.company | TYP=type |
SPOSOB KONTAKTU=channel | REZULTAT=outcome | PRACOWNIK=owner | CZAS TRWANIA [MIN]= | UWAGI=note
[tl]
Petsa ng Tawag=date | Oras ng Tawag=time | Numero ng Kliyente=customer | Pangalan ng Kliyente=customer.name |
Telepono=customer.phone | Uri ng Kontak=type | Paraan ng Kontak=channel | Resulta ng Tawag=outcome |
Bakit Hindi=reason | Tumawag=owner | Petsa ng Susunod na Tawag= | Detalye=note
[tl]
Blg= | PETSA=date | KLIYENTE=customer | EMAIL NG KLIYENTE=customer.email | KUMPANYA=customer.company |
URI=type | PARAAN=channel | RESULTA=outcome | KAWANI=owner | TAGAL (MINUTO)= | MGA TALA=note
[cy]
Dyddiad Galwad=date | Amser yr Alwad=time | Rhif Cwsmer=customer | Enw'r Cwsmer=customer.name |
Rhif Ffôn=customer.phone | Math o Gyswllt=type | Dull Cysylltu=channel | Canlyniad=outcome | Pam Ddim=reason |
Galwyd Gan=owner | Dyddiad Nesaf= | Manylion=note
[cy]
RHES= | DYDDIAD=date | CWSMER=customer | E-BOST=customer.email | CWMNI=customer.company | MATH=type |
SIANEL=channel | YMATEB=outcome | STAFF=owner | HYD (MUNUDAU)= | NODIADAU=note
""")
BY_ENTITY = {"customer": CUSTOMERS, "purchase": PURCHASES, "order": ORDERS, "interaction": CONTACTS}
CASES = [
    pytest.param(entity, row, id=f"{entity}-{code}-{n}")
    for entity, rows in BY_ENTITY.items()
    for n, (code, row) in enumerate(rows)
]


@pytest.mark.parametrize(("entity", "row"), CASES)
def test_a_row_of_headers_is_mapped_right(entity: str, row: str):
    """Each column to its field, counters and look-alikes left alone, and the sheet known for what it is."""
    columns = [(header, field.strip()) for header, field in columns_of(row)]
    assert len(columns) >= 10
    cells = zip(*(KEPT.get(header) or values_of(field, entity) for header, field in columns), strict=True)
    proposal = propose(table([[header for header, _ in columns], *map(list, cells)]))
    said = {field.header: (field.field or "") for field in proposal.fields}
    wanted = {" ".join(header.split()): field for header, field in columns}
    got = {" ".join(header.split()): field for header, field in said.items()}
    assert {
        header: (got.get(header), field) for header, field in wanted.items() if got.get(header) != field
    } == {}
    assert (proposal.entity, proposal.on) == (entity, True)
