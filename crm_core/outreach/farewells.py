"""How to say that e-mails end, in the customer's language: below each e-mail, and on the page behind its link.

`footer`: before the link; `write`: where there is no link, with {address} and {subject}; `ask`, `button`, `done`,
`before`: the question of the page, its button, and what it says afterwards and the second time.
"""

from dataclasses import dataclass

from crm_core.outreach.languages import TEAM, language_code


@dataclass(frozen=True)
class Farewell:
    """The words of one language; `code` as a page names it."""

    code: str
    footer: str
    write: str
    ask: str
    button: str
    done: str
    before: str


_SAID = (
    Farewell(
        "en", "No more e-mails like this:", "write to {address} with the subject “{subject}”",
        "Do you want no more e-mails from us?", "No more e-mails",
        "You will get no more e-mails from us.", "You get no more e-mails from us; that was noted before.",
    ),
    Farewell(
        "de", "Keine solchen E-Mails mehr:", "schreiben Sie an {address} mit dem Betreff „{subject}“",
        "Möchten Sie keine E-Mails mehr von uns?", "Keine E-Mails mehr",
        "Sie bekommen keine E-Mails mehr von uns.",
        "Sie bekommen keine E-Mails mehr von uns; das war schon vermerkt.",
    ),
    Farewell(
        "fr", "Ne plus recevoir ces e-mails :", "écrivez à {address} avec pour objet « {subject} »",
        "Voulez-vous ne plus recevoir d’e-mails de notre part ?", "Plus d’e-mails",
        "Vous ne recevrez plus d’e-mails de notre part.",
        "Vous ne recevez plus d’e-mails de notre part ; c’était déjà noté.",
    ),
    Farewell(
        "es", "No recibir más correos como este:", "escriba a {address} con el asunto «{subject}»",
        "¿No quiere recibir más correos nuestros?", "No más correos",
        "No recibirá más correos nuestros.", "Ya no recibe correos nuestros; estaba anotado.",
    ),
    Farewell(
        "it", "Non ricevere più e-mail come questa:", "scriva a {address} con l’oggetto «{subject}»",
        "Non vuole più ricevere e-mail da noi?", "Niente più e-mail",
        "Non riceverà più e-mail da noi.", "Non riceve più e-mail da noi; era già annotato.",
    ),
    Farewell(
        "pt", "Não receber mais e-mails como este:", "escreva para {address} com o assunto “{subject}”",
        "Não quer receber mais e-mails nossos?", "Não receber mais e-mails",
        "Não receberá mais e-mails nossos.", "Já não recebe e-mails nossos; isso já estava anotado.",
    ),
    Farewell(
        "nl", "Geen e-mails zoals deze meer:", "schrijf naar {address} met als onderwerp “{subject}”",
        "Wilt u geen e-mails meer van ons?", "Geen e-mails meer",
        "U krijgt geen e-mails meer van ons.", "U krijgt geen e-mails meer van ons; dat was al genoteerd.",
    ),
    Farewell(
        "pl", "Rezygnacja z takich wiadomości:", "proszę napisać na {address} z tematem „{subject}”",
        "Czy nie chcą Państwo więcej otrzymywać od nas e-maili?", "Nie chcę więcej e-maili",
        "Nie będziemy już wysyłać Państwu e-maili.", "Nie wysyłamy już Państwu e-maili; było to już zapisane.",
    ),
    Farewell(
        "cs", "Takové e-maily už nechci:", "napište na {address} s předmětem „{subject}“",
        "Nechcete už od nás dostávat e-maily?", "Žádné další e-maily",
        "Už od nás nebudete dostávat e-maily.", "E-maily od nás už nedostáváte; bylo to už zapsáno.",
    ),
    Farewell(
        "sv", "Inga fler sådana e-postmeddelanden:", "skriv till {address} med ämnet ”{subject}”",
        "Vill du inte ha fler e-postmeddelanden från oss?", "Ingen mer e-post",
        "Du får ingen mer e-post från oss.", "Du får ingen e-post från oss; det var redan noterat.",
    ),
    Farewell(
        "da", "Ikke flere e-mails som denne:", "skriv til {address} med emnet “{subject}”",
        "Vil du ikke have flere e-mails fra os?", "Ikke flere e-mails",
        "Du får ikke flere e-mails fra os.", "Du får ikke flere e-mails fra os; det var allerede noteret.",
    ),
    Farewell(
        "tr", "Bu tür e-postaları artık istemiyorum:", "{address} adresine “{subject}” konusuyla yazın",
        "Bizden artık e-posta almak istemiyor musunuz?", "Artık e-posta istemiyorum",
        "Bizden artık e-posta almayacaksınız.", "Bizden artık e-posta almıyorsunuz; bu daha önce kaydedilmişti.",
    ),
    Farewell(
        "uk", "Більше не отримувати таких листів:", "напишіть на {address} з темою «{subject}»",
        "Бажаєте більше не отримувати наших листів?", "Більше не надсилати листів",
        "Ви більше не отримуватимете наших листів.", "Ви вже не отримуєте наших листів; це було записано раніше.",
    ),
    Farewell(
        "ru", "Больше не получать таких писем:", "напишите на {address} с темой «{subject}»",
        "Вы хотите больше не получать наших писем?", "Больше не присылать писем",
        "Вы больше не будете получать наших писем.", "Вы уже не получаете наших писем; это было записано раньше.",
    ),
    Farewell(
        "ja", "今後このようなメールを希望されない場合：",
        "件名を「{subject}」として {address} までメールをお送りください",
        "当店からのメールの配信を停止しますか？", "配信を停止する",
        "今後、当店からメールをお送りすることはありません。", "すでに配信を停止しております。",
    ),
    Farewell(
        "ko", "이런 이메일을 더 받지 않으려면:", "제목을 “{subject}”(으)로 하여 {address} 주소로 보내 주세요",
        "저희 이메일을 더 이상 받지 않으시겠습니까?", "더 이상 받지 않기",
        "앞으로 저희 이메일을 받지 않으십니다.", "이미 저희 이메일을 받지 않고 계십니다.",
    ),
    Farewell(
        "zh", "不再接收此类邮件：", "请发送主题为“{subject}”的邮件至 {address}",
        "您不想再收到我们的邮件吗？", "不再接收邮件",
        "您不会再收到我们的邮件。", "您已不再接收我们的邮件，此前已记录。",
    ),
)  # fmt: skip
FAREWELLS = {one.code: one for one in _SAID}


def farewell(language: str | None) -> Farewell:
    """The words in the language by any of its names; in the team's where it is unknown, or nobody gave it."""
    return FAREWELLS.get(language_code(language) or TEAM, FAREWELLS[TEAM])
