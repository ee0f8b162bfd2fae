from . import account, core, credit, demo, tier
