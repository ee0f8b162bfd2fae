"""The demo story as a table: who bought when, what, and how they paid.

Days are days before today. A payment is told per instalment as days after its due
date (``PAID`` on time, ``None`` never), or as a list of parts ``(days, share)``, or
``(days, share, charges)`` where the banks kept ``charges`` of the wire.
"""

from dataclasses import dataclass, field

#: The people of the demo data, one per role.
LOGINS = (
    "sales",
    "sales2",
    "credit",
    "lead",
    "director",
    "intern",
    "claims",
    "quality",
)
PAID = -1
CHARGES = 28.0


@dataclass(frozen=True)
class Deal:
    """One order: ``amount`` in its own currency, ``paid`` per instalment (the last
    one counts for all that follow), ``credited`` the share credited afterwards."""

    ago: int
    amount: float
    paid: tuple = (PAID,)
    credited: float = 0.0
    kind: str = "order"


@dataclass(frozen=True)
class Customer:
    """A customer in one company, its terms and its deals, the oldest first."""

    key: str
    terms: str
    incoterm: str
    mix: str
    deals: tuple
    currency: str = "USD"
    company: str = "main"
    drafts: tuple = ()

    @property
    def invoiced_after(self):
        """Days from order to invoice: goods are invoiced when they ship."""
        return 0 if self.terms == "cash" else SHIPPED_AFTER


@dataclass(frozen=True)
class Draft:
    """A quotation that is not confirmed yet."""

    ago: int
    amount: float
    state: str = "sent"
    kind: str = "order"


@dataclass(frozen=True)
class Talk:
    """What was said: ``who`` is ``in`` (they wrote), ``out`` (we did) or ``call``."""

    key: str
    ago: int
    who: str
    text: str


@dataclass(frozen=True)
class Lead:
    """An inquiry or opportunity; ``stage`` is an external id of ``crm``."""

    key: str
    name: str
    ago: int
    revenue: float
    stage: str = "crm.stage_lead1"


@dataclass(frozen=True)
class Expected:
    """What the figures must come to when all is loaded (see ``_check_story``)."""

    tiers: dict = field(default_factory=dict)
    held: frozenset = frozenset()
    free: frozenset = frozenset()
    refused: frozenset = frozenset()
    settled: frozenset = frozenset()


SHIPPED_AFTER = 10
# Shares of an order's amount by product.
MIXES = {
    "office": {"panel": 0.8, "driver": 0.2},
    "road": {"street": 0.6, "solar": 0.4},
    "retail": {"bulb": 0.45, "tube": 0.55},
    "factory": {"highbay": 0.6, "flood": 0.4},
}
# Units of the currency per US dollar: mean, swing. Europe's book is in euro.
RATES = {"USD": (1.0, 0.0), "EUR": (0.92, 0.03), "GBP": (0.79, 0.02), "CNY": (7.2, 0.1)}


def every(step, first, last, amount, growth=0.0, paid=(PAID,)):
    """Return deals every ``step`` days from about ``first`` to ``last`` days ago.

    The amount grows by ``growth`` of the first one a deal. Not quite regular and not
    quite equal, the same each time; the latest deal is exactly ``last`` days ago.

    >>> [(d.ago, round(d.amount)) for d in every(30, 100, 40, 1000, 0.1)]
    [(103, 900), (69, 1155), (40, 1140)]
    """
    agos = range(last, first + 1, step)
    return tuple(
        Deal(
            ago + back * 37 % 11 - 5 if back else ago,
            amount * (1 + growth * i) * (0.9 + 0.05 * (i * 3 % 5)),
            paid,
        )
        for i, (back, ago) in enumerate(reversed(list(enumerate(agos))))
    )


ONE_PART_SHORT = ([(2, 1.0, CHARGES)],)
HALVES = ([(-4, 0.5), (3, 0.5)],)

