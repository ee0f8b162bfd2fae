from odoo import fields, models
from odoo.exceptions import AccessError, ValidationError

#: What a claim of the past brings along, and where: the moments of its last stages.
MOMENTS = {"solved": ("solved_at",), "closed": ("solved_at", "closed_at")}
MOMENTS["cancelled"] = MOMENTS["closed"]
#: The system's, but for managers who bring in claims of another program.
HISTORY = ("solved_at", "closed_at", "origin_id")


class ExportCrmClaim(models.Model):
    """Claims that were worked on elsewhere: a manager imports how they ended."""

    _inherit = "export.crm.claim"

    def _take_history(self, vals):
        """Take out of the values of a new claim what only a manager may say of it.

        :return: ``{field name: value}``, for :meth:`_keep_history`
        """
        if self.env.su:
            return {}
        history = {name: vals.pop(name) for name in HISTORY if name in vals}
        history = {name: value for name, value in history.items() if value}
        if history and not self.env.user.has_group(
            "export_crm.export_crm_group_claims_manager"
        ):
            raise AccessError(
                self.env._(
                    "Only a manager of claims brings in claims that were worked on "
                    "elsewhere: leave out %s.",
                    ", ".join(
                        self._fields[name]._description_string(self.env)
                        for name in history
                    ),
                )
            )
        return history

    def _keep_history(self):
        """Drop the moments that a new claim can't have had; check the others.

        An open claim is not closed yet, whatever an import says: its customer could
        not reopen it for long.

        :return: ``{claim: {field name: moment}}``: entering a stage notes the moment
            of now
        """
        kept = {}
        for claim in self:
            possible = MOMENTS.get(claim.state, ())
            for name in ("solved_at", "closed_at"):
                if claim[name] and name not in possible:
                    claim.sudo()[name] = False  # kept by the system
            claim._check_moments()
            kept[claim] = {name: claim[name] for name in possible if claim[name]}
        return kept

    def _check_moments(self):
        """Opened, solved, closed: in this order, and over."""
        now = fields.Datetime.now()
        moments = [self.solved_at, self.closed_at]
        moments = [self.opened_at, *filter(None, moments)]
        if len(moments) > 1 and [*moments, now] != sorted([*moments, now]):
            raise ValidationError(
                self.env._(
                    "A claim is opened, solved and closed in this order, and not in "
                    "the future."
                )
            )
