"""Small lists of usual given and family names of several cultures; a person made of them exists by chance only."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Culture:
    """How people of one language are named and addressed.

    Names are "native|latin" where the script is not Latin. `titles`: for a woman and a man, with {given} and {family}.
    `short`: what some are called by their given name. `chosen`: names that a woman or a man chose for use abroad.
    """

    language: str
    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]
    titles: tuple[str, str] = ("Ms {family}", "Mr {family}")
    short: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    family_first: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CULTURES: dict[str, Culture] = {
    "english": Culture(
        "English",
        _words("Alice Amelia Beth Charlotte Chloe Daisy Eleanor Emma Freya Grace Hannah Holly Imogen Isla "
               "Jessica Kate Lucy Megan Molly Nora Olivia Poppy Rachel Rosie Ruth Sophie Tess Victoria "
               "Willa Zoe"),
        _words("Adam Alfie Arthur Ben Callum Charlie Daniel Edward Ethan Finn George Harry Henry Isaac Jack "
               "James Joe Leo Louis Max Nathan Oliver Oscar Patrick Robin Sam Theo Thomas Toby William"),
        _words("Abbott Atkins Bailey Barker Bennett Bishop Booth Brooks Burton Carter Chambers Clarke Cole "
               "Cooper Dawson Dixon Elliott Fisher Fletcher Foster Gibson Grant Green Harper Harvey Hughes "
               "Hunt Jenkins Kemp Knight Lawson Marsh Mason Miller Moore Morgan Newton Owen Palmer Parker "
               "Pearce Porter Quinn Reed Reynolds Rhodes Shaw Sharp Spencer Stone Turner Wade Walsh Ward "
               "Watts Webb Wells West Woods York"),
        short={
            "Charlotte": "Lottie", "Eleanor": "Nell", "Megan": "Meg", "Victoria": "Vicky", "Amelia": "Millie",
            "Imogen": "Immy", "Jessica": "Jess", "Edward": "Ted", "Thomas": "Tom", "William": "Will", "Oliver": "Olly",
            "Nathan": "Nat", "Daniel": "Dan", "Patrick": "Paddy", "Henry": "Harry", "James": "Jim",
        },
    ),
    "german": Culture(
        "German",
        _words("Anja Anna Antje Birgit Clara Elke Franziska Greta Hanna Heike Ines Johanna Katrin Lena "
               "Marlene Nele Petra Sabine Silke Ute"),
        _words("Andreas Bernd Dirk Emil Felix Florian Günter Hannes Jan Jens Jonas Jürgen Klaus Lars Lukas "
               "Matthias Moritz Stefan Tobias Uwe"),
        _words("Albrecht Bauer Becker Brandt Busch Dietrich Fuchs Hartmann Hoffmann Huber Jäger Keller "
               "Köhler Krüger Lang Lorenz Maier Möller Neumann Otto Richter Schäfer Schreiber Schulte "
               "Seidel Sommer Vogel Wagner Weiß Zimmer"),
        ("Frau {family}", "Herr {family}"),
    ),
    "french": Culture(
        "French",
        _words("Adèle Agathe Aurélie Camille Céline Chloé Élise Hélène Inès Jeanne Julie Léa Louise Manon "
               "Margaux Noémie Océane Pauline Sylvie Zoé"),
        _words("Antoine Aurélien Bastien Benoît Clément Émile Étienne François Gaspard Guillaume Hugo "
               "Jérôme Julien Laurent Mathieu Nicolas Olivier Rémi Théo Yves"),
        _words("Arnaud Aubert Bernard Blanc Bonnet Boyer Chevalier Colin David Dupont Durand Faure Fontaine "
               "Gauthier Girard Lambert Leclerc Lefèvre Marchand Mercier Moreau Noël Perrin Renaud Rousseau "
               "Roux Thomas Vidal"),
        ("Madame {family}", "Monsieur {family}"),
    ),
    "spanish": Culture(
        "Spanish",
        _words("Alba Ana Beatriz Carmen Claudia Elena Inés Irene Laura Lucía Marina Marta Noelia Nuria "
               "Paula Pilar Rocío Sara Sofía Teresa"),
        _words("Alejandro Álvaro Andrés Carlos Diego Fernando Gonzalo Hugo Iván Javier Joaquín José Luis "
               "Manuel Mateo Miguel Pablo Rafael Sergio Tomás"),
        _words("Aguilar Álvarez Blanco Cabrera Castro Delgado Díaz Domínguez Fernández Fuentes García Gómez "
               "Herrera Ibáñez López Marín Méndez Molina Morales Muñoz Navarro Núñez Ortega Peña Ramírez "
               "Reyes Romero Ruiz Serrano Vega"),
        ("Señora {family}", "Señor {family}"),
    ),
    "italian": Culture(
        "Italian",
        _words("Alessia Bianca Chiara Elisa Federica Francesca Giada Giulia Ilaria Lucia Martina Paola "
               "Silvia Valentina Viola"),
        _words("Alessandro Davide Dario Enrico Fabio Giacomo Leonardo Lorenzo Luca Marco Matteo Nicolò "
               "Paolo Pietro Stefano"),
        _words("Amato Barbieri Bianchi Bruno Caruso Conti Costa Esposito Ferrari Fontana Galli "
               "Greco Leone Lombardi Mancini Marino Moretti Parisi Ricci Rinaldi Rizzo Serra Testa Villa"),
        ("Signora {family}", "Signor {family}"),
    ),
    "polish": Culture(
        "Polish",
        _words("Agnieszka Alicja Barbara Dorota Ewa Grażyna Hanna Iwona Joanna Kasia Łucja Małgorzata "
               "Natalia Ola Zofia"),
        _words("Adam Bartek Grzegorz Jakub Janusz Krzysztof Łukasz Marcin Michał Paweł Piotr Rafał "
               "Stanisław Tomasz Wojciech"),
        _words("Baran Bąk Cieślak Dąbek Duda Głowacz Gołąb Kaczmarek Kołodziej Kowal Kozioł Krawczyk Lis "
               "Łuczak Mazur Michalak Nowak Pająk Pawlak Sikora Stępień Szewczyk Urban Walczak Wieczorek "
               "Wójcik Wrona Zając Zięba Żak"),
        ("Pani {given}", "Pan {given}"),
    ),
    "nordic": Culture(
        "Swedish",
        _words("Astrid Ebba Elin Freja Ingrid Karin Linnéa Maja Saga Signe Sigrid Siri Sunniva Tuva Åsa"),
        _words("Anders Axel Björn Erik Gustav Henrik Johan Kalle Lars Magnus Mikkel Nils Oskar Søren "
               "Torsten"),
        _words("Andersson Berg Bergström Dahl Ekström Forsberg Hansen Holm Jensen Johansen Lind Lindqvist "
               "Lund Nilsen Nyström Olsen Rasmussen Sandberg Solberg Svensson Sørensen Wikström Åberg Öberg"),
    ),
    "chinese": Culture(
        "Chinese",
        _words("怡君|Yi-Chun 淑芬|Shu-Fen 雅婷|Ya-Ting 美玲|Mei-Ling 佳穎|Chia-Ying 欣怡|Hsin-Yi "
               "詩涵|Shih-Han 曉雯|Hsiao-Wen 筱涵|Hsiao-Han 思妤|Szu-Yu 宜蓁|I-Chen 郁婷|Yu-Ting"),
        _words("志明|Chih-Ming 俊傑|Chun-Chieh 家豪|Chia-Hao 冠宇|Kuan-Yu 宗翰|Tsung-Han 承恩|Cheng-En "
               "建宏|Chien-Hung 柏翰|Po-Han 信宏|Hsin-Hung 彥廷|Yen-Ting 子軒|Tzu-Hsuan 明哲|Ming-Che"),
        _words("王|Wang 李|Li 張|Chang 劉|Liu 陳|Chen 楊|Yang 黃|Huang 吳|Wu 林|Lin 許|Hsu 郭|Kuo 蔡|Tsai "
               "鄭|Cheng 謝|Hsieh 曾|Tseng 洪|Hung 邱|Chiu 廖|Liao 賴|Lai 周|Chou 葉|Yeh 蘇|Su 江|Chiang "
               "何|Ho"),
        ("{family}小姐", "{family}先生"),
        chosen=(_words("Ivy Joyce Vivian Peggy Mandy"), _words("Kevin Jason Eric Vincent Leo")),
        family_first=True,
    ),
    "indian": Culture(
        "Hindi",
        _words("Aarti Ananya Deepa Divya Isha Kavya Lakshmi Meera Neha Nisha Priya Rekha Shreya Sunita Tara"),
        _words("Aditya Amit Anand Arjun Dev Gaurav Karan Manish Nikhil Rahul Ravi Rohan Sanjay Vikram Vivek"),
        _words("Agarwal Bhatt Chandra Das Desai Ghosh Gupta Iyer Jain Joshi Kapoor Kumar Malhotra Mehta "
               "Menon Mishra Nair Patel Pillai Rao Reddy Shah Sharma Varma"),
    ),
    "arabic": Culture(
        "Arabic",
        _words("Amal Amina Dalia Farah Hana Huda Layla Maryam Nadia Noor Rania Salma Samira Yasmin Zahra"),
        _words("Ahmed Ali Bilal Faisal Hamza Hassan Ibrahim Karim Khalid Mahmoud Nabil Omar Rashid Tariq "
               "Yusuf"),
        _words("Abbas Aziz Darwish Farouk Haddad Hakim Hamdan Issa Khalil Khoury Mansour Najjar Nasser "
               "Qasim Rahman Saleh Shaheen Tawfik Yassin Zaki"),
    ),
    "west african": Culture(
        "English",
        _words("Abena Adaeze Ama Amara Chioma Efua Esi Folake Ifeoma Kemi Nana Ngozi Yaa Yewande Zainab"),
        _words("Ade Babajide Chidi Emeka Femi Ikenna Kofi Kojo Kwame Obinna Segun Sola Tunde Uche Yaw"),
        _words("Abiola Adeyemi Agyeman Appiah Asante Boateng Danso Eze Mensah Nwosu Obi Ofori Okafor Okoye "
               "Oladipo Owusu Quaye Sarpong Tetteh Uzoma"),
    ),
    "thai": Culture(
        "Thai",
        _words("สุดา|Suda มาลี|Malee นภา|Napa อรุณี|Arunee กานดา|Kanda พิมพ์|Pim วรรณา|Wanna ศิริ|Siri"),
        _words("สมชาย|Somchai วิชัย|Wichai ธนา|Thana อนันต์|Anan กิตติ|Kitti ณรงค์|Narong ประเสริฐ|Prasert "
               "สุริยา|Suriya"),
        _words("แสงทอง|Saengthong ใจดี|Jaidee วงศ์ไทย|Wongthai บุญมี|Boonmee สุขใจ|Sukjai ทองดี|Thongdee "
               "ศรีสุข|Srisuk รักไทย|Rakthai พงษ์ดี|Pongdee มั่นคง|Mankong"),
        ("คุณ{given}", "คุณ{given}"),
    ),
}  # fmt: skip

# Companies that nobody could mistake for real ones.
FIRMS = (
    "Moonbutter Architects", "Paper Whale Studio", "Nine Teapots Law", "Left Sock Logistics",
    "Owl & Nobody Accountants", "Cloudhopper Dental", "Two Snails Software", "Pebblewick Print",
    "Imaginary Bridge Engineers", "Tin Moth Theatre", "Quiet Hippo Insurance", "Marmalade Moon School",
    "Umbrella Fish Estate Agents", "Seven Sofas Design", "Otherwhere Travel", "Hedgehog Radio",
    "Upside Down Yoga", "Nowhere Street Clinic", "Glass Pony Marketing", "Sleepy Fox Library",
    "Buttonhole Films", "Cardboard Castle Nursery", "Dandelion Rocket Lab", "Half Past Bakery",
)  # fmt: skip
FIRM_KINDS = ("", " (north office)", " (south office)", " (head office)")
POSITIONS = ("Office manager", "Assistant", "Team lead", "Events", "Reception", "Owner")
STREETS = (
    "Marigold Lane", "Teapot Row", "Saucer Street", "Old Clock Square", "Weathercock Hill", "Lantern Steps",
    "Ginger Cat Yard", "Harbour Bell Road", "Seven Oaks Mews", "Tulip Passage", "Kite Meadow", "Bookbinder Court",
)  # fmt: skip
