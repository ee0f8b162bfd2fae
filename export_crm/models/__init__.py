from . import account, core, credit, tier
