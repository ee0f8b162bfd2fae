from typing import NamedTuple

from markupsafe import Markup

from odoo import fields, models

from ...tools.followup import followup as calc


class Known(NamedTuple):
    """What the texts of a batch of contacts are made of, looked up together.

    ``customers`` is ``{partner id: Customer}``, ``contents`` the company's material,
    ``usages`` ``{partner id: Usage}`` of the contacts that bring a summary along,
    ``late`` the ids of customers who get no offer, ``passed`` the ids of rows whose
    order was let pass while its customer is on hold.
    """

    customers: dict
    contents: models.Model
    usages: dict
    late: set
    passed: set


class ExportCrmFollowup(models.Model):
    """What to say in a contact; it follows what becomes of the customer."""

    _inherit = "export.crm.followup"

    said = fields.Char(
        string="Text Made for",
        readonly=True,
        help="Hold, tier and segment for which the activity's text was made.",
    )

    def _what_to_say(self):
        """Return what the texts of these rows of a company are made of."""
        company = self.company_id[:1]
        accounts = self.env["export.crm.account"]
        return Known(
            self._customers(company, self.partner_id.ids),
            # sudo: what helps with a contact is for whoever makes it
            self.env["export.crm.followup.content"].sudo()._of_company(company),
            self._usages(company),
            accounts._held_or_late(company, self.partner_id.ids),
            self._passing(company),
        )

    def _passing(self, company):
        """Return the ids of the rows whose order was let pass by a release."""
        rows = (self | self.member_ids)._origin
        rows = rows.filtered(lambda row: row.on_hold and row.order_id)
        if not rows:
            return set()
        # sudo: a hold counts whoever may see it
        holds = self.env["export.crm.credit.hold"].sudo()
        found = holds._blocking_ids(
            [(partner.id, company.id) for partner in rows.partner_id]
        )
        return {
            row.id
            for row in rows
            if holds.browse(found.get((row.partner_id.id, company.id)))._let_pass(
                row.order_id
            )
        }

    # === TEXT === #

    def _script_html(self, known=None):
        """Return questions, material and preferences for the contact (HTML).

        :param known: see ``_what_to_say``, where it is known already
        """
        self.ensure_one()
        known = known or self._what_to_say()
        parts, steps = [], self._steps()
        for row in steps:
            template = row.template_id
            script = template.export_script
            held = row.on_hold and row.id not in known.passed
            if held and template.export_hold_script:
                script = template.export_hold_script
            if len(steps) > 1 and script:
                parts.append(Markup("<p><b>%s</b></p>") % row.name)
            parts.append(script or Markup(""))
            if row.feast_id.text:
                parts.append(Markup("<p>%s</p>") % row.feast_id.text)
        parts.append(self._usage_html(known.usages))
        if self.on_hold:
            warning = self._hold_sentence(known)
            parts.insert(0, Markup("<p><b>%s</b></p>") % warning)
        elif self.partner_id:
            parts.append(self._material_html(known))
        parts.append(self._preferences_html())
        return Markup("").join(parts)

    def _hold_sentence(self, known):
        if self.id in known.passed:
            return self.env._(
                "The customer is on credit hold, but %s was released: carry it out, "
                "offer nothing more, and speak about the open invoices.",
                self.order_id.name,
            )
        return self.env._(
            "The customer is on credit hold: offer nothing, take no order; speak "
            "about the open invoices and the goods."
        )

    def _steps(self):
        """Return the rows that are made in this contact; not those that have ended."""
        return self + self.member_ids.filtered(
            lambda row: row.state not in ("skipped", "cancelled")
        )

    def _material_html(self, known):
        customer = known.customers.get(self.partner_id.id, calc.Customer())
        late = self.partner_id.id in known.late
        # sudo: as the texts of this reader's language, see _what_to_say
        contents = known.contents.with_env(self.env).sudo()
        items = [
            Markup("<li><b>%s</b> %s</li>") % (content.name, content.body)
            for content in contents._for_contact(self.trigger, customer)
            if not (late and content.is_offer)
        ]
        return Markup("<ul>%s</ul>") % Markup("").join(items) if items else Markup("")

    def _preferences_html(self):
        """Return what is good to know about the person."""
        # sudo: shown to whoever makes the contact
        text = self.contact_id.sudo().export_preferences
        return Markup("<p>%s</p>") % text if text else Markup("")

    # === WHEN IT CHANGES === #

    def _said(self, known):
        """Return what the text depends on that may change while the contact waits."""
        self.ensure_one()
        customer = known.customers.get(self.partner_id.id, calc.Customer())
        if self.on_hold:
            manner = "released" if self.id in known.passed else "hold"
        else:
            manner = "late" if self.partner_id.id in known.late else "open"
        segment = "new" if customer.orders <= 1 else "repeat"
        return f"{manner}/{customer.tier or ''}/{segment}/{customer.industry_id or ''}"

    def _said_otherwise(self):
        """Return those of these contacts whose activity says what is true no more."""
        mains = self.filtered(lambda row: not row.main_id)
        if not mains:
            return mains
        known = mains._what_to_say()
        return mains.filtered(lambda row: row.said != row._said(known))

    def _tell_activity(self):
        """Have activities say what their rows say by now."""
        rows = self.filtered(lambda row: row.activity_id.active)
        for group in rows.grouped("company_id").values():
            known = group._what_to_say()
            for row in group:
                values = row._activity_values(known)
                row.activity_id.write({key: values[key] for key in ("summary", "note")})
                row.said = row._said(known)
