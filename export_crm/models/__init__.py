from . import account, core, credit, demo, health, tier, claim, contact, followup
