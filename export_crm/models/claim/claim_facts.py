from odoo import api, fields, models
from odoo.tools import SQL

from ..account.sources import Source
from ..account.unknown import FactInteger

HALF_YEAR = 182
HALF_LIFE = 180.0  # days after which a closed claim counts half


def _claims_sql(scope):
    """Select claims per customer: open and closed by severity, load, per purchase.

    Minor counts minor and medium ones; cancelled and duplicate claims count nowhere.
    The load weighs severities 1, 2, 4; a closed claim counts half after 180 days.
    """
    opened = scope.day(SQL("k.opened_at"))
    year = scope.within(opened, 365)
    age = SQL("(%s::date - %s)", scope.as_of, scope.day(SQL("k.closed_at")))
    closed = SQL("k.closed_at < %s", scope.until)
    return SQL(
        """
        SELECT k.commercial_partner_id AS partner_id,
               COUNT(*) FILTER (WHERE NOT %(done)s AND s.code IN ('minor', 'medium'))
                   AS claims_open_minor,
               COUNT(*) FILTER (WHERE NOT %(done)s AND s.code = 'major')
                   AS claims_open_major,
               COUNT(*) FILTER (WHERE NOT %(done)s AND s.code = 'critical')
                   AS claims_open_critical,
               COUNT(*) FILTER (WHERE %(done)s AND %(year)s
                   AND s.code IN ('minor', 'medium')) AS claims_closed_minor,
               COUNT(*) FILTER (WHERE %(done)s AND %(year)s AND s.code = 'major')
                   AS claims_closed_major,
               COUNT(*) FILTER (WHERE %(done)s AND %(year)s AND s.code = 'critical')
                   AS claims_closed_critical,
               COUNT(*) FILTER (WHERE %(year)s) AS claims_365d,
               COUNT(*) FILTER (WHERE %(half)s) AS claims_182d,
               COUNT(*) FILTER (WHERE %(half_before)s) AS claims_prev_182d,
               SUM(CASE s.code WHEN 'critical' THEN 4 WHEN 'major' THEN 2 ELSE 1 END
                   * CASE WHEN %(done)s THEN POWER(0.5, %(age)s / %(half_life)s)
                          ELSE 1 END) AS claims_load,
               ROUND(COUNT(*) FILTER (WHERE %(year)s)::numeric
                     / NULLIF(MAX(o.orders), 0), 4) AS claim_rate
          FROM export_crm_claim k
          JOIN (SELECT DISTINCT partner_id FROM export_fact_contact) c
            ON c.partner_id = k.commercial_partner_id
          JOIN export_crm_claim_severity s ON s.id = k.severity_id
          LEFT JOIN (
               SELECT partner_id, COUNT(*) AS orders
                 FROM export_fact_order WHERE kept AND %(bought)s
                GROUP BY partner_id
               ) o ON o.partner_id = k.commercial_partner_id
         WHERE k.company_id = ANY(%(branches)s)
           AND k.counted
           AND k.opened_at < %(until)s
         GROUP BY k.commercial_partner_id
        """,
        done=SQL("COALESCE(%s, FALSE)", closed),
        year=year,
        half=scope.within(opened, HALF_YEAR),
        half_before=scope.within(opened, HALF_YEAR, back=1),
        age=age,
        half_life=HALF_LIFE,
        bought=scope.within(SQL("day"), 365),
        branches=scope.branches,
        until=scope.until,
    )


CLAIMS = Source(
    "claims",
    _claims_sql,
    zero=(
        "claims_open_minor",
        "claims_open_major",
        "claims_open_critical",
        "claims_closed_minor",
        "claims_closed_major",
        "claims_closed_critical",
        "claims_365d",
        "claims_182d",
        "claims_prev_182d",
        "claims_load",
    ),
    unknown=("claim_rate",),
    proof=None,
)


class ExportCrmAccount(models.Model):
    """Claims as facts; unknown, not 0, where claims are not used."""

    _inherit = "export.crm.account"

    claims_closed_minor = FactInteger(
        string="Closed Claims: Minor",
        readonly=True,
        help="Minor and medium claims of the last 365 days that are closed.",
    )
    claims_closed_major = FactInteger(
        string="Closed Claims: Major",
        readonly=True,
        help="Major claims of the last 365 days that are closed.",
    )
    claims_closed_critical = FactInteger(
        string="Closed Claims: Critical",
        readonly=True,
        help="Critical claims of the last 365 days that are closed.",
    )

    export_claim_count = fields.Integer(
        string="Claims", related="partner_id.export_claim_count", related_sudo=False
    )

    def action_export_claims(self):
        """Open the claims of this customer."""
        return self.partner_id.action_export_claims()

    @api.model
    def _facts_sources(self, company, as_of, partner_ids):
        found = super()._facts_sources(company, as_of, partner_ids)
        # Sudo: whether claims are used at all is no secret.
        used = self.env["export.crm.claim"].sudo()
        if used.search_count([("company_id", "=", company.id)], limit=1):
            found = [*found, CLAIMS]
        return found
