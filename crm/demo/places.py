"""Where the demonstration's partners are."""

ABROAD = (
    ("MA", "Oujda"), ("MA", "Agadir"), ("MA", "Marrakech"), ("MA", "Fès"),
    ("ML", "Kayes"), ("ML", "Ségou"), ("ML", "Sikasso"), ("ML", "Mopti"),
    ("PL", "Katowice"), ("PL", "Lublin"), ("PL", "Gdynia"), ("PL", "Kielce"), ("PL", "Opole"),
    ("SN", "Thiès"), ("SN", "Matam"), ("SN", "Ziguinchor"), ("SN", "Kaolack"),
    ("BF", "Koudougou"), ("BF", "Kaya"), ("BF", "Banfora"),
    ("TG", "Kpalimé"), ("TG", "Sokodé"), ("TG", "Atakpamé"),
    ("BJ", "Parakou"), ("BJ", "Abomey"), ("CM", "Bafoussam"), ("CM", "Garoua"),
    ("MG", "Antsirabe"), ("MG", "Toamasina"), ("HT", "Jacmel"), ("HT", "Les Cayes"),
    ("NE", "Zinder"), ("GN", "Kindia"), ("TN", "Gabès"), ("PS", "Jéricho"), ("VN", "Huê"),
)  # fmt: skip
COUNTRIES = (
    "MA", "MA", "ML", "ML", "PL", "PL", "PL", "SN", "SN", "SN", "BF", "BF", "TG", "TG", "BJ", "BJ",
    "CM", "MG", "HT", "NE", "GN", "TN", "PS", "VN",
)  # fmt: skip
PLACES_OF: dict[str, list[str]] = {}
for _code, _place in ABROAD:
    PLACES_OF.setdefault(_code, []).append(_place)
