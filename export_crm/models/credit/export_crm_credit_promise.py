from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.misc import format_date


class ExportCrmCreditPromise(models.Model):
    """The customer's word to pay an instalment by a later day.

    A salesperson asks, a Credit Controller decides; from the day of the approval on
    the instalment is judged by the promised day. Both days are kept.
    """

    _name = "export.crm.credit.promise"
    _description = "Promise to Pay"
    _inherit = ["export.crm.credit.instalment.mixin", "mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    original_date = fields.Date(
        string="Due date",
        compute="_compute_original_date",
        store=True,
        help="When the instalment was due before anybody promised anything.",
    )
    promised_date = fields.Date(required=True, tracking=True)
    asked_by_id = fields.Many2one(
        "res.users",
        string="Asked by",
        required=True,
        default=lambda self: self.env.user,
        readonly=True,
    )
    asked_on = fields.Date(
        required=True, default=lambda self: self._default_today(), readonly=True
    )
    reason = fields.Text(
        required=True, help="What the customer said, and why it is to be believed."
    )
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="requested",
        readonly=True,
        copy=False,
        tracking=True,
    )
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, copy=False
    )
    decided_on = fields.Date(readonly=True, copy=False)
    cancelled_on = fields.Date(readonly=True, copy=False)

    _decided_check = models.Constraint(
        "CHECK(state NOT IN ('approved', 'refused')"
        " OR (decided_by_id IS NOT NULL AND decided_on IS NOT NULL))",
        "A decision has an author and a day.",
    )
    _line_idx = models.Index("(move_line_id, decided_on) WHERE decided_on IS NOT NULL")

    @api.depends("move_line_id")
    def _compute_original_date(self):
        for promise in self:
            line = promise.move_line_id
            days = [d for d in (line.date_maturity, line.invoice_date) if d]
            promise.original_date = max(days, default=False)

    @api.constrains("promised_date", "move_line_id")
    def _check_promised_date(self):
        for promise in self:
            if promise.original_date and promise.promised_date <= promise.original_date:
                raise ValidationError(
                    self.env._(
                        "%(invoice)s is due on %(due)s: a promise names a later day.",
                        invoice=promise.move_id.display_name,
                        due=format_date(self.env, promise.original_date),
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._check_only_asked(vals_list)
        promises = super().create(vals_list)
        for promise in promises:
            promise._tell_invoice(
                self.env._(
                    "Promise to pay by %(date)s asked for by %(user)s: %(reason)s",
                    date=format_date(self.env, promise.promised_date),
                    user=promise.asked_by_id.name,
                    reason=promise.reason,
                )
            )
        return promises

    def write(self, vals):
        """Let a request be edited by who asked; decisions come by the buttons only."""
        if not self.env.su and self._decision_fields() & vals.keys():
            raise AccessError(
                self.env._("A promise to pay is decided by its buttons only.")
            )
        if (
            not self.env.su
            and self._asked_fields() & vals.keys()
            and any(p.state != "requested" for p in self)
        ):
            raise UserError(
                self.env._("A promise that was decided on can't be changed any more.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if any(promise.state != "requested" for promise in self):
            raise UserError(self.env._("A promise that was decided on is kept."))

    @api.model
    def _decision_fields(self):
        return {
            "state",
            "decided_by_id",
            "decided_on",
            "cancelled_on",
            "asked_by_id",
            "asked_on",
        }

    @api.model
    def _asked_fields(self):
        return {"move_line_id", "promised_date", "reason"}

    @api.model
    def _check_only_asked(self, vals_list):
        """Refuse a promise that comes into being decided, or in another's name."""
        today = self._default_today()
        for vals in map(self._add_missing_default_values, vals_list):
            if (
                vals.get("state") != "requested"
                or any(
                    vals.get(name)
                    for name in ("decided_by_id", "decided_on", "cancelled_on")
                )
                or vals.get("asked_by_id") != self.env.uid
                or fields.Date.to_date(vals.get("asked_on")) != today
            ):
                raise AccessError(
                    self.env._("A promise to pay begins as a request of one's own.")
                )

    # === ACTION METHODS === #

    def action_approve(self):
        """Approve: the instalment is judged by the promised day from today on.

        :raise AccessError: not a Credit Controller, one's own request or invoice
        :raise UserError: decided already
        """
        self._decide("approved", self.env._("Promise to pay by %(date)s approved"))

    def action_refuse(self):
        """Refuse: the due date stands. Raises as :meth:`action_approve` does."""
        self._decide("refused", self.env._("Promise to pay by %(date)s refused"))

    def action_cancel(self):
        """Take it back: a request by who asked, an approved one by a Controller.

        From today on the due date stands again; days before keep the promise.
        """
        for promise in self:
            own = promise.state == "requested" and (
                promise.asked_by_id == self.env.user
            )
            if not own:
                promise._check_controller()
            if promise.state not in ("requested", "approved"):
                raise UserError(self.env._("Only an open promise can be cancelled."))
            # Sudo: the state may change here only, see ``write``.
            promise.sudo().write(
                {"state": "cancelled", "cancelled_on": promise._today()}
            )
            promise._tell_invoice(self.env._("Promise to pay cancelled"))

    def _decide(self, state, text):
        for promise in self:
            promise._check_controller()
            if promise.asked_by_id == self.env.user:
                raise AccessError(
                    self.env._("Somebody else decides on a promise you asked for.")
                )
            if promise.salesperson_id == self.env.user:
                raise AccessError(
                    self.env._(
                        "Somebody else decides on a promise of your own invoice."
                    )
                )
            if promise.state != "requested":
                raise UserError(self.env._("This promise was decided on already."))
            # Sudo: the state may change here only, see ``write``.
            promise.sudo().write(
                {
                    "state": state,
                    "decided_by_id": self.env.user.id,
                    "decided_on": promise._today(),
                }
            )
            date = format_date(self.env, promise.promised_date)
            promise._tell_invoice(text % {"date": date})
