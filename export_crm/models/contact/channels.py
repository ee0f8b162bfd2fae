"""The ways people talk, and which one they use where."""

CHANNELS = [
    ("email", "E-mail"),
    ("whatsapp", "WhatsApp"),
    ("phone", "Phone"),
    ("wechat", "WeChat"),
    ("line", "LINE"),
    ("linkedin", "LinkedIn"),
    ("trade_manager", "Trade Manager"),
]

# By country (ISO), where it is not e-mail. From the trade: South-East Asia, Africa and
# Latin America write on WhatsApp, the Middle East and China call on WeChat; Japan,
# Taiwan and Thailand use LINE.
COUNTRY_CHANNELS = {
    "whatsapp": (
        "ID MY PH SG VN KH LA MM BN IN LK BD PK NP "
        "NG EG GH KE UG TZ RW ET ZM ZW ZA MZ AO CI CM SN ML BJ TG BF CD MG MA DZ TN LY "
        "BR MX AR CL CO PE EC UY PY BO VE CR PA GT HN SV NI DO"
    ).split(),
    "wechat": "CN HK MO AE SA QA KW BH OM IQ JO LB YE IR".split(),
    "line": "JP TW TH".split(),
}

# Where the weekend is not Saturday and Sunday (0 is Monday).
COUNTRY_WEEKENDS = {
    "45": "AF BD BH DJ DZ EG IL IQ JO KW LY MV OM PS QA SA SD SY YE".split(),
    "46": ["BN"],
    "4": ["IR"],
    "5": ["NP"],
}
