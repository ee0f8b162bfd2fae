from markupsafe import escape

from odoo import api, fields, models


class ExportCrmClaimReply(models.Model):
    """A standard reply: a text for a category, to be adapted and sent."""

    _name = "export.crm.claim.reply"
    _description = "Standard Reply"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    category_id = fields.Many2one(
        "export.crm.claim.category", help="Empty: for every category."
    )
    subject = fields.Char(translate=True)
    body = fields.Html(required=True, translate=True)
    disclosure = fields.Text(
        string="What may be disclosed",
        translate=True,
        help="For the agent only; never sent.",
    )

    def _text(self, claim):
        """Return (subject, body) in the customer's language, with the claim's words.

        Placeholders are replaced, nothing is evaluated: ``{number}``, ``{customer}``,
        ``{agent}``, ``{subject}``, ``{update}``.
        """
        self.ensure_one()
        reply = self.with_context(lang=claim.lang)
        words = {
            "{number}": claim.name,
            "{customer}": claim.partner_id.name or "",
            "{agent}": self.env.user.name,
            "{subject}": claim.title or "",
            "{update}": fields.Datetime.to_string(claim.next_update_at or False) or "",
        }
        texts = [reply.subject or "", reply.body or ""]
        for word, value in words.items():
            texts[0] = texts[0].replace(word, value)
            texts[1] = texts[1].replace(word, _escape(value))
        return texts

    @api.model
    def _for(self, category):
        """Return the replies for a category: its own, those above, those for all."""
        ids = [*category._with_above().ids, False] if category else [False]
        return self.search([("category_id", "in", ids)])


def _escape(text):
    return str(escape(text))
