from odoo import api, models

from .export_crm_followup import OPEN_STATES

# Of two rows about the same, the one that is further stays.
_RANK = ("done", "scheduled", "planned", "skipped", "cancelled")


class ExportCrmFollowup(models.Model):
    """Customers that become one, or another one: their contacts follow, none twice."""

    _inherit = "export.crm.followup"

    # === MERGING CONTACTS === #

    @api.model
    def _take_over(self, sources, target):
        """Hang rhythms and feasts of contacts on the one that they are merged into.

        The generic merge doesn't know of them: their document would be deleted.

        :param res.partner sources: contacts that are deleted
        :param res.partner target: the one that stays
        """
        # sudo: whoever merges contacts may not see what is planned with them
        ledger = self.sudo()
        partners = sources | target
        rows = ledger.search(
            [("res_model", "=", partners._name), ("res_id", "in", partners.ids)]
        )
        for same in rows.grouped(
            lambda row: (row.company_id, row.step, row.cycle)
        ).values():
            others = same.sorted(lambda row: row._rank())[1:]
            # Turns of two rhythms have nothing in common but the number.
            others.filtered(lambda row: row.trigger != "cadence")._give_way()
            others._free_places()
        moving = rows.filtered(lambda row: row.res_id != target.id)
        moving.res_id = target.id
        moving.flush_recordset()

    def _rank(self):
        """Return the order in which rows about the same thing are kept."""
        self.ensure_one()
        return _RANK.index(self.state), self.planned_date, self.id

    def _give_way(self):
        """End rows that another one stands for, and free their place in the ledger."""
        self.filtered(lambda row: row.state in OPEN_STATES)._close(
            "cancelled", "merged"
        )
        self._free_places()

    def _free_places(self):
        """Give these rows a number that no turn has, before others take theirs."""
        for row in self:
            row.cycle = -row.id
        self.flush_recordset()

    @api.model
    def _merge_inquiries(self, target, sources):
        """Hang the response times of inquiries on the one they are merged into.

        :param crm.lead target: the inquiry that stays
        :param crm.lead sources: inquiries that are deleted
        """
        leads = target | sources
        # sudo: whoever merges inquiries may not see what is planned for them
        rows = self.sudo().search(
            [("res_model", "=", leads._name), ("res_id", "in", leads.ids)]
        )
        for same in rows.grouped(lambda row: (row.company_id, row.step)).values():
            same.sorted(lambda row: row._rank())[1:]._give_way()
        moving = rows.filtered(lambda row: row.res_id != target.id)
        moving.res_id = target.id
        moving.flush_recordset()

    # === WHOSE IT IS === #

    @api.model
    def _follow_customers(self, partners):
        """Give rows to the customer to whom their document belongs now.

        :param res.partner partners: contacts whose customer has changed, or that
            others were merged into
        """
        family = partners | partners.commercial_partner_id
        # sudo: as above
        rows = self.sudo().search(
            [
                "|",
                ("partner_id", "in", family.ids),
                ("contact_id", "child_of", partners.ids),
            ]
        )
        customers = family.commercial_partner_id
        for row in rows:
            customer = row._customer_now()
            if customer and customer != row.partner_id:
                row.partner_id = customer
                customers |= customer
        self.env.add_to_compute(self._fields["country_id"], rows)
        self.sudo()._one_rhythm(customers)

    def _customer_now(self):
        """Return the commercial customer to whom the row's document belongs."""
        self.ensure_one()
        document = self.order_id or self._document()
        if document._name == "res.partner":
            return document.commercial_partner_id
        if "partner_id" in document._fields and document.partner_id:
            return document.partner_id.commercial_partner_id
        return self.contact_id.commercial_partner_id or self.partner_id

    @api.model
    def _one_rhythm(self, customers):
        """Of several open turns of a rhythm, or wake-ups, of a customer one stays."""
        rows = self.search(
            [
                ("partner_id", "in", customers.ids),
                ("trigger", "in", ("cadence", "no_contact")),
            ]
        )
        for (_company, customer, _step), same in rows.grouped(
            lambda row: (row.company_id, row.partner_id, row.step)
        ).items():
            open_ = same.filtered(lambda row: row.state in OPEN_STATES)
            open_ = open_.sorted(lambda row: row._rank())
            open_[1:]._give_way()
            if same[0].trigger == "cadence":
                same._hang_on(customer, open_[:1])

    def _hang_on(self, customer, kept):
        """Have the turns of a rhythm hang on its customer, the open one as the last.

        :param kept: the turn that is open, or none
        """
        elsewhere = self.filtered(lambda row: row.res_id != customer.id)
        taken = set((self - elsewhere).mapped("cycle"))
        for row in elsewhere.sorted("cycle"):
            if row.cycle in taken:
                row.cycle = -row.id
            taken.add(row.cycle)
        last = max(self.mapped("cycle"))
        if kept and kept.cycle < last:
            kept.cycle = last + 1
        elsewhere.flush_recordset()
        elsewhere.res_id = customer.id
        self.flush_recordset()
