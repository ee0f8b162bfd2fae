from odoo import api, models


class ExportCrmClaim(models.Model):
    """A claim and its customer: merged, given to a parent, a contact that leaves."""

    _inherit = "export.crm.claim"

    # === WHOSE IT IS === #

    @api.model
    def _of_contacts(self, partners):
        """Return all claims that name these contacts, archived ones, too."""
        # Sudo: claims follow their customer, whoever edits contacts.
        claims = self.sudo().with_context(active_test=False)
        return claims.search(
            [
                "|",
                ("partner_id", "in", partners.ids),
                ("commercial_partner_id", "in", partners.ids),
            ]
        )

    def _move_customer(self, customer):
        """Give claims to ``customer``; open ones follow its tier from now on.

        What was promised and met stays as it was: see :meth:`_take_tier`.
        """
        kept = self.filtered(lambda claim: claim.commercial_partner_id != customer)
        kept.commercial_partner_id = customer
        self.flush_recordset()
        self.filtered("is_open")._take_tier()
        self._mark_customers()

    def _contact_moved(self, customer):
        """The contact of these claims belongs to ``customer`` now.

        A claim stays with whom its goods belong to, and a claim that names no goods
        where it was filed: a person who changes employer takes no claims along.
        """
        going = self.filtered(lambda claim: claim._goods_go_to(customer))
        going._move_customer(customer)
        (self - going)._contact_left()

    def _goods_go_to(self, customer):
        """Tell whether everything that the claim is about is the customer's."""
        self.ensure_one()
        owners = self._document_owners()
        owners += [
            line._owners(line[name])
            for line in self.line_ids
            for name in ("sale_line_id", "move_id", "invoice_line_id")
            if line[name]
        ]
        return bool(owners) and all(customer in owner for owner in owners)

    def _contact_left(self):
        """The contact works elsewhere now: the company itself is written to.

        They are told nothing any more, and links that they were sent end.
        """
        for claim in self.with_context(export_claim_keeps_customer=True):
            person, company = claim.partner_id, claim.commercial_partner_id
            claim.message_unsubscribe(partner_ids=person.ids)
            claim.write({"partner_id": company.id, "access_token": False})
            claim._ask_contact(
                self.env._(
                    "%(person)s left %(company)s: choose whom to write to.",
                    person=person.name,
                    company=company.name,
                )
            )

    def _leave(self, customer):
        """It is another customer's claim after all: the former one hears no more.

        :param customer: whose it was
        """
        if customer and customer != self.commercial_partner_id:
            people = self.message_partner_ids.filtered(
                lambda person: person.commercial_partner_id == customer
            )
            self.message_unsubscribe(partner_ids=people.ids)
            self.access_token = False

    def _ask_contact(self, text):
        """Have the agent choose another contact, while the claim is open."""
        self.ensure_one()
        self._message_log(body=text)
        agent = self._person("agent")
        if self.is_open and agent:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self.company_id._export_today(),
                summary=text,
                user_id=agent.id,
                automated=True,
            )

    # === MERGING CONTACTS === #

    @api.model
    def _followed_by(self, partners):
        """Return the claims that these contacts follow."""
        # Sudo: as in _of_contacts.
        followers = self.env["mail.followers"].sudo()
        rows = followers.search(
            [("res_model", "=", self._name), ("partner_id", "in", partners.ids)]
        )
        return self.sudo().browse(rows.mapped("res_id"))

    @api.model
    def _after_merge(self, partner):
        """Let claims follow the contact that stays; merging wrote SQL only.

        :param partner: the contact that stays, as it will be
        """
        claims = self._of_contacts(partner)
        customer = partner.commercial_partner_id
        for name in ("country_id", "salesperson_id"):
            self.env.add_to_compute(self._fields[name], claims)
        elsewhere = claims.filtered(
            lambda claim: claim.partner_id == partner
            and claim.commercial_partner_id not in (partner | customer)
        )
        elsewhere._contact_moved(customer)
        (claims - elsewhere)._move_customer(customer)
        # Sudo: as in _of_contacts.
        contacts = self.env["export.crm.interaction"].sudo()
        contacts = contacts.search([("partner_id", "=", partner.id)])
        self.env.add_to_compute(contacts._fields["customer_id"], contacts)

    # === EDITING CONTACTS === #

    @api.model
    def _follow_partner(self, partner, former, now):
        """Follow a contact whose commercial customer has changed."""
        claims = self._of_contacts(partner)
        if former == partner:
            # A customer that becomes part of another one, with all it has.
            claims.filtered(
                lambda claim: claim.commercial_partner_id == former
            )._move_customer(now)
            return
        people = self.env["res.partner"].with_context(active_test=False)
        below = people.search([("id", "child_of", partner.id)])
        self._of_contacts(below).filtered(
            lambda claim: claim.commercial_partner_id == former
            and claim.partner_id.commercial_partner_id == now
        )._contact_moved(now)

    @api.model
    def _follow_archived(self, partner):
        """Nobody reads what is written to an archived contact."""
        for claim in self._of_contacts(partner):
            if claim.is_open and claim.partner_id == partner:
                claim._ask_contact(
                    self.env._(
                        "%(person)s is archived: choose whom to write to.",
                        person=partner.name,
                    )
                )
