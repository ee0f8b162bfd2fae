from contextlib import contextmanager

from odoo import api, models

from ...tools.followup import followup as calc

# Roles of account teams that stand for a role of a step.
_TEAM_ROLES = {
    "salesperson": ("sales",),
    "coordinator": ("account_manager",),
    "technical_adviser": ("technical_adviser", "product_manager"),
    "service": ("after_sales",),
}


class ExportCrmFollowup(models.Model):
    """Who makes a contact, and with whom."""

    _inherit = "export.crm.followup"

    # === OUR SIDE === #

    def _responsible(self, without=None, lines=None):
        """Return the person who makes this contact; never empty, always active.

        The role's people in the customer's account team; else the order's
        salesperson, the account manager, the coordinators of the sales team, and the
        company's fallback. Whoever speaks the customer's language comes first.

        :param without: users who leave
        :param lines: see ``_team_lines``, where they are known already
        """
        self.ensure_one()
        if lines is None:
            lines = self._team_lines()
        contact = self.contact_id or self.partner_id
        lang = contact.export_language_id.code or contact.lang
        # Lazily: later places are looked up only where the first has nobody.
        places = (
            [
                (user.id, user._export_speaks(lang))
                for user in users
                if self._can(user, without)
            ]
            for users in self._responsible_places(lines)
        )
        user_id = calc.choose(places)
        return self.env["res.users"].browse(
            user_id or self.env.ref("base.user_root").id
        )

    def _can(self, user, without=None):
        """Tell whether a user can make this contact at all."""
        return (
            user.active
            and not user.share
            and user not in (without or ())
            and self.company_id._export_enters(user)
        )

    def _responsible_places(self, lines):
        """Yield recordsets of users, the first choice first."""
        # sudo: who is responsible is a setting of the root company, told in a branch
        company, partner = self.company_id.sudo(), self.partner_id
        lead = self._document() if self.res_model == "crm.lead" else None
        seller = self.order_id.user_id or (lead and lead.user_id) or partner.user_id
        team = (
            self.order_id.team_id
            or (lead and lead.team_id)
            or partner.user_id.sale_team_id
            or seller.sale_team_id
        )
        if self.role and self.role != "salesperson":
            yield self._team_users(self.role, lines)
            yield self._role_users(self.role, team)
        yield self.order_id.user_id or (lead and lead.user_id) or seller
        yield partner.user_id
        yield self._team_users("salesperson", lines)
        yield team.export_coordinator_ids
        yield team.user_id
        yield company.export_followup_user_id
        managers = self.env.ref("export_crm.export_crm_group_manager")
        yield managers.all_user_ids.filtered(
            lambda user: company._export_enters(user)
        ).sorted("id")

    def _role_users(self, role, team):
        company = self.company_id.sudo()  # sudo: see _responsible_places
        if role == "director":
            return team.user_id or company.export_director_id
        if role == "coordinator":
            return team.export_coordinator_ids
        if role == "accountant":
            return company.export_credit_user_id
        if role == "service":
            return company.export_service_user_id
        if role == "technical_adviser":
            return company.export_technical_user_id
        return self.env["res.users"]

    def _team_lines(self):
        """Return the people of account teams in the companies of these rows."""
        # sudo: who looks after a customer is for everybody who sees it
        return (
            self.env["export.crm.team.role"]
            .sudo()
            .search(
                [
                    ("company_id", "in", (*self.company_id.ids, False)),
                    ("user_id", "!=", False),
                ]
            )
        )

    def _team_users(self, role, lines):
        """Return the role's people in the customer's account team, if there is one."""
        if not self.partner_id:
            return self.env["res.users"]
        wanted = _TEAM_ROLES.get(role, ())
        tier, country = self.tier_id, self.partner_id.country_id
        return lines.filtered(
            lambda line: line.role in wanted
            and line.company_id in (self.company_id, line.company_id.browse())
            and line._concerns(tier, country)
        ).user_id

    def _hand_over(self, without=None):
        """Give these rows, and their activities, to whoever is responsible now.

        :param without: users who leave
        """
        lines = self._team_lines()
        for row in self:
            user = row._responsible(without, lines)
            row.user_id = user
            activity = row.activity_id
            if activity and activity.active and activity.user_id != user:
                activity.with_context(mail_activity_quick_update=True).user_id = user

    @api.model
    @contextmanager
    def _following_people(self, domain):
        """Have contacts go to whoever is responsible once something is written.

        What a person has given to somebody else stays with that one.

        :param domain: of the rows that the change concerns
        """
        # sudo: whoever reassigns a document need not see what is planned for it
        rows = self.sudo().search([*domain, ("state", "=", "scheduled")])
        lines = rows._team_lines() if rows else None
        ruled = rows.filtered(lambda row: row.user_id == row._responsible(lines=lines))
        yield
        if ruled:
            ruled._hand_over()

    # === THEIR SIDE === #

    def _resolve_contact(self):
        """Return the person to contact, or none.

        The customer's contact in the role that the step asks for, else the one of
        the document, else another one. Nobody archived, nobody on the blacklist;
        whoever asks us something gets the answer even so.
        """
        self.ensure_one()
        customer = self.partner_id
        # Inquiries, and what people have planned themselves, are made all the same.
        if self.trigger and not (self.clock or customer.active):
            return customer.browse()
        people = customer.child_ids.filtered(lambda p: not p.is_company)
        places = []
        if self.contact_role:
            places.append(
                people.filtered(lambda p: p.export_contact_role == self.contact_role)
            )
        places += [
            # Not one who works elsewhere by now.
            self.contact_id.filtered(lambda p: p.commercial_partner_id == customer),
            people.filtered(lambda p: p.type == "contact"),
            customer,
            people,
        ]
        for place in places:
            found = place.filtered(
                lambda p: p.active and (self.clock or not p.is_blacklisted)
            )
            if found:
                return found[0]
        return customer.browse()
