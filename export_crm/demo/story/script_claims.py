"""The claims of the demo story. Hours are hours before now."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """One claim: ``ago`` when it came in; the following hours are after that.

    ``answered``, ``planned``, ``solved``, ``closed``: when that happened, None: not
    yet; ``stage`` where it stands now, as an external id; ``share`` of the latest
    delivery's first line that is claimed about.
    """

    key: str
    category: str
    title: str
    text: str
    ago: float
    reply: str = ""
    answered: float | None = None
    planned: float | None = None
    solved: float | None = None
    closed: float | None = None
    stage: str = "progress"
    channel: str = "email"
    wanted: str = ""
    promised: str = ""
    update_in: float | None = None
    share: float = 0.0
    photo: bool = False
    rating: int = 0
    feedback: str = ""


CLAIMS = (
    Claim(
        "kilimani",
        "logistics_damaged",
        "Two cartons crushed, 12 lights broken",
        "Cartons 14 and 15 were crushed on arrival in Mombasa, 12 lights are broken.",
        ago=700,
        answered=2.5,
        planned=17,
        solved=40,
        closed=200,
        stage="closed",
        wanted="replacement",
        promised="12 lights with the next order, free of charge",
        reply="We are sorry. Please keep the cartons: the insurer may look at them.",
        share=0.02,
        photo=True,
        rating=5,
        feedback="Quick and fair.",
    ),
    Claim(
        "southern",
        "quality_deviation",
        "28 drivers flicker below 20 %",
        "28 drivers flicker when dimmed below 20 %. Test report attached.",
        ago=52,
        answered=7,
        planned=30,
        stage="external",
        wanted="refund",
        promised="Report of the factory's laboratory by Friday",
        reply="Thank you for the report; our factory repeats the test this week.",
        update_in=40,
        share=0.05,
        photo=True,
    ),
    Claim(
        "nordlicht",
        "logistics_short",
        "Container short by one pallet",
        "One pallet is missing in the container, the packing list says twelve.",
        ago=1.2,
        stage="new",
        channel="portal",
        wanted="replacement",
        share=0.04,
        photo=True,
    ),
    Claim(
        "gulf",
        "logistics_documents",
        "Certificate of origin names another consignee",
        "The certificate of origin must name Corniche Projects LLC as consignee.",
        ago=21,
        answered=3,
        channel="portal",
        reply="You are right. A corrected certificate leaves the chamber tomorrow.",
        update_in=20,
        promised="Corrected certificate by courier",
    ),
    Claim(
        "mekong",
        "logistics_late",
        "Vessel rolled, bulbs needed for the opening",
        "The carrier moved our container to the next vessel. Ten stores open soon!",
        ago=44,
        answered=20,
        planned=None,
        reply="We check air freight for a part of the bulbs and tell you tomorrow.",
        update_in=6,
        wanted="compensation",
        share=0.0,
    ),
    Claim(
        "andes",
        "technical_failure",
        "Tres campanas no encienden",
        "Tres campanas no encienden después de dos semanas en la mina.",
        ago=120,
        answered=5,
        planned=28,
        solved=46,
        stage="solved",
        channel="phone",
        wanted="replacement",
        promised="Tres drivers nuevos, salieron por DHL",
        reply="Lo sentimos. Mandamos tres drivers nuevos por DHL.",
        share=0.01,
        photo=True,
    ),
    Claim(
        "volta",
        "payment_bank",
        "Bank charges deducted twice",
        "Our bank says that your bank deducted charges, too.",
        ago=300,
        answered=12,
        planned=20,
        solved=30,
        closed=60,
        stage="closed",
        wanted="apology",
        reply="Charges are shared by our contract; attached is our bank's statement.",
        rating=3,
    ),
)
