from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ExportCrmClaim(models.Model):
    """Severity, tier and priority: how they come about."""

    _inherit = "export.crm.claim"

    @api.depends("category_id", "score_ids.option_id")
    def _compute_severity_id(self):
        severities = self.env["export.crm.claim.severity"]
        criteria = self.env["export.crm.claim.criterion"].search(fields.Domain.TRUE)
        usual = severities._from_code("medium") or severities.search([], limit=1)
        for claim in self:
            options = claim.score_ids.option_id
            if criteria and options.criterion_id >= criteria:
                claim.severity_id = severities._from_options(options)
            else:
                claim.severity_id = (
                    claim.category_id._severity() if claim.category_id else usual
                ) or usual

    @api.depends("severity_id", "score_ids.option_id", "category_id")
    def _compute_severity_explanation(self):
        criteria = self.env["export.crm.claim.criterion"].search(fields.Domain.TRUE)
        for claim in self:
            options = claim.score_ids.option_id
            if criteria and options.criterion_id >= criteria:
                parts = [
                    f"{option.criterion_id.name} {option.points}" for option in options
                ]
                claim.severity_explanation = self.env._(
                    "Scorecard %(parts)s = %(sum)s: %(severity)s",
                    parts=" + ".join(parts),
                    sum=sum(options.mapped("points")),
                    severity=claim.severity_id.name,
                )
            else:
                claim.severity_explanation = self.env._(
                    "%(severity)s, as usual for %(category)s; the scorecard is not "
                    "filled in",
                    severity=claim.severity_id.name,
                    category=claim.category_id.display_name
                    or self.env._("claims without a category"),
                )

    @api.depends("severity_id", "tier_id", "priority_override")
    def _compute_priority(self):
        matrix = self.env["export.crm.claim.priority"]
        for claim in self:
            cell = matrix._cell(claim.severity_id, claim.tier_id)
            claim.priority_points = cell.points
            claim.priority = claim.priority_override or cell.level or "1"

    @api.depends("severity_id", "tier_id", "priority_override", "priority_reason")
    def _compute_priority_explanation(self):
        matrix = self.env["export.crm.claim.priority"]
        for claim in self:
            cell = matrix._cell(claim.severity_id, claim.tier_id)
            text = cell._arithmetic(claim.tier_id) if cell else ""
            if claim.priority_override:
                text = self.env._(
                    "By hand: %(reason)s (else %(matrix)s)",
                    reason=claim.priority_reason,
                    matrix=text,
                )
            claim.priority_explanation = text

    @api.constrains("priority_override", "priority_reason")
    def _check_priority_reason(self):
        for claim in self:
            if claim.priority_override and not (claim.priority_reason or "").strip():
                raise ValidationError(
                    self.env._("A priority set by hand needs a reason.")
                )

    def action_score(self):
        """Prepare the scorecard: one line for each question that has none."""
        criteria = self.env["export.crm.claim.criterion"].search(fields.Domain.TRUE)
        for claim in self:
            self.env["export.crm.claim.score"].create(
                [
                    {"claim_id": claim.id, "criterion_id": criterion.id}
                    for criterion in criteria - claim.score_ids.criterion_id
                ]
            )

    # === TIER === #

    def _take_tier(self):
        """Note the customer's present tier; clocks follow it."""
        changed = self.browse()
        for company, claims in self.grouped("company_id").items():
            # Sudo: the tier of a customer decides about the deadline, whoever files.
            accounts = self.env["export.crm.account"].sudo()
            tier_by_partner = {
                account.partner_id: account.tier_id
                for account in accounts.search(
                    [
                        ("company_id", "=", company.id),
                        ("partner_id", "in", claims.commercial_partner_id.ids),
                    ]
                )
            }
            for claim in claims:
                tier = tier_by_partner.get(
                    claim.commercial_partner_id, self.env["export.crm.tier"]
                )
                if claim.tier_id != tier:
                    claim.sudo().tier_id = tier  # kept by the system
                    changed += claim
        changed.filtered("event_ids")._retarget()
        return changed

    @api.model
    def _follow_tiers(self, company, limit=2000):
        """Find open claims whose customer's tier has changed, and follow it.

        :return: number of claims changed
        """
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT c.id
              FROM export_crm_claim c
              LEFT JOIN export_crm_account a
                ON a.partner_id = c.commercial_partner_id
               AND a.company_id = c.company_id
             WHERE c.company_id = %s AND c.is_open
               AND c.tier_id IS DISTINCT FROM a.tier_id
             ORDER BY c.id
             LIMIT %s
            """,
            (company.id, limit),
        )
        claims = self.browse(id_ for [id_] in self.env.cr.fetchall())
        return len(claims._take_tier())
