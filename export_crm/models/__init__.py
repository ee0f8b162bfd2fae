from . import account, core, credit, demo, followup, health, tier
