from . import core, claim, credit, followup, health
