"""How likely a customer is to move up, and on how many others that stands."""

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.tier import upgrade
from ..account.unknown import FactFloat, FactInteger


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    upgrade_chance = FactFloat(
        readonly=True,
        aggregator="avg",
        help="0 to 1: share of comparable customers that moved up in the grading after "
        "next to their score, drawn to the share of the whole tier the fewer they are. "
        "Empty: top tier, unrated, or fewer than ten to compare with.",
    )
    upgrade_customers = FactInteger(
        string="Customers Like This",
        readonly=True,
        aggregator=None,
        help="Customers of the same tier and the same ten points of score after past "
        "gradings, each grading counted.",
    )
    upgrade_moved = FactInteger(
        string="Of Them Moved Up",
        readonly=True,
        aggregator=None,
        help="Those of them that had a better tier after the grading that followed.",
    )
    upgrade_text = fields.Char(
        string="Chance to Move Up",
        compute="_compute_upgrade_text",
        help="What became of customers of the same tier with about the same score by "
        "the grading that followed. The percentage is drawn to that of the whole tier "
        "the fewer they are.",
    )

    @api.depends("upgrade_chance", "upgrade_customers", "upgrade_moved")
    @api.depends_context("lang")
    def _compute_upgrade_text(self):
        for account in self:
            account.upgrade_text = account._upgrade_text()

    def _upgrade_text(self):
        if self.upgrade_customers is None:
            return False
        if self.upgrade_chance is None:
            return self.env._(
                "Too little data: %(number)s customers like this so far, %(least)s "
                "needed",
                number=self.upgrade_customers,
                least=upgrade.LEAST,
            )
        return self.env._(
            "%(chance).0f %% – %(moved)s of %(number)s customers like this moved up",
            chance=100.0 * self.upgrade_chance,
            moved=self.upgrade_moved,
            number=self.upgrade_customers,
        )

    @api.model
    def _step_upgrades(self, company, as_of):
        """Give every customer below the top tier its chance; two statements.

        :param date as_of: later gradings are not known yet
        """
        tiers = self.env["export.crm.tier"].search([("code", "!=", False)])
        standings = self.env["export.crm.tier.standing"]
        known = upgrade.chances(standings._moves(company, as_of))
        rows = [
            SQL("(%s, %s, %s::float8, %s, %s)", tier, band, chance, moved, number)
            for (tier, band), (chance, moved, number) in known.items()
        ]
        # A row that fits nobody: VALUES may not be empty.
        rows.append(SQL("(0, 0, NULL::float8, 0, 0)"))
        self.env.cr.execute(
            SQL(
                """
                UPDATE export_crm_account account
                   SET upgrade_chance = now.chance, upgrade_moved = now.moved,
                       upgrade_customers = now.customers
                  FROM (
                       SELECT a.id, known.chance,
                              CASE WHEN below.id IS NOT NULL
                                   THEN COALESCE(known.moved, 0) END AS moved,
                              CASE WHEN below.id IS NOT NULL
                                   THEN COALESCE(known.customers, 0) END AS customers
                         FROM export_crm_account a
                         LEFT JOIN export_crm_tier below
                           ON below.id = a.tier_id AND below.id = ANY(%(below)s)
                         LEFT JOIN (VALUES %(rows)s)
                              AS known (tier, band, chance, moved, customers)
                           ON known.tier = below.id
                          AND known.band = CASE WHEN a.tier_score IS NULL THEN -1
                              ELSE LEAST(%(last)s, GREATEST(0,
                                   FLOOR(a.tier_score / %(size)s)))::int END
                        WHERE a.company_id = %(company)s
                       ) now
                 WHERE now.id = account.id
                   AND (account.upgrade_chance, account.upgrade_moved,
                        account.upgrade_customers)
                       IS DISTINCT FROM (now.chance, now.moved, now.customers)
                """,
                below=tiers[1:].ids,
                rows=SQL(", ").join(rows),
                size=upgrade.BAND,
                last=int(100.0 / upgrade.BAND) - 1,
                company=company.id,
            )
        )
        self.invalidate_model(["upgrade_chance", "upgrade_moved", "upgrade_customers"])