CUSTOMERS = (
    # A: big, monthly, punctual, for more than two years; buys in euro
    Customer(
        "nordlicht",
        "30_70",
        "FOB",
        "office",
        every(31, 880, 12, 41000, 0.005, (1, 2)),
        currency="EUR",
        drafts=(Draft(4, 46500),),
    ),
    # A: the Gulf, every six weeks
    Customer(
        "gulf",
        "net30",
        "CIF",
        "road",
        every(45, 850, 20, 42000, 0.01, (3,)),
        drafts=(Draft(6, 88000), Draft(2, 12400, "draft")),
    ),
    # B: growing fast
    Customer(
        "mekong",
        "30_70",
        "CIF",
        "retail",
        every(62, 760, 15, 9000, 0.22, (0, 4)),
        drafts=(Draft(9, 41000),),
    ),
    # Bank charges are missing from each wire: within the tolerance, so on time
    Customer(
        "sakura",
        "net30",
        "FOB",
        "factory",
        every(75, 800, 30, 21000, 0.01, ONE_PART_SHORT),
        drafts=(Draft(3, 28500),),
    ),
    # The latest delivery arrived five weeks ago
    Customer(
        "kilimani",
        "30_70",
        "CIF",
        "road",
        (*every(80, 820, 125, 15500, 0.02, (0, 3)), Deal(45, 19800, (0, PAID))),
    ),
    # Held last year, released with a reason, punctual since
    Customer(
        "andes",
        "30_70",
        "CFR",
        "factory",
        (
            *every(75, 780, 400, 17000, 0.02, (0, 2)),
            Deal(330, 24500, (15, 20)),
            *every(70, 250, 40, 19000, 0.03, (0, 1)),
        ),
        drafts=(Draft(11, 22300),),
    ),
    # C: three small orders, cash in advance
    Customer(
        "lagos",
        "cash",
        "FOB",
        "retail",
        (Deal(500, 9200), Deal(345, 4900), Deal(150, 3100)),
    ),
    # Silent for more than three months after two years of regular orders
    Customer(
        "casaluz", "net30", "CFR", "retail", every(70, 700, 128, 16000, 0.0, (2,))
    ),
    # Late, on time, late: no two in a row
    Customer(
        "deccan",
        "net30",
        "FOB",
        "factory",
        (
            *every(65, 560, 330, 12500, 0.02, (2,)),
            Deal(235, 14100, (19,)),
            Deal(160, 13300, (1,)),
            Deal(95, 15200, (24,)),
        ),
    ),
    # A batch with broken diffusers: part of it credited
    Customer(
        "southern",
        "net30",
        "FOB",
        "office",
        (
            *every(70, 640, 180, 14500, 0.02, (0,)),
            Deal(115, 18600, (3,), credited=0.08),
            # What is disputed was left out of the payment
            Deal(48, 17100, ([(PAID, 0.93)],)),
        ),
    ),
    # Unrated newcomer: a sample, then a first order
    Customer(
        "bosphorus",
        "cash",
        "FCA",
        "office",
        (Deal(96, 380, kind="sample"), Deal(60, 9800)),
        drafts=(Draft(5, 21500),),
    ),
    # Two late instalments in a row, 30/70: on hold
    Customer(
        "jakarta",
        "30_70",
        "CIF",
        "retail",
        (*every(70, 640, 140, 20500, 0.02, (1, 3)), Deal(75, 27400, (14, 17))),
        drafts=(Draft(8, 31800), Draft(3, 6400, "draft")),
    ),
    # Two invoices overdue and unpaid: on hold
    Customer(
        "alnoor",
        "net60",
        "CIF",
        "road",
        (
            *every(75, 640, 200, 22500, 0.03, (3,)),
            Deal(132, 34200, (None,)),
            Deal(101, 28900, (None,)),
        ),
        drafts=(Draft(10, 52000),),
    ),
    # One late instalment only: not held
    Customer(
        "norte",
        "net60",
        "FOB",
        "office",
        (*every(72, 560, 170, 12800, 0.02, (2,)), Deal(110, 14900, (16,))),
        drafts=(Draft(7, 13600),),
    ),
    # Pays in parts; the latest invoice is past due, with an approved promise
    Customer(
        "volta",
        "net60",
        "CFR",
        "road",
        (*every(88, 640, 170, 11800, 0.02, HALVES), Deal(82, 12900, (None,))),
    ),
    # Shrinking from order to order
    Customer(
        "cape", "30_70", "FOB", "office", every(88, 880, 70, 23000, -0.085, (0, 3))
    ),
    # Put on hold by hand: new owner, nobody answers
    Customer(
        "nile",
        "30_70",
        "CIF",
        "retail",
        every(90, 500, 110, 9600, 0.0, (0, 4)),
        drafts=(Draft(6, 17200),),
    ),
    # Buys in renminbi
    Customer(
        "huiming",
        "30_70",
        "FOB",
        "factory",
        every(66, 600, 20, 132000, 0.02, (0, 2)),
        currency="CNY",
        drafts=(Draft(4, 186000),),
    ),
    # Has a sample on the shelf, thinks about a first order
    Customer(
        "manila",
        "cash",
        "FCA",
        "retail",
        (Deal(41, 260, kind="sample"),),
        drafts=(Draft(12, 7400),),
    ),
    # C: now and then
    Customer("colombo", "cash", "FOB", "retail", (Deal(520, 3900), Deal(205, 2600))),
    # Shared by both companies: punctual in America …
    Customer(
        "baltic", "30_70", "FCA", "factory", every(120, 560, 80, 12400, 0.0, (0, 3))
    ),
    # … and on hold in Europe, two invoices unpaid
    Customer(
        "baltic",
        "net30",
        "DAP",
        "office",
        (
            *every(80, 600, 150, 11200, 0.02, (2,)),
            Deal(82, 15800, (None,)),
            Deal(57, 13900, (None,)),
        ),
        currency="EUR",
        company="europe",
        drafts=(Draft(5, 18400),),
    ),
    Customer(
        "lumiere",
        "net30",
        "DAP",
        "retail",
        every(75, 800, 25, 18500, 0.03, (1,)),
        currency="EUR",
        company="europe",
    ),
    Customer(
        "thames",
        "net60",
        "DAP",
        "office",
        every(70, 620, 35, 12800, 0.02, (2,)),
        currency="GBP",
        company="europe",
        drafts=(Draft(9, 16400),),
    ),
    Customer(
        "lakes",
        "30_70",
        "CIF",
        "factory",
        every(75, 590, 40, 13900, 0.0, (0, 3)),
        company="europe",
    ),
    Customer(
        "casablanca",
        "cash",
        "CFR",
        "retail",
        (Deal(480, 3600), Deal(230, 4200)),
        currency="EUR",
        company="europe",
    ),
)

