from . import portal_claim, portal_order_news
