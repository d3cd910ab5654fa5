"""How often letters outside ASCII occur in languages, to tell old encodings apart.

Each entry is an encoding and its languages; a language is its letters, the most frequent first.
"""

WESTERN = {
    "de": "üäößé",
    "fr": "éèàêçôîùâûëïœæ",
    "es": "óáíéñúü¿¡",
    "pt": "ãçáéíóõêâúàô",
    "it": "àèìòùé",
    "nl": "ëéïèöüó",
    "nordic": "äåöøæéü",
    "is": "íáóðéúöþæý",
    "mixed": "éöüäáóíèñçåøà",
}
CENTRAL = {
    "pl": "łóąęśżćńź",
    "cs": "íáěéřščžýůúťňďó",
    "sk": "áíéčýžšľúťôňäóďĺŕ",
    "hu": "áéóöőíüúű",
    "hr": "čćšžđ",
    "ro": "ăîşâţ",
}
TURKISH = {"tr": "ıişğüçöâ"}
BALTIC = {"lt": "ėšųįąžūęč", "lv": "āīēšņļūģžčķ", "et": "äõüöšž"}
CYRILLIC = {
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфё",
    "uk": "оаинівретслкдмупязьбгчйхїжцшюєщфґ",
    "bg": "аоиетнрсвлдкпмзъгубчяцщйшжхюьф",
}
GREEK = {"el": "αοιετσνρπκμυληςάόίωέγδήχφύβθώξζψϊϋΐΰ"}
THAI = {"th": "านร่กอเงวม้ยลสตทีดัิปแะคบหนไพ์ู็ุึขโจชืใถธำผศซฟภณญฉษๆฐฎฯฝฬฮฏฆฌฤ"}
HEBREW = {"he": "יוהלארתבשמנדקכעחפטגצסזםןךףץ"}
ARABIC = {"ar": "اليمنروتبةدسكعفقحهجشصخضطزأثغذىءظئإآؤ"}

# On a tie the earlier one wins.
SINGLE_BYTE: dict[str, dict[str, str]] = {
    "cp1252": WESTERN,
    "cp1250": CENTRAL,
    "iso8859_2": CENTRAL,
    "cp852": CENTRAL,
    "cp850": WESTERN,
    "mac_roman": WESTERN,
    "cp1251": CYRILLIC,
    "koi8_r": CYRILLIC,
    "cp866": CYRILLIC,
    "cp1253": GREEK,
    "cp1254": TURKISH,
    "cp1257": BALTIC,
    "cp1255": HEBREW,
    "cp1256": ARABIC,
    "cp874": THAI,
}

# How much rarer than the others these are in files of today (natural logarithm).
RARITY = {
    "mac_roman": -8.0,
    "cp850": -5.0,
    "cp866": -4.0,
    "koi8_r": -4.0,
    "iso8859_2": -3.0,
    "cp1257": -3.0,
    "cp852": -2.0,
}

SIMPLIFIED = (
    "的一是不了人我在有他这为之大来以个中上们王李张刘陈杨赵黄周吴市路号"
    "区省县客户名称电话地址姓生日期金额备注北京上海广州深圳先女士公司"
)
TRADITIONAL = (
    "的一是不了人我在有他這為之大來以個中上們王李張劉陳楊趙黃周吳市路號"
    "區縣段客戶名稱電話地址姓生日期金額備註台臺北高雄新竹先女士公司林蔡"
)
JAPANESE = (
    "のにはをたがでてとしれさんいるすかなもあこらりくうっまだよきみつやけおせそどち"
    "えわろめほねひふじばぎごずべげぶゆむ日本人大年東京都県市区田山中村様株式会社ー"
)
KOREAN = (
    "이다는가을의에고하지사기로도인대자은리한해시를나서어아정"
    "수스라구부전일장그있상김박최주소전화고객생월원군동호성영"
)

# Encoding → its frequent characters and the first bytes (low, high) of its everyday rows.
MULTI_BYTE: dict[str, tuple[str, int, int]] = {
    "gb18030": (SIMPLIFIED, 0xB0, 0xD7),
    "big5": (TRADITIONAL, 0xA4, 0xC6),
    "cp932": (JAPANESE, 0x82, 0x97),
    "cp949": (KOREAN, 0xB0, 0xC8),
}

LABELS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "ascii": "plain ASCII",
    "cp932": "Shift-JIS",
    "cp949": "Korean (Windows-949)",
    "cp874": "Thai (Windows-874)",
    "cp852": "DOS 852",
    "cp850": "DOS 850",
    "cp866": "DOS 866",
    "iso8859_2": "ISO 8859-2",
    "koi8_r": "KOI8-R",
    "mac_roman": "Mac Roman",
    "big5": "Big5",
    "gb18030": "GB18030",
}
