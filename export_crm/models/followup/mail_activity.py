from odoo import models
from odoo.fields import Date


class MailActivity(models.Model):
    """What people do with the activity of a follow-up, its ledger remembers."""

    _inherit = "mail.activity"

    def write(self, vals):
        """Note in the ledger who did it, another day, another responsible."""
        ledger = self.env["export.crm.followup"]
        watched = {"active", "date_deadline", "user_id", "feedback"} & set(vals)
        rows = ledger._of_activities(self) if watched else ledger
        result = super().write(vals)
        if "feedback" in vals:
            ledger._note_feedback(self)
        if not rows:
            return result
        if "active" in vals and not vals["active"]:
            rows._finish("reached")
        if vals.get("date_deadline"):
            rows._activity_moved(Date.to_date(vals["date_deadline"]))
        if vals.get("user_id"):
            rows.filtered(lambda row: row.user_id.id != vals["user_id"]).write(
                {"user_id": vals["user_id"]}
            )
        return result

    def unlink(self):
        """Remember that somebody removed the activity: it isn't made again."""
        rows = self.env["export.crm.followup"]._of_activities(self)
        result = super().unlink()
        rows._activity_cancelled()
        return result


class ExportCrmFollowup(models.Model):
    _inherit = "export.crm.followup"

    def _note_feedback(self, activities):
        """Keep the feedback that was given when an activity was done."""
        # sudo: the ledger follows whoever works with the activity
        rows = self.sudo().search(
            [("activity_id", "in", activities.ids), ("state", "=", "done")]
        )
        for row in rows.filtered(lambda r: not r.note):
            row.note = row.activity_id.feedback
