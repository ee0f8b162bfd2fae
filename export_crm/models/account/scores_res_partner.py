from odoo import api, fields, models


class ResPartner(models.Model):
    """How the scores of a customer are found from any of its contacts."""

    _inherit = "res.partner"

    def _export_score_accounts(self, names):
        """Return ``{commercial partner id: account}`` in the current company.

        The account of a customer who has none is the empty record.
        """
        # sudo: a score is shown with the customer; the figures behind it keep their
        # own access rules
        accounts = self.env["export.crm.account"].sudo()
        found = accounts.search_fetch(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
            ],
            ["partner_id", *names],
        )
        by_partner = {account.partner_id.id: account for account in found}
        return {
            id_: by_partner.get(id_, accounts) for id_ in self.commercial_partner_id.ids
        }

    @api.model
    def _search_export_accounts(self, domain):
        """Return the domain of the partners whose account meets ``domain``."""
        # sudo: see _export_score_accounts
        accounts = self.env["export.crm.account"].sudo()
        query = accounts._search([("company_id", "=", self.env.company.id), *domain])
        return fields.Domain(
            "commercial_partner_id", "in", query.subselect("partner_id")
        )
