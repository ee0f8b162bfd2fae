from . import portal_claim
