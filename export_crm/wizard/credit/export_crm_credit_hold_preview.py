from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ExportCrmCreditHoldPreview(models.TransientModel):
    """Who would be held: the go-live list, confirmed by a Credit Controller.

    Shows everybody who breaks a rule today, also by what was before go-live, which
    the nightly check leaves alone.
    """

    _name = "export.crm.credit.hold.preview"
    _description = "Who Would Be Held"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        domain="[('parent_id', '=', False)]",
        default=lambda self: self.env.company._export_root(),
    )
    line_ids = fields.One2many(
        "export.crm.credit.hold.preview.line",
        "preview_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    line_count = fields.Integer(compute="_compute_line_count")

    @api.depends("company_id")
    def _compute_line_ids(self):
        for preview in self:
            found = self._findings(preview.company_id)
            preview.line_ids = [
                fields.Command.clear(),
                *(fields.Command.create(vals) for vals in found),
            ]

    @api.depends("line_ids")
    def _compute_line_count(self):
        for preview in self:
            preview.line_count = len(preview.line_ids)

    @api.model
    def _findings(self, company):
        """Return the values of one line per customer and rule, worst delay first."""
        self._check_controller()
        # sudo: the books of the root company, also for who may enter a branch alone
        company = company._export_root().sudo()
        today = company._export_today()
        accounts = self.env["export.crm.account"].sudo()
        # sudo: a Controller sees every customer of the company here
        holds = self.env["export.crm.credit.hold"].sudo()
        seen, lines, last = set(), [], 0
        while partner_ids := accounts._facts_partner_batches(company, today, last):
            last = partner_ids[-1]
            findings = holds._ledger_findings(company, partner_ids, today, history=True)
            held = holds._blocking_ids([(id_, company.id) for id_ in partner_ids])
            late = {id_ for found in findings.values() for id_ in found}
            overdue = self._overdue(company, today, late)
            exposure = accounts._live_exposure(company, late) if late else {}
            for rule, evidence in findings.items():
                for partner_id, rows in evidence.items():
                    if partner_id in seen or (partner_id, company.id) in held:
                        continue
                    seen.add(partner_id)
                    lines.append(
                        {
                            "partner_id": partner_id,
                            "rule_id": rule.id,
                            "instalments": len(rows),
                            "worst_days_late": max(row["days_late"] for row in rows),
                            "overdue_amount": overdue.get(partner_id, 0.0),
                            "exposure": exposure[partner_id],
                        }
                    )
        return sorted(lines, key=lambda line: -line["worst_days_late"])

    @api.model
    def _overdue(self, company, today, partner_ids):
        """Return ``{partner id: what is overdue}``, in company currency."""
        if not partner_ids:
            return {}
        lateness = (
            self.env["export.crm.account"]
            .sudo()
            ._lateness_sql(company, today, list(partner_ids))
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id, SUM(open_amount) FROM (%s) late
                 WHERE verdict = 'overdue' GROUP BY partner_id
                """,
                lateness,
            )
        )
        return {partner_id: float(amount) for partner_id, amount in rows}

    @api.model
    def _check_controller(self):
        if not self.env.user.has_group("export_crm.export_crm_group_credit_controller"):
            raise UserError(
                self.env._("Only a Credit Controller decides who is put on hold.")
            )

    def action_choose_all(self):
        """Choose everybody, or nobody if everybody is chosen; the dialog stays."""
        self.ensure_one()
        every = all(self.line_ids.mapped("selected"))
        self.line_ids.selected = not every
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who Would Be Held"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_hold(self):
        """Put the chosen customers on hold, with today's evidence."""
        self.ensure_one()
        self._check_controller()
        chosen = self.line_ids.filtered("selected").partner_id
        if not chosen:
            raise UserError(self.env._("Choose at least one customer."))
        company = self.company_id._export_root().sudo()  # sudo: see _findings
        today = company._export_today()
        # sudo: evidence is written by the check alone
        holds = self.env["export.crm.credit.hold"].sudo()
        findings = holds._ledger_findings(company, chosen.ids, today, history=True)
        opened = holds.browse()
        for rule, evidence in findings.items():
            opened += holds._open_found(company, rule, evidence, today)
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_credit_hold_action"
        )
        action["domain"] = [("id", "in", opened.ids)]
        return action


class ExportCrmCreditHoldPreviewLine(models.TransientModel):
    _name = "export.crm.credit.hold.preview.line"
    _description = "Customer Who Would Be Held"
    _order = "worst_days_late desc, id"

    preview_id = fields.Many2one(
        "export.crm.credit.hold.preview", required=True, ondelete="cascade"
    )
    selected = fields.Boolean(string="Hold")
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    salesperson_id = fields.Many2one(related="partner_id.user_id")
    country_id = fields.Many2one(related="partner_id.country_id")
    rule_id = fields.Many2one("export.crm.credit.rule", string="Reason", readonly=True)
    instalments = fields.Integer(readonly=True)
    worst_days_late = fields.Integer(string="Worst delay (days)", readonly=True)
    currency_id = fields.Many2one(related="preview_id.company_id.currency_id")
    overdue_amount = fields.Monetary(string="Overdue", readonly=True)
    exposure = fields.Monetary(readonly=True)