# (customer, company): the day on which the check found them, days before today.
FOUND = {
    ("andes", "main"): 283,
    ("jakarta", "main"): 29,
    ("alnoor", "main"): 24,
    ("baltic", "europe"): 11,
}
RELEASED = {
    ("andes", "main"): (
        262,
        "Both wires hung at the correspondent bank in Miami for two weeks; MT103 "
        "copies seen. Carolina Fuentes now sends the copy on the day of payment.",
    ),
}
BY_HAND = {
    ("nile", "main"): (
        12,
        "Ownership changed in October and the new owner has not confirmed the open "
        "balance. No new orders until the balance confirmation is signed.",
    ),
}

# A quotation of a held customer that was let pass: the index of the draft.
LET_PASS = {
    ("jakarta", "main"): (1, "Small lot, paid in advance: wire copy received."),
}
# Credit limits in company currency: with the open quotation, Sakura is above.
LIMITS = {("sakura", "main"): 30000.0}
# Stopped quotations whose salesperson asks for a release: days ago, what speaks for it.
ASKED = {
    ("sakura", "main"): (
        2,
        "Their spring order, as every year. They have always paid within 30 days; the "
        "limit is from the time when they bought a third of that.",
    ),
    ("alnoor", "main"): (
        1,
        "Faisal promises the older invoice this week; the ship leaves on the 20th.",
    ),
}
# Days until the promised day, from today, and what the customer said.
PROMISES = {
    ("volta", "main"): (
        15,
        "The grid company pays Volta on the last working day of the month; Kwame "
        "Boateng sent the payment plan signed by both.",
    ),
}
# Share of the latest invoice that is disputed and why.
DISPUTES = {
    ("southern", "main"): (
        0.07,
        "28 drivers flicker below 20 %; test report of Liam Hughes is plausible, the "
        "factory looks into it.",
    ),
}

EXPECTED = Expected(
    tiers={
        ("nordlicht", "main"): "A",
        ("gulf", "main"): "A",
        ("mekong", "main"): "B",
        ("sakura", "main"): "B",
        ("kilimani", "main"): "B",
        ("lagos", "main"): "C",
        ("colombo", "main"): "C",
        ("bosphorus", "main"): None,
        ("manila", "main"): None,
        ("lumiere", "europe"): "A",
        ("casablanca", "europe"): "C",
    },
    held=frozenset(
        {
            ("jakarta", "main"),
            ("alnoor", "main"),
            ("nile", "main"),
            ("baltic", "europe"),
        }
    ),
    free=frozenset(
        {
            ("andes", "main"),
            ("baltic", "main"),
            ("deccan", "main"),
            ("norte", "main"),
            ("sakura", "main"),
            ("southern", "main"),
            ("volta", "main"),
        }
    ),
    # Some quotation can't be confirmed; of the others every one can.
    refused=frozenset(
        {
            ("jakarta", "main"),
            ("alnoor", "main"),
            ("nile", "main"),
            ("baltic", "europe"),
            ("sakura", "main"),
        }
    ),
    # Nothing counts as overdue: charges, a promise, a dispute stand between.
    settled=frozenset({("sakura", "main"), ("volta", "main"), ("southern", "main")}),
)


