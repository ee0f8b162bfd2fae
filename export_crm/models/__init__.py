from . import account, core, credit, demo, health, tier, claim, followup
