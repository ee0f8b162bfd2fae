from datetime import timedelta

from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

MAX_MONTHS = 12


class ExportCrmTierOverride(models.Model):
    """A tier that a person has set, with the reason and until when.

    While it lasts, gradings leave the customer alone; the computed tier is still
    kept. When it ends nothing changes silently: an activity asks what shall be, and
    the next grading looks at the customer again.
    """

    _name = "export.crm.tier.override"
    _description = "Tier Override"
    _inherit = [
        "export.crm.customer.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_name = "partner_id"

    tier_id = fields.Many2one("export.crm.tier", required=True, ondelete="restrict")
    old_tier_id = fields.Many2one(
        "export.crm.tier", readonly=True, help="The tier before; empty: unrated."
    )
    computed_tier_id = fields.Many2one(
        "export.crm.tier", compute="_compute_computed_tier_id"
    )
    reason = fields.Text(required=True)
    date_start = fields.Date(
        required=True,
        readonly=True,
        default=lambda self: self.env.company._export_today(),
    )
    date_end = fields.Date(
        string="Until",
        required=True,
        help="Last day; at most 12 months ahead.",
    )
    state = fields.Selection(
        [("active", "In force"), ("expired", "Expired"), ("ended", "Ended")],
        default="active",
        required=True,
        readonly=True,
        index=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
    )

    @api.depends("partner_id", "company_id")
    def _compute_computed_tier_id(self):
        # sudo: the computed tier is shown with the override, figures are not
        accounts = self.env["export.crm.account"].sudo()
        found = {
            (account.partner_id.id, account.company_id.id): account.tier_computed_id
            for account in accounts.search(
                [("partner_id", "in", self.partner_id.ids)], order="id"
            )
        }
        for override in self:
            key = (override.partner_id.id, override.company_id.id)
            override.computed_tier_id = found.get(key, False)

    # === CONSTRAINTS === #

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for override in self:
            last = override.date_start + relativedelta(months=MAX_MONTHS)
            if not override.date_start <= override.date_end <= last:
                raise ValidationError(
                    self.env._(
                        "An override ends within %(months)s months: between "
                        "%(start)s and %(last)s.",
                        months=MAX_MONTHS,
                        start=override.date_start,
                        last=last,
                    )
                )

    @api.constrains("reason")
    def _check_reason(self):
        for override in self:
            if not override.reason.strip():
                raise ValidationError(self.env._("An override needs a reason."))

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Set the tier now, and end what was in force for the customer before."""
        for vals in vals_list:
            for name in ("state", "user_id", "date_start", "old_tier_id"):
                vals.pop(name, None)  # always here and now, by whoever writes
            partner = self.env["res.partner"].browse(vals.get("partner_id"))
            vals["partner_id"] = partner.commercial_partner_id.id
        overrides = super().create(vals_list)
        for override in overrides:
            # sudo: see above; the default is the day of the company one works in
            override.sudo().date_start = override.company_id._export_today()
            override._begin()
        return overrides

    def write(self, vals):
        """Only the end and the reason can be changed, and only while in force."""
        free = {"date_end", "reason"} | set(self._thread_fields())
        if not self.env.su and not free.issuperset(vals):
            raise UserError(
                self.env._("Make a new override: this one is part of the history.")
            )
        if {"date_end", "reason"} & set(vals) and any(
            override.state != "active" for override in self
        ):
            raise UserError(self.env._("This override is over."))
        return super().write(vals)

    @api.model
    def _thread_fields(self):
        return [
            name
            for name in self._fields
            if name.startswith(("message_", "activity_", "my_activity_"))
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("An override is ended, not deleted."))

    # === BUSINESS METHODS === #

    def _begin(self):
        """Give the customer the tier, with history and a word to the salesperson."""
        self.ensure_one()
        if not self.env.su:
            self._check_customer()
        earlier = self.sudo().search(  # sudo: whoever has set it
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "active"),
                ("id", "!=", self.id),
            ]
        )
        earlier._end("ended")
        # sudo: accounts are written by the system alone; the right to override is
        # that to create this record
        account = self.env["export.crm.account"].sudo()._tier_account(self)
        old = account.tier_id
        self.sudo().old_tier_id = old
        if old != self.tier_id:
            account._assign_tier(self.tier_id, self.date_start)
            change = account._log_change(
                old,
                "override",
                date=self.date_start,
                note=self.reason,
                override_id=self.id,
                user_id=self.env.uid,
            )
            change._announce()
            change._start_plans()

    def _check_customer(self):
        """A person overrides the tier of customers that are theirs to see.

        :raise AccessError: it isn't
        """
        accounts = self.env["export.crm.account"]
        domain = [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        # sudo: to tell "not yours" from "has no figures yet"
        known = accounts.sudo().with_context(active_test=False).search(domain)
        if known and not accounts.with_context(active_test=False).search(domain):
            raise AccessError(
                self.env._("This customer is not one of yours or of your team.")
            )

    def action_end(self):
        """End now: the tier stays as it is until the next grading."""
        self.check_access("write")
        # sudo: the state is written by these methods alone
        self.sudo().filtered(lambda o: o.state == "active")._end("ended")

    def _end(self, state):
        # Not one by one: the date tells when it was over, the state why.
        for override in self:
            override.state = state
            if state == "ended":
                override._message_log(body=self.env._("Ended."))

    @api.model
    def _settle_merged(self, partner):
        """After a merge: one override at most, and it is the one that shows.

        The customer that stays keeps its tier; overrides of those merged into it
        that say something else end.
        """
        self.invalidate_model(["partner_id"])
        # sudo: whoever merges contacts need not see overrides
        overrides = self.sudo().search(
            [
                ("partner_id", "=", partner.commercial_partner_id.id),
                ("state", "=", "active"),
            ]
        )
        for company, group in overrides.grouped("company_id").items():
            accounts = self.env["export.crm.account"].sudo()
            tier = accounts._tiers_by_key({(partner.id, company.id)}).get(
                (partner.id, company.id)
            )
            kept = group.filtered(lambda o, tier=tier: o.tier_id == tier)[:1]
            (group - kept)._end("ended")

    @api.model
    def _step_expire(self, company, as_of):
        """End what has run out; ask, by an activity, what the tier shall be.

        Changes no tier: the next grading proposes one, in its preview.

        :return: the overrides that have expired
        """
        expired = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("date_end", "<", as_of),
            ]
        )
        expired._end("expired")
        for override in expired:
            override._ask(company)
        return expired

    def _ask(self, company):
        manager = company._export_tier_manager()
        user = self.user_id if self.user_id.active else manager
        if not user:
            return
        env_user = self.with_context(lang=user.lang)
        summary = env_user.env._(
            "Tier override of %s has ended", self.partner_id.display_name
        )
        computed = self.computed_tier_id.code or env_user.env._("unrated")
        note = env_user.env._(
            "%(customer)s keeps %(tier)s until the next grading; by the figures it is "
            "%(computed)s. Extend by a new override, or grade it now.",
            customer=self.partner_id.display_name,
            tier=self.tier_id.code,
            computed=computed,
        )
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=Markup("<p>%s</p>") % note,
            user_id=user.id,
            date_deadline=company._export_today() + timedelta(days=7),
        )

    @api.model
    def _active_partner_ids(self, company, partner_ids):
        """Return those of the customers whose tier a person has set."""
        found = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("state", "=", "active"),
            ]
        )
        return set(found.partner_id.ids)