TALKS = (
    Talk("nordlicht", 62, "in", "Please send the IES files of the 4000 K panel."),
    Talk("nordlicht", 61, "out", "The IES files and the test report are attached."),
    Talk("nordlicht", 20, "in", "Container arrived in Hamburg in good order, thanks."),
    Talk("nordlicht", 5, "in", "We plan three containers for spring; please quote."),
    Talk("gulf", 33, "in", "Tender closes next month. Best price for 80 W?"),
    Talk("gulf", 31, "out", "Quotation with project price follows today."),
    Talk("gulf", 7, "call", "Fatima wants the solar kit for the corniche project."),
    Talk("mekong", 40, "in", "Our engineer asks for the driver's dimming curve."),
    Talk("mekong", 10, "in", "Ten new stores in the second quarter, we need bulbs."),
    Talk("sakura", 28, "in", "送金しました。 Payment sent today, charges shared."),
    Talk("kilimani", 34, "in", "Goods received at Mombasa, two cartons wet outside."),
    Talk("kilimani", 30, "out", "Sorry to hear that. Are the lights inside dry?"),
    Talk("kilimani", 28, "in", "Yes, all dry and working."),
    Talk("andes", 12, "in", "Nos interesan 200 campanas más para la mina."),
    Talk("casaluz", 130, "in", "Last shipment sells slowly, we wait with the next."),
    Talk("casaluz", 70, "out", "How is the season going? New bulb packaging is ready."),
    Talk("casaluz", 25, "out", "May I call you this week about the new price list?"),
    Talk("southern", 98, "in", "41 diffusers broken in cartons 7 to 12, see photos."),
    Talk("southern", 94, "out", "We credit the damaged pieces and change the packing."),
    Talk("bosphorus", 80, "in", "Sample passed our tests, colour is very even."),
    Talk("jakarta", 20, "in", "Sorry for the delay, our bank had a holiday."),
    Talk("jakarta", 9, "in", "We need the December order confirmed this week."),
    Talk("alnoor", 22, "out", "Your invoices are past due, please send the wire copy."),
    Talk("alnoor", 18, "call", "Khalid: the ministry has not paid the project yet."),
    Talk("norte", 30, "in", "Pago enviado, disculpe la demora."),
    Talk("cape", 75, "in", "The rand is weak, we must order less this time."),
    Talk("nile", 10, "out", "Please sign the attached balance confirmation."),
    Talk("huiming", 22, "in", "工矿灯反馈很好,下批请安排12月船期。"),
    Talk("manila", 13, "in", "Samples look good. What is your minimum order?"),
    Talk("baltic", 9, "out", "Two invoices of Harbour Europe are open, please check."),
    Talk("lumiere", 15, "in", "Pouvez-vous avancer la livraison d'une semaine ?"),
    Talk("thames", 11, "in", "Please confirm UKCA marking on the new panels."),
)

LEADS = (
    Lead("gulf", "Corniche solar lighting, phase 2", 18, 240000, "crm.stage_lead3"),
    Lead("mekong", "Ten new stores, spring opening", 10, 68000, "crm.stage_lead2"),
    Lead(
        "nordlicht",
        "Framework for school panels",
        35,
        310000,
        "crm.stage_lead3",
    ),
    Lead("manila", "First order retail bulbs", 13, 7400, "crm.stage_lead2"),
    Lead("bosphorus", "Office tower Levent", 8, 54000),
    Lead("lagos", "Street lights Lekki estate", 70, 36000),
    Lead("thames", "UKCA panel range", 11, 45000, "crm.stage_lead2"),
)

# (customer, summary, due in days)
TODO = (
    ("casaluz", "Wake-up call: silent since summer", 0),
    ("kilimani", "Ask how the last delivery is doing", 1),
    ("nordlicht", "Send spring quotation for three containers", 2),
    ("norte", "Remind of the next due date", 5),
)
