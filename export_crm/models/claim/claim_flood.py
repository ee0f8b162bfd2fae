from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

HOUR = "-1H"
# Logged by Odoo or sent by us, in the name of whoever has caused it.
OF_SYSTEM = ("notification", "user_notification", "auto_comment")
# Files that wait to be sent with a message belong to no claim yet. Those of visitors
# by link, who have no user of their own, are counted together.
FILES, FILES_BY_LINK = 50, 500


class ExportCrmClaim(models.Model):
    """So much may come from one customer in the portal; called as superuser."""

    _inherit = "export.crm.claim"

    def _check_portal_claims(self, company, customer):
        """Raise UserError when a customer has filed or reopened too many claims.

        :param res.partner customer: commercial customer
        """
        limit = company.export_claim_hour_claims
        of_customer = [("commercial_partner_id", "=", customer.id)]
        filed = self.search_count(
            [*of_customer, ("channel", "=", "portal"), ("create_date", ">=", HOUR)]
        )
        reopened = self.env["export.crm.claim.event"].search_count(
            [
                ("claim_id.commercial_partner_id", "=", customer.id),
                ("kind", "=", "reopened"),
                ("milestone", "=", "response"),
                ("create_date", ">=", HOUR),
            ]
        )
        if limit and filed + reopened >= limit:
            raise UserError(
                self.env._(
                    "You have filed several claims within the hour. Please add to one "
                    "of them, or call us."
                )
            )

    def _check_portal_messages(self):
        """Raise UserError when the customer of this claim has written too much."""
        for claim in self:
            limit = claim.company_id.export_claim_hour_messages
            # Whatever type it is said to be, on all claims of the customer; what is
            # written by a link on this one, whoever the link belongs to.
            theirs = Domain("author_id", "child_of", claim._customers().ids)
            by_link = Domain("res_id", "=", claim.id) & Domain(
                "create_uid.share", "=", True
            )
            written = self.env["mail.message"].search_count(
                Domain("model", "=", self._name)
                & Domain("message_type", "not in", OF_SYSTEM)
                & Domain("create_date", ">=", HOUR)
                & (theirs | by_link if claim._customers() else by_link)
            )
            if limit and written >= limit:
                raise UserError(
                    self.env._(
                        "You have written many messages within the hour. Yours was "
                        "not sent: please send it a little later, or call us."
                    )
                )

    def _check_portal_files(self, named=0):
        """Raise UserError when a visitor has uploaded too many files.

        :param int named: so many of them go with a message now: they count already
        """
        user = self.env.user
        found = (
            self.env["ir.attachment"]
            .sudo()
            .search_count(  # as it is called
                [
                    ("create_uid", "=", user.id),
                    ("res_model", "in", (self._name, "mail.compose.message")),
                    ("create_date", ">=", HOUR),
                ]
            )
        )
        if found - named >= (FILES_BY_LINK if user._is_public() else FILES):
            raise UserError(
                self.env._(
                    "You have sent many files within the hour: please send the next "
                    "ones a little later."
                )
            )

    def _customers(self):
        return self.commercial_partner_id or self.partner_id
