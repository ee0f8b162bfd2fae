import pytz
from markupsafe import escape

from odoo import api, fields, models
from odoo.tools.misc import format_date

UPDATE = "{update}"


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

    def _text(self, claim, update=None):
        """Return (subject, body) in the customer's language, with the claim's words.

        Placeholders are replaced, nothing is evaluated: ``{number}``, ``{customer}``,
        ``{agent}``, ``{subject}``, ``{update}``.

        :param datetime update: when they hear from us again, naive UTC; default: what
            the claim promises
        """
        self.ensure_one()
        reply = self.with_context(lang=claim.lang)
        words = {
            "{number}": claim.name,
            "{customer}": claim.partner_id.name or "",
            "{agent}": self.env.user.name,
            "{subject}": claim.title or "",
            "{update}": claim._customer_time(update or claim.next_update_at),
        }
        texts = [reply.subject or "", reply.body or ""]
        for word, value in words.items():
            texts[0] = texts[0].replace(word, value)
            texts[1] = texts[1].replace(word, _escape(value))
        return texts

    def _promises_update(self):
        """Tell whether the text says when the customer hears from us again.

        An empty recordset promises nothing.
        """
        return any(UPDATE in f"{reply.subject} {reply.body}" for reply in self)

    def _is_in(self, lang):
        """Tell whether there is a text in a language, and not only the English one."""
        self.ensure_one()
        if not lang or lang.startswith("en"):
            return True
        english = self.with_context(lang="en_US").body
        return self.with_context(lang=lang).body != english

    @api.model
    def _for(self, category):
        """Return the replies for a category: its own, those above, those for all."""
        ids = [*category._with_above().ids, False] if category else [False]
        return self.search([("category_id", "in", ids)])


class ExportCrmClaim(models.Model):
    _inherit = "export.crm.claim"

    def _customer_zone(self):
        """Return the name of the customer's time zone (UTC: not known)."""
        contact = self.partner_id or self.commercial_partner_id
        return contact.sudo().export_tz or "UTC"  # no secret, whoever answers

    def _customer_time(self, moment):
        """Return a moment in the customer's own time and language.

        :param datetime moment: naive UTC; none: an empty text
        """
        if not moment:
            return ""
        zone = self._customer_zone()
        local = pytz.utc.localize(moment).astimezone(pytz.timezone(zone))
        day = format_date(
            self.env, local.date(), date_format="long", lang_code=self.lang
        )
        return f"{day} {local:%H:%M} ({zone})"


def _escape(text):
    return str(escape(text))
