"""What the demo story tells about tiers: markets, answers, an override, the team.

Days are before today; customers and companies are those of ``story.py``.
"""

# The day of the last half-yearly grading: tiers that customers had then.
GRADED_AGO = 190
# Name, kind, country group (external id), countries.
MARKETS = (
    ("European Union", "core", "base.europe", ()),
    ("Gulf states", "core", "base.gulf_cooperation_council", ()),
    ("South-East Asia", "potential", None, ("vn", "ph", "id", "th", "my")),
)
# What customers buy a year from anybody, in company currency.
WALLETS = {
    ("nordlicht", "main"): (60, 520000.0, "Annual report, notes on purchasing"),
    ("gulf", "main"): (200, 610000.0, "Mr Rahman at the Dubai fair"),
    ("mekong", "main"): (620, 150000.0, "Import statistics of the port"),
}
WILLINGNESS = {
    ("nordlicht", "main"): (40, "5", "Shares next year's assortment with us"),
    ("gulf", "main"): (90, "4", "Answers within the day"),
    ("mekong", "main"): (30, "4", "Asked for a joint training"),
    ("lagos", "main"): (120, "2", "Buys on price alone"),
}
SEGMENTS = {
    "nordlicht": "key",
    "gulf": "regular",
    "mekong": "regular",
    "manila": "new",
    "bosphorus": "new",
    "sakura": "key",
}
STRATEGIC = ("nordlicht", "sakura")
REFERRED_BY = {"lumiere": "nordlicht", "kilimani": "gulf"}
# Graded by hand since then, and confirmed by the director.
GRADED_AGAIN = {"main": ("nordlicht", "gulf"), "europe": ("lumiere",)}
# Set by the director: tier, days until the end, why.
OVERRIDES = {
    ("cape", "main"): (
        "B",
        150,
        "Opens the do-it-yourself chains of the Cape for us; first contract signed.",
    ),
}
TEAM = {
    "sales": None,
    "documents": "user_sales2",
    "logistics": "user_lead",
    "after_sales": None,
    "product_manager": "user_director",
    "account_manager": "user_sales",
    "technical_adviser": "user_sales2",
}
