from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

CLOSED = "export_crm.mail_template_claim_closed"
# What an employee may not write of a rating; an answer to it they may.
VERDICT = {"rating", "feedback", "consumed", "res_id", "res_model_id", "partner_id"}


class RatingRating(models.Model):
    _inherit = "rating.rating"

    export_claim_cycle = fields.Integer(
        string="Claim cycle", readonly=True, aggregator=None
    )

    _export_claim_uniq = models.UniqueIndex(
        "(res_id, export_claim_cycle)"
        " WHERE res_model = 'export.crm.claim' AND export_claim_cycle > 0",
        "A claim is rated once per cycle.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        ratings = super().create(vals_list)
        ratings._check_given_by_customer()
        return ratings

    def write(self, vals):
        if not vals.keys().isdisjoint(VERDICT):
            self._check_given_by_customer()
        result = super().write(vals)
        if not vals.keys().isdisjoint(VERDICT):
            self._check_given_by_customer()  # nor made one of a claim
        return result

    def _check_given_by_customer(self):
        """Raise AccessError when an employee rates a claim, by RPC."""
        if not self.env.su and "export.crm.claim" in self.mapped("res_model"):
            raise AccessError(self.env._("A claim is rated by the customer only."))


class ExportCrmClaim(models.Model):
    """The customer's verdict: asked once and given once per cycle."""

    _inherit = "export.crm.claim"

    rating_asked_cycle = fields.Integer(readonly=True, copy=False, aggregator=None)
    rated = fields.Boolean(compute="_compute_rated")

    @api.depends("rating_ids.export_claim_cycle", "cycle")
    def _compute_rated(self):
        for claim in self:
            # Sudo: whether it is rated is what the portal asks, too.
            ratings = claim.sudo().rating_ids
            claim.rated = claim.cycle in ratings.mapped("export_claim_cycle")

    def _ask_rating(self):
        """Tell the customer that the claim is closed and ask for a rating, once."""
        template = self.env.ref(CLOSED, raise_if_not_found=False)
        for claim in self.sudo():  # the system asks
            if (
                not template
                or not claim.partner_id
                or claim.rating_asked_cycle >= claim.cycle
                or not claim._is_live()
            ):
                continue
            claim.rating_asked_cycle = claim.cycle
            claim._send_template(template)

    def _send_template(self, template):
        """Send a text to the customer in their language, as an automatic message."""
        self.ensure_one()
        # The system writes, also to what a customer does in the portal.
        claim = self.with_user(SUPERUSER_ID).with_context(lang=self.lang)
        texts = {
            name: template.sudo()._render_field(name, self.ids, set_lang=self.lang)[
                self.id
            ]
            for name in ("subject", "body_html")
        }
        recipients = {"outgoing_email_to": claim.email_from}
        if claim.partner_id.email_normalized:
            recipients = {"partner_ids": claim.partner_id.ids}
        return claim.message_post(
            body=texts["body_html"],
            subject=texts["subject"],
            author_id=claim.company_id.partner_id.id,
            message_type="auto_comment",
            subtype_xmlid="mail.mt_comment",
            email_layout_xmlid="mail.mail_notification_light",
            mail_headers={"Auto-Submitted": "auto-generated"},
            force_send=False,
            **recipients,
        )

    def _rate(self, value, feedback, partner):
        """Take a rating of 1 to 5 from the customer.

        :raise UserError: not closed, or rated in this cycle already
        :raise ValidationError: not 1 to 5
        """
        self.ensure_one()
        claim = self.sudo()  # the customer rates in the portal, with checked access
        if claim.state not in ("solved", "closed"):
            raise UserError(self.env._("A claim is rated when it is solved."))
        if claim.rated:
            raise UserError(self.env._("This claim is rated already, thank you."))
        if value not in (1, 2, 3, 4, 5):
            raise ValidationError(self.env._("A rating is 1 to 5 stars."))
        self.env["rating.rating"].sudo().create(  # as above
            {
                "res_model_id": self.env["ir.model"]._get_id(self._name),
                "res_id": claim.id,
                "rating": value,
                "feedback": feedback,
                "consumed": True,
                "rated_on": fields.Datetime.now(),
                "partner_id": partner.id,
                "rated_partner_id": claim.user_id.partner_id.id,
                "export_claim_cycle": claim.cycle,
            }
        )
        claim.invalidate_recordset(["rated", "rating_ids"])
        if value <= 2:
            claim._follow_up_bad_rating(feedback)

    def _follow_up_bad_rating(self, feedback):
        """Have the agent apologise: the customer is not content."""
        self.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=self.company_id._export_today(),
            summary=self.env._("Apologise: the customer is not content"),
            note=feedback or "",
            user_id=self._person("agent").id or self.env.uid,
        )
