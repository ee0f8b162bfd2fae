from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html_escape

REASONS = [
    ("first", "First tier"),
    ("up", "Up"),
    ("down", "Down"),
    ("step", "One step down (the figures say lower)"),
    ("override", "Set by a person"),
    ("unrated", "No longer rated"),
]
# A newcomer is told about until so many days after it has become rated.
NEWS_DAYS = 31
SHOWN = 50  # customers in a notification; the list has all


class ExportCrmTierChange(models.Model):
    """The history of tiers: what changed, why, by whom. Rows never change."""

    _name = "export.crm.tier.change"
    _inherit = "export.crm.books.mixin"
    _description = "Tier Change"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True, help="As-of day of the figures.")
    old_tier_id = fields.Many2one("export.crm.tier", ondelete="restrict")
    new_tier_id = fields.Many2one("export.crm.tier", ondelete="restrict")
    reason = fields.Selection(REASONS, required=True)
    note = fields.Text(help="What the person who decided has written.")
    score = fields.Float(digits=(5, 1), aggregator="avg")
    breakdown = fields.Json()
    explanation = fields.Html(compute="_compute_explanation")
    revenue_365d = fields.Monetary(string="Revenue, 12 Months")
    currency_id = fields.Many2one("res.currency")
    country_id = fields.Many2one("res.country", index="btree_not_null")
    salesperson_id = fields.Many2one("res.users", index="btree_not_null")
    grading_id = fields.Many2one(
        "export.crm.tier.grading",
        index="btree_not_null",
        ondelete="restrict",
        groups="export_crm.export_crm_group_team_manager",
    )
    override_id = fields.Many2one("export.crm.tier.override", ondelete="restrict")
    user_id = fields.Many2one("res.users", string="By", required=True)

    @api.depends("breakdown")
    def _compute_explanation(self):
        accounts = self.env["export.crm.account"]
        for change in self:
            change.explanation = accounts._render_tier(change.breakdown, change.score)

    def write(self, vals):
        if vals:
            raise UserError(self.env._("The history of tiers is never changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The history of tiers is never deleted."))

    # === TELLING THE SALESPEOPLE === #

    def _announce_first(self, company, as_of):
        """Tell about newcomers that have just become rated, and start their plans.

        Go-live makes no flood: told are those whose first order came after go-live
        and who became rated within the last month; history that is merely read in is
        not.
        """
        rule = self.env["export.crm.tier.criterion"]._criteria(company).get("unrated")
        days = NEWS_DAYS + int(rule.threshold if rule else 0)
        since = as_of - timedelta(days=days)
        if company.export_go_live_date:
            since = max(since, company.export_go_live_date)
        # sudo: the pipeline reads everybody's figures
        accounts = self.env["export.crm.account"].sudo()
        news = accounts.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", self.partner_id.ids),
                ("first_order_date", ">=", since),
            ]
        )
        told = self.filtered(lambda c: c.partner_id in news.partner_id)
        told._announce()
        told._start_plans()

    def _announce(self):
        """Send each salesperson one notification about all own customers here.

        What depends on the tier, such as texts of activities, is made anew at once.
        """
        for company, changes in self.grouped("company_id").items():
            self.env["export.crm.dirty"]._mark(changes.partner_id, company)
        for user, changes in self.grouped("salesperson_id").items():
            if not user.active or user == self.env.user:
                continue
            changes.with_context(lang=user.lang)._notify_salesperson(user)

    def _notify_salesperson(self, user):
        unrated = self.env._("unrated")
        rows = Markup().join(
            Markup("<li>%s: %s → %s</li>")
            % (
                change.partner_id._get_html_link(),
                change.old_tier_id.code or unrated,
                change.new_tier_id.code or unrated,
            )
            for change in self[:SHOWN]
        )
        more = len(self) - SHOWN
        tail = self.env._("and %s more", more) if more > 0 else ""
        intro = self.env._("The tier of these customers of yours has changed:")
        body = Markup("<p>%s</p><ul>%s</ul><p>%s</p>") % (
            html_escape(intro),
            rows,
            tail,
        )
        self.env["mail.thread"].message_notify(
            subject=self.env._("%s customers have a new tier", len(self)),
            body=body,
            partner_ids=user.partner_id.ids,
            model=self.grading_id._name if self.grading_id else False,
            res_id=self.grading_id[:1].id or False,
        )
