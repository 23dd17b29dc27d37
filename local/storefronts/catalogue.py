"""Invented goods, buyers and places that both simulated platforms sell to and from."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """A tax at one rate; `rate` is a fraction, `reduced` marks the rate for books."""

    title: str
    rate: Decimal
    reduced: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """An address without the person."""

    street: str
    city: str
    province: str | None
    province_code: str | None
    postcode: str


@dataclass(frozen=True, slots=True)
class Region:
    """Where buyers live: what tax they pay, whether prices show it, and in which currency they look."""

    code: str
    country: str
    currency: str
    taxes_included: bool
    rates: tuple[Rate, ...]
    places: tuple[Place, ...]
    phone: str

    def rates_for(self, book: bool) -> tuple[Rate, ...]:
        """The rates on one product: the reduced one for books where there is one."""
        reduced = tuple(rate for rate in self.rates if rate.reduced)
        return reduced if book and reduced else tuple(rate for rate in self.rates if not rate.reduced)


@dataclass(frozen=True, slots=True)
class Product:
    """What is sold. `price` is in euro, with tax where the buyer's region shows prices with tax."""

    id: int
    variant_id: int
    title: str
    variant: str | None
    sku: str | None
    price: Decimal
    book: bool = False
    gift_card: bool = False
    ships: bool = True
    grams: int = 250

    @property
    def name(self) -> str:
        """Title and variant, as order lines show them."""
        return f"{self.title} - {self.variant}" if self.variant else self.title


@dataclass(frozen=True, slots=True)
class Person:
    """A buyer; all of them are invented and live at example.com."""

    id: int
    first_name: str
    last_name: str
    email: str
    company: str | None = None


def _rates(*pairs: tuple[str, str]) -> tuple[Rate, ...]:
    return tuple(Rate(title, Decimal(rate)) for title, rate in pairs)


REGIONS = {
    "DE": Region(
        "DE",
        "Germany",
        "EUR",
        True,
        (Rate("MwSt 19%", Decimal("0.19")), Rate("MwSt 7%", Decimal("0.07"), reduced=True)),
        (
            Place("Lindenweg 4", "Kassel", None, None, "34117"),
            Place("Ährenstraße 12b", "Köln", None, None, "50667"),
        ),
        "+49 561 000100",
    ),
    "FR": Region(
        "FR",
        "France",
        "EUR",
        True,
        (Rate("TVA 20%", Decimal("0.20")), Rate("TVA 5.5%", Decimal("0.055"), reduced=True)),
        (Place("8 rue des Écoles", "Orléans", None, None, "45000"),),
        "+33 2 00 00 01 00",
    ),
    "GB": Region(
        "GB",
        "United Kingdom",
        "GBP",
        True,
        _rates(("VAT", "0.20")),
        (Place("Flat 2, 9 Mill Lane", "Bath", "England", "ENG", "BA1 1AA"),),
        "+44 1225 000100",
    ),
    "US": Region(
        "US",
        "United States",
        "USD",
        False,
        _rates(("Colorado State Tax", "0.029"), ("Denver County Tax", "0.0481"), ("RTD Tax", "0.011")),
        (Place("1420 Aspen Court", "Denver", "Colorado", "CO", "80202"),),
        "+1 303 555 0100",
    ),
    "CA": Region(
        "CA",
        "Canada",
        "CAD",
        False,
        _rates(("GST", "0.05"), ("PST", "0.07")),
        (Place("77 Harbour Road", "Victoria", "British Columbia", "BC", "V8V 1A1"),),
        "+1 250 555 0100",
    ),
    "JP": Region(
        "JP",
        "Japan",
        "JPY",
        True,
        _rates(("消費税", "0.10")),
        (Place("桜町 3-2-1", "金沢市", "石川県", "JP-17", "920-0000"),),
        "+81 76 000 0100",
    ),
}
"""Rates are realistic in size and number; they are not tax advice."""

PRODUCTS = (
    Product(7001, 7101, "Linen Apron", "Blue / M", "APRON-BL-M", Decimal("39.90")),
    Product(7001, 7102, "Linen Apron", "Sand / L", "APRON-SA-L", Decimal("42.00")),
    Product(7002, 7201, "Copper Kettle", None, "KETTLE-CU", Decimal("129.00"), grams=1400),
    Product(7003, 7301, "Café Cup “Été” & Saucer", None, "CUP-ETE", Decimal("12.95"), grams=380),
    Product(7004, 7401, "The Bread Book <2nd ed.>", None, "BOOK-BREAD-2", Decimal("24.50"), book=True),
    Product(7005, 7501, "Beeswax Wrap", "3 sheets", "WRAP-3", Decimal("9.99"), grams=90),
    Product(
        7006, 7601, "Sourdough Course (video)", None, "COURSE-SD", Decimal("59.00"), ships=False, grams=0
    ),
    Product(7007, 7701, "Gift card", "25", "GIFT-25", Decimal("25.00"), gift_card=True, ships=False, grams=0),
    Product(7008, 7801, "Cherry Wood Spoon, hand-carved", None, None, Decimal("17.33"), grams=60),
    Product(7009, 7901, "Proofing Basket", "Ø 25 cm", "BASKET-25", Decimal("21.45"), grams=320),
)

PEOPLE = (
    Person(9001, "Zoë", "O'Brien", "zoe.obrien@example.com"),
    Person(9002, "Łukasz", "Żak", "lukasz.zak@example.com"),
    Person(9003, "María José", "Núñez de la Vega", "mj.nunez@example.com", "Panadería Núñez & Hijos S.L."),
    Person(9004, "花子", "山本", "hanako.yamamoto@example.com"),
    Person(9005, "Sam", "Okoro", "sam.okoro@example.com"),
    Person(9006, "Ingrid", "Björk", "ingrid.bjork@example.com", "Björk Bakeries AB"),
    Person(9007, "Prince", "", "prince@example.com"),
    Person(9008, "Amélie", "Lefèvre", "amelie.lefevre@example.com"),
)

EXCHANGE = {
    "EUR": Decimal(1),
    "USD": Decimal("1.0837"),
    "GBP": Decimal("0.8419"),
    "CAD": Decimal("1.4752"),
    "JPY": Decimal("162.31"),
    "PLN": Decimal("4.3127"),
    "CHF": Decimal("0.9411"),
}
"""One euro in each currency; fixed, so that generated orders are repeatable."""
