import pytz

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.core.tolerance import default_tolerance
from .system_fields import is_system

TOLERANCE = "export_late_tolerance_amount"


class ResCompany(models.Model):
    _inherit = "res.company"

    export_nightly_hour = fields.Integer(
        string="Nightly figures at",
        default=2,
        help="Hour of the day, in the company's time zone, from which all figures "
        "are computed anew.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_go_live_date = fields.Date(
        string="Export CRM go-live",
        default=lambda self: self._default_export_go_live_date(),
        help="What happened before this day counts in the figures but starts no "
        "hold, activity, mail or claim by itself.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_late_grace_days = fields.Integer(
        string="Grace days",
        default=5,
        help="Days after the due date within which a payment is still on time.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_late_grace_business_days = fields.Boolean(
        string="Grace in business days",
        help="Count the grace in business days of the customer's country: weekends "
        "and public holidays there do not count.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_late_tolerance_amount = fields.Monetary(
        string="Tolerance amount",
        default=lambda self: self._default_export_late_tolerance_amount(),
        currency_field="currency_id",
        help="Up to this amount, and never more than the percentage beside it, may "
        "be missing from a payment: bank charges eat 15 to 40 USD of a wire. A new "
        "company begins with 50 USD in its currency.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_late_tolerance_percent = fields.Float(
        string="Tolerance (%)",
        default=5.0,
        help="Share of the instalment that may be missing; the smaller of amount "
        "and share applies.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_late_wire_days = fields.Integer(
        string="Wire in transit (days)",
        default=7,
        help="A payment registered in time but not booked yet excuses an instalment "
        "for this many days.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_late_bucket = fields.Selection(
        [("date", "Per due date"), ("instalment", "Per instalment")],
        string="Count instalments",
        default="date",
        required=True,
        help="Instalments of one customer due on the same day count once, or each.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_late_window_months = fields.Integer(
        string="Window (months)",
        default=24,
        help="Instalments due longer ago than this are left out of the judgement.",
        groups="base.group_user",
        prefetch="export_crm",
    )
    export_late_down_payments = fields.Boolean(
        string="Judge down-payment invoices",
        help="Off: an unpaid deposit invoice is no late payment, since the goods "
        "have not left.",
        groups="base.group_user",
        prefetch="export_crm",
    )

    @api.model
    def _default_export_go_live_date(self):
        """Return the day in the company where one works; see :meth:`create`."""
        return self.env.company._export_today()

    @api.model
    def _default_export_late_tolerance_amount(self):
        company = self.env.company
        return self._export_fifty_dollars().get(company.id, 50.0)

    def _init_column(self, column_name):
        """Give each company that is there already what is the default in its place."""
        result = super()._init_column(column_name)
        if column_name == TOLERANCE:
            amounts = self._export_fifty_dollars()
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE res_company c SET export_late_tolerance_amount = a.amount
                      FROM unnest(%s::int[], %s::numeric[]) AS a(id, amount)
                     WHERE a.id = c.id
                    """,
                    list(amounts),
                    list(amounts.values()),
                )
            )
        return result

    @api.model
    def _export_fifty_dollars(self, company_ids=None):
        """Return ``{company id: 50 USD in its currency}`` at the rate of today.

        In SQL, since it is also asked while Odoo creates our columns.

        :param company_ids: none: all companies
        """
        self.env["res.currency.rate"].flush_model()
        self.flush_model(["currency_id"])
        # The newest rate of each currency and root company; rates of no company last.
        rows = self.env.execute_query(
            SQL(
                """
                WITH newest AS (
                     SELECT DISTINCT ON (currency_id, company_id)
                            currency_id, company_id, rate
                       FROM res_currency_rate
                      ORDER BY currency_id, company_id, name > CURRENT_DATE, name DESC
                     )
                SELECT DISTINCT ON (c.id) c.id, currency.name,
                       CASE WHEN own.rate IS NOT NULL OR usd.rate IS NOT NULL
                            THEN COALESCE(own.rate, 1) / COALESCE(usd.rate, 1) END
                  FROM res_company c
                  JOIN res_currency currency ON currency.id = c.currency_id
                  JOIN res_currency dollar ON dollar.name = 'USD'
                  LEFT JOIN newest own
                    ON own.currency_id = c.currency_id
                   AND COALESCE(own.company_id, %(root)s) = %(root)s
                  LEFT JOIN newest usd
                    ON usd.currency_id = dollar.id
                   AND COALESCE(usd.company_id, %(root)s) = %(root)s
                 WHERE %(all)s OR c.id = ANY(%(companies)s)
                 ORDER BY c.id, own.company_id, usd.company_id
                """,
                root=SQL("split_part(c.parent_path, '/', 1)::int"),
                all=company_ids is None,
                companies=list(company_ids or ()),
            )
        )
        return {
            company_id: default_tolerance(name, float(rate) if rate else None)
            for company_id, name, rate in rows
        }

    @api.constrains(
        "export_late_grace_days",
        "export_late_tolerance_amount",
        "export_late_tolerance_percent",
        "export_late_wire_days",
        "export_late_window_months",
    )
    def _check_export_late_settings(self):
        for company in self:
            numbers = (
                company.export_late_grace_days,
                company.export_late_tolerance_amount,
                company.export_late_tolerance_percent,
                company.export_late_wire_days,
            )
            if min(numbers) < 0 or company.export_late_window_months < 1:
                raise ValidationError(
                    self.env._(
                        "%(company)s: grace, tolerance and wire days may not be "
                        "negative, and the window is at least one month.",
                        company=company.name,
                    )
                )

    @api.constrains("export_nightly_hour")
    def _check_export_nightly_hour(self):
        for company in self:
            if not 0 <= company.export_nightly_hour <= 23:
                raise ValidationError(
                    self.env._("The hour of the nightly figures is 0 to 23.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Give a new company its jobs at once, for the status screen, and defaults
        by its own currency and clock, whoever creates it from where."""
        companies = super().create(vals_list)
        self.env.registry.clear_cache()  # of _export_roots
        amounts = self._export_fifty_dollars(companies.ids)
        for company, vals in zip(companies, vals_list, strict=True):
            if company.parent_id:
                continue  # has the settings of its root
            if TOLERANCE not in vals:
                company[TOLERANCE] = amounts[company.id]
            if "export_go_live_date" not in vals:
                company.export_go_live_date = company._export_today()
        # The rows are the engine's: whoever may create companies need not write them.
        self.env["export.crm.job"].sudo()._ensure_jobs()
        return companies

    def write(self, vals):
        """Have all figures computed anew when a setting that they depend on changes."""
        follow = self.browse()
        if "currency_id" in vals and TOLERANCE not in vals:
            # Odoo gives a new company its currency with its chart of accounts.
            amounts = self._export_fifty_dollars(self.ids)
            follow = self.filtered(lambda c: c[TOLERANCE] == amounts[c.id])
        result = super().write(vals)
        if follow:
            for company_id, amount in self._export_fifty_dollars(follow.ids).items():
                self.browse(company_id)[TOLERANCE] = amount
        if any(name.startswith("export_late_") for name in vals):
            # Whoever may change the settings need not be able to write job rows.
            jobs = self.env["export.crm.job"].sudo()
            jobs.search([("company_id", "in", self._export_root().ids)])._request_run()
        return result

    # === BRANCHES === #

    def _get_company_root_delegated_field_names(self):
        """Settings are the root company's: Odoo copies them to its branches."""
        ours = [
            name
            for name, field in self._fields.items()
            if name.startswith("export_") and field.store and not is_system(self, field)
        ]
        return [*super()._get_company_root_delegated_field_names(), *ours]

    @api.model
    @tools.ormcache()
    def _export_roots(self):
        """Return ``{company id: id of its root company}``, archived ones included.

        A company never changes its parent. In memory, since the guard on orders asks.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, COALESCE(
                           split_part(NULLIF(parent_path, ''), '/', 1)::int, id)
                  FROM res_company ORDER BY id
                """
            )
        )
        return dict(rows)

    def _export_root(self):
        """Return the companies in whose books these are: themselves, or their roots.

        A branch is no legal entity of its own; whoever may enter the branch alone may
        not read the root's record, so what is asked of it is asked with ``sudo()``.
        """
        roots = self._export_roots()
        return self.browse(dict.fromkeys(roots.get(id_, id_) for id_ in self._ids))

    def _export_tree(self):
        """Return these companies' roots with all their branches, archived ones, too:
        the companies whose documents are in the same books."""
        wanted = set(self._export_root()._ids)
        roots = self._export_roots()
        tree = [id_ for id_, root_id in roots.items() if root_id in wanted]
        return self.browse(tree) | self._export_root()

    def _export_enters(self, user):
        """Tell whether somebody may enter this company or one of its branches."""
        self.ensure_one()
        # sudo: where a colleague works is no secret, wherever one may enter oneself
        return bool(self._export_tree() & user.sudo().company_ids)

    def _export_entered(self):
        """Return the company of this tree in which the user at work may be: itself, or
        a branch for whoever may not enter the root, whose books these are."""
        self.ensure_one()
        mine = self.env.companies if not self.env.su else self
        return self if self in mine else (self._export_tree() & mine)[:1] or self

    # === TIME === #

    def _export_timezone(self):
        """Return the time zone (``pytz`` zone) of the root company: its partner's,
        else UTC."""
        self.ensure_one()
        # sudo: what time it is there is no secret; who works in a branch may not read
        # the root company
        return pytz.timezone(self._export_root().sudo().partner_id.tz or "UTC")

    def _export_today(self):
        """Return today's date where the company is, whoever runs the job."""
        self.ensure_one()
        now = pytz.utc.localize(fields.Datetime.now())
        return now.astimezone(self._export_timezone()).date()

    @api.model
    def _export_today_sql(self, company):
        """Return in SQL today's date in the company of each row.

        Companies share a day for most of the day: then it is one constant.

        :param SQL company: the column of the company; rows of none go by the one where
            the reader works
        """
        mine = self.env.company._export_today()
        # sudo: which day it is somewhere is no secret
        others = self.sudo().search(Domain.TRUE).grouped(lambda c: c._export_today())
        others.pop(mine, None)
        if not others:
            return SQL("%s::date", mine)
        cases = [
            SQL("WHEN %s IN %s THEN %s::date", company, companies._ids, day)
            for day, companies in others.items()
        ]
        return SQL("CASE %s ELSE %s::date END", SQL(" ").join(cases), mine)

    def _export_local_now(self):
        """Return the company's local time (aware datetime), whoever asks."""
        self.ensure_one()
        now = fields.Datetime.now()
        return self._export_timezone().fromutc(now)

    @api.model
    def _export_tell_story(self, part):
        """Let a part of the demo story be told; called by the demo data alone.

        The package is imported here and nowhere else: no production registry has it.

        :param str part: ``"ledgers"`` (charts of accounts and rates, before there are
            customers) or ``"story"`` (everything else)
        """
        from ...demo.story import Story

        story = Story(self.env)
        {"ledgers": story._load_ledgers, "story": story._load_story}[part]()
