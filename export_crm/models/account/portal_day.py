from odoo import api, fields, models
from odoo.tools import SQL

KEEP_DAYS = 1100


class ExportCrmPortalDay(models.Model):
    """A day on which a portal user came: the trace that Odoo itself deletes.

    Odoo writes a device log row at most once an hour and its daily housekeeping keeps
    only the last one per session and address, so a past day can't be known later.
    Kept: the user and the day, three years, nothing else.
    """

    _name = "export.crm.portal.day"
    _description = "Portal Visit Day"
    _rec_name = "user_id"
    _order = "day desc, id desc"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    day = fields.Date(required=True, index=True, help="Day of the visit, UTC.")

    _user_day_uniq = models.Constraint(
        "UNIQUE(user_id, day)", "One row per portal user and day."
    )

    def _keep_device_days(self):
        """Copy the days of portal users out of the device log.

        :return: number of new days
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO export_crm_portal_day (user_id, day)
                SELECT DISTINCT u.id, visit.day
                  FROM res_users u
                  JOIN (
                       SELECT user_id, first_activity::date AS day FROM res_device_log
                        UNION
                       SELECT user_id, last_activity::date FROM res_device_log
                       ) visit ON visit.user_id = u.id
                 WHERE u.share AND visit.day IS NOT NULL
                    ON CONFLICT (user_id, day) DO NOTHING
                """
            )
        )
        return self.env.cr.rowcount

    @api.autovacuum
    def _gc_portal_days(self):
        self.env.cr.execute(
            SQL(
                "DELETE FROM export_crm_portal_day WHERE day < CURRENT_DATE - %s",
                KEEP_DAYS,
            )
        )


class ResDeviceLog(models.Model):
    _inherit = "res.device.log"

    @api.autovacuum
    def _gc_device_log(self):
        """Keep the days before Odoo deletes the rows that tell them."""
        self.env["export.crm.portal.day"]._keep_device_days()
        return super()._gc_device_log()
