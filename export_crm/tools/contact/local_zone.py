"""Time zones of countries and states: data for :mod:`.local_time`.

Codes are ISO 3166, as Odoo keeps them. A state that spans two zones has the one in
which most of its people live; whoever lives in the other has a telephone number that
says so, or chooses by hand.
"""

#: Old names that ``phonenumbers`` returns, and today's.
ALIASES = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Choibalsan": "Asia/Ulaanbaatar",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Europe/Kiev": "Europe/Kyiv",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}

#: Where the first zone that ``pytz`` lists is not that of most people.
MAIN_ZONE = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "FM": "Pacific/Pohnpei",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
    "XK": "Europe/Belgrade",
}


def _states(by_zone):
    """Turn ``{zone: "states"}`` round."""
    return {state: zone for zone, states in by_zone.items() for state in states.split()}


#: ``{country: {state: zone}}``; ``*`` stands for all other states.
STATE_ZONES = {
    country: _states(by_zone)
    for country, by_zone in {
        "AU": {
            "Australia/Adelaide": "SA",
            "Australia/Brisbane": "QLD",
            "Australia/Darwin": "NT",
            "Australia/Hobart": "TAS",
            "Australia/Melbourne": "VIC",
            "Australia/Perth": "WA",
            "Australia/Sydney": "ACT NSW",
        },
        "BR": {
            "America/Boa_Vista": "RR",
            "America/Campo_Grande": "MS",
            "America/Cuiaba": "MT",
            "America/Manaus": "AM",
            "America/Porto_Velho": "RO",
            "America/Rio_Branco": "AC",
            "America/Sao_Paulo": "*",
        },
        "CA": {
            "America/Edmonton": "AB NT",
            "America/Halifax": "NB NS PE",
            "America/Regina": "SK",
            "America/St_Johns": "NL",
            "America/Toronto": "NU ON QC",
            "America/Vancouver": "BC",
            "America/Whitehorse": "YT",
            "America/Winnipeg": "MB",
        },
        "CL": {
            "America/Coyhaique": "AI",
            "America/Punta_Arenas": "MA",
            "America/Santiago": "*",
        },
        "ES": {"Atlantic/Canary": "GC TF", "Europe/Madrid": "*"},
        "ID": {
            "Asia/Jakarta": "*",
            "Asia/Jayapura": "MA MU PA PB PD PE PS PT",
            "Asia/Makassar": "BA GO KI KS KU NB NT SA SG SN SR ST",
            "Asia/Pontianak": "KB KT",
        },
        "MN": {"Asia/Hovd": "02 15 16", "Asia/Ulaanbaatar": "*"},
        "MX": {
            "America/Cancun": "ROO",
            "America/Chihuahua": "CHH",
            "America/Hermosillo": "SON",
            "America/Mazatlan": "BCS NAY SIN",
            "America/Mexico_City": "*",
            "America/Tijuana": "BCN",
        },
        "PT": {
            "Atlantic/Azores": "20",
            "Atlantic/Madeira": "30",
            "Europe/Lisbon": "*",
        },
        "RU": {
            "Asia/Anadyr": "CHU",
            "Asia/Barnaul": "AL ALT",
            "Asia/Chita": "ZAB",
            "Asia/Irkutsk": "BU IRK",
            "Asia/Kamchatka": "KAM",
            "Asia/Krasnoyarsk": "KK KYA TY",
            "Asia/Magadan": "MAG",
            "Asia/Novokuznetsk": "KEM",
            "Asia/Novosibirsk": "NVS",
            "Asia/Omsk": "OMS",
            "Asia/Sakhalin": "SAK",
            "Asia/Tomsk": "TOM",
            "Asia/Vladivostok": "KHA PRI YEV",
            "Asia/Yakutsk": "AMU SA",
            "Asia/Yekaterinburg": "BA CHE KGN KHM ORE PER SVE TYU YAN",
            "Europe/Astrakhan": "AST",
            "Europe/Kaliningrad": "KGD",
            "Europe/Moscow": "*",
            "Europe/Samara": "SAM UD",
            "Europe/Saratov": "SAR",
            "Europe/Ulyanovsk": "ULY",
        },
        "US": {
            "America/Anchorage": "AK",
            "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
            "America/Denver": "CO ID MT NM UT WY",
            "America/Los_Angeles": "CA NV OR WA",
            "America/New_York": (
                "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV"
            ),
            "America/Phoenix": "AZ",
            "America/Puerto_Rico": "PR VI",
            "Pacific/Guam": "GU MP",
            "Pacific/Honolulu": "HI",
            "Pacific/Pago_Pago": "AS",
        },
    }.items()
}
