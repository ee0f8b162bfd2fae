"""Categories say whether goods are missing; the closing mail asks in plain words."""

from odoo import SUPERUSER_ID, api

MISSING = ("late", "short")
#: What customers read: (field, as it was, as it is).
WORDS = [
    ("subject", "are you content?", "are you satisfied?"),
    (
        "body_html",
        "Please tell us with one click how content you are,",
        "Please tell us with one click whether you are satisfied,",
    ),
    ("body_html", ">Rate or reopen<", ">Rate or open it again<"),
]


def migrate(cr, version):
    """Bring records that updates leave alone up to date, where nobody changed them."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
    for code in MISSING:
        category = env.ref(
            f"export_crm.claim_category_logistics_{code}", raise_if_not_found=False
        )
        if category:
            category.goods = "missing"
    template = env.ref(
        "export_crm.mail_template_claim_closed", raise_if_not_found=False
    )
    for name, before, after in WORDS if template else ():
        text = str(template[name] or "")
        if before in text:
            template[name] = text.replace(before, after)
