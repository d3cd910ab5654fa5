"""What is tried first when somebody guesses: usual passwords, and how keys lie on keyboards; figures around are cut."""

GUESSED = frozenset(
    """
    password passwort passwd passw0rd p@ssword p@ssw0rd pa$$word mypassword thepassword newpassword adminpassword
    passwordpassword passwortpasswort motdepasse contraseña contrasena senha wachtwoord haslo hasło parola salasana
    letmein letmeinnow welcome welcomeback willkommen bienvenue bienvenido benvenuto changeme changemenow change-me
    secret topsecret geheim geheimnis default standard admin administrator adminadmin root rootroot superuser manager
    managermanager regulars regularsregulars customer customers customercustomer restaurant company companycompany
    qwerty qwertyuiop qwertyui qwertyqwerty qwerty123456 qwertz qwertzuiop qwertzuiopü azerty azertyuiop asdfghjkl
    asdfghjklö asdfasdf asdfasdfasdf zxcvbnm zxcvbnmzxcvbnm yxcvbnm 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6z 1q2w3e4r5t6y
    1qaz2wsx 1qaz2wsx3edc qazwsx qazwsxedc qazwsxedcrfv zaq12wsx zaq1zaq1zaq1 q1w2e3r4t5 q1w2e3r4t5y6 abcdefgh
    abcdefghij abcdefghijk abc123456789 123456789 1234567890 12345678910 123456789a a123456789 0123456789 0987654321
    9876543210 987654321 123123123123 1231231234 1122334455 11223344556677 147258369 1472583690 123qweasd 123qweasdzxc
    iloveyou iloveyou1 iloveyoumore ichliebedich jetaime jetaimejetaime teamo sunshine sunshinesunshine princess
    football footballfootball baseball basketball superman batman spiderman starwars pokemon dragon master monkey
    shadow michael jennifer jessica charlie daniel thomas jordan hunter killer trustno trustnoone whatever nothing
    computer internet samsung google facebook linkedin microsoft windows apple iphone hello hellohello hallo
    hallohallo helloworld hello-world test testtest testtesttest testing testpassword guest guestguest demo demodemo
    summer sommer winter spring autumn herbst frühling monday montag january januar december dezember
    correcthorsebatterystaple correct-horse-battery-staple
    """.split()  # noqa: SIM905
)
