"""Names of the usual feasts and what is wished, for whoever keeps them."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

#: What a feast is called, by its code.
LABELS = {
    "new_year": _lt("New Year"),
    "christmas": _lt("Christmas"),
    "orthodox_christmas": _lt("Orthodox Christmas"),
    "easter": _lt("Easter"),
    "thanksgiving": _lt("Thanksgiving"),
    "eid_al_fitr": _lt("Eid al-Fitr"),
    "eid_al_adha": _lt("Eid al-Adha"),
    "ramadan": _lt("Ramadan"),
    "diwali": _lt("Diwali"),
    "lunar_new_year": _lt("Lunar New Year"),
    "mid_autumn": _lt("Mid-Autumn Festival"),
    "songkran": _lt("Songkran"),
    "khmer_new_year": _lt("Khmer New Year"),
    "lao_new_year": _lt("Lao New Year"),
    "nowruz": _lt("Nowruz"),
    "rosh_hashanah": _lt("Rosh Hashanah"),
    "passover": _lt("Passover"),
    "carnival": _lt("Carnival"),
    "independence_day": _lt("Independence Day"),
    "national_day": _lt("National Day"),
    "republic_day": _lt("Republic Day"),
}
#: Where people call it otherwise: by the feast's code, then the country's.
LOCAL_LABELS = {
    "lunar_new_year": {
        "VN": _lt("Tết"),
        "KR": _lt("Seollal (Korean New Year)"),
        "MN": _lt("Tsagaan Sar"),
        **dict.fromkeys(
            ("CN", "HK", "MO", "MY", "PH", "SG", "TW"), _lt("Chinese New Year")
        ),
    },
    "mid_autumn": dict.fromkeys(("KR", "KP"), _lt("Chuseok")),
}
#: What to know before one writes, by the code of the feast.
TEXTS = {
    "new_year": _lt("Wish health and good business for the new year."),
    "christmas": _lt("Wish a merry Christmas; ask when they are back at work."),
    "thanksgiving": _lt("Thank them for working with us this year."),
    "eid_al_fitr": _lt(
        "Wish “Eid Mubarak” to them and their families. The day follows the moon: it "
        "may still move by one."
    ),
    "eid_al_adha": _lt(
        "Wish “Eid Mubarak” to them and their families. The day follows the moon: it "
        "may still move by one."
    ),
    "ramadan": _lt(
        "Wish “Ramadan Kareem”. They work shorter hours and eat after sunset: call in "
        "the late morning, invite to no lunch, and plan decisions for after Eid."
    ),
    "diwali": _lt("Wish a happy Diwali; send nothing made of leather or beef."),
    "lunar_new_year": _lt(
        "Wish luck and prosperity. Factories and ports close for days, often weeks: "
        "agree now on what has to leave before."
    ),
    "mid_autumn": _lt("Wish a happy reunion of the family."),
    "nowruz": _lt("Wish “Nowruz Mubarak”; offices close for days."),
    "passover": _lt("Wish a happy Passover; many are away the whole week."),
    "rosh_hashanah": _lt("Wish “Shana Tova”, a good year."),
}
