from . import portal_claim, portal_claim_flood, portal_order_news
