from werkzeug.exceptions import BadRequest, NotFound

from odoo import SUPERUSER_ID, http
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from odoo.tools import consteq, plaintext2html

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..tools.claim.files import ACCEPTED, MAX_FILE_BYTES, MAX_FILES
from ..tools.claim.text import plain

PAGE = 20
# No identifier is larger: the database takes no other.
MAX_ID = 2**31 - 1
# Orders to choose from; older ones are claimed about from their own page.
LISTED = 100
OPEN = [("is_open", "=", True)]


class ClaimPortal(CustomerPortal):
    """Claims in the portal: only of one's own company, changes by POST alone.

    Portal users have no rights on claims at all. Each page looks the claim up as
    superuser, checks whose it is, and shows what a customer may know: never severity,
    priority, cause, cost or internal notes.
    """

    # === WHO MAY SEE WHAT === #

    def _claim_customer(self):
        """Return the commercial customer of the portal user."""
        return request.env.user.partner_id.commercial_partner_id

    def _claim_domain(self):
        return [("commercial_partner_id", "=", self._claim_customer().id)]

    def _claims(self):
        # Sudo: portal users have no rights; every caller checks whose claim it is.
        return request.env["export.crm.claim"].sudo()

    def _get_claim(self, claim_id, access_token=None):
        """Return a claim as superuser, if it is the visitor's.

        :raise NotFound: somebody else's, or none: the answer is the same
        """
        if claim_id > MAX_ID:
            raise NotFound()
        claim = self._claims().browse(claim_id).exists()
        if not claim:
            raise NotFound()
        if access_token and claim.access_token:
            # As bytes: of texts, only those in ASCII can be compared.
            if consteq(claim.access_token.encode(), plain(access_token).encode()):
                return claim
        user = request.env.user
        if user._is_internal():
            if claim.with_user(user).has_access("read"):
                return claim
        elif not user._is_public() and claim.commercial_partner_id:
            if claim.commercial_partner_id == self._claim_customer():
                return claim
        raise NotFound()

    def _orders(self, newest=None):
        """Return the orders of the customer, the ``newest`` ones or all."""
        # Sudo: portal users may not read the delivered quantities.
        orders = request.env["sale.order"].sudo()
        return orders.search(
            [
                ("partner_id", "child_of", self._claim_customer().id),
                ("state", "=", "sale"),
            ],
            order="date_order desc",
            limit=newest,
        )

    # === PAGES === #

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "claim_count" in counters:
            values["claim_count"] = self._claims().search_count(self._claim_domain())
        return values

    @http.route(
        ["/my/claims", "/my/claims/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_claims(self, page=1, filterby="open", **_kwargs):
        """List the claims of the customer's company."""
        filters = {
            "open": {
                "label": request.env._("Open"),
                "domain": OPEN,
            },
            "all": {"label": request.env._("All"), "domain": []},
        }
        filterby = filterby if filterby in filters else "open"
        domain = self._claim_domain() + filters[filterby]["domain"]
        total = self._claims().search_count(domain)
        pager = portal_pager(
            url="/my/claims",
            total=total,
            page=page,
            step=PAGE,
            url_args={"filterby": filterby},
        )
        claims = self._claims().search(
            domain, order="id desc", limit=PAGE, offset=pager["offset"]
        )
        values = self._prepare_portal_layout_values() | {
            "claims": claims,
            "page_name": "claim",
            "pager": pager,
            "default_url": "/my/claims",
            "searchbar_filters": filters,
            "filterby": filterby,
        }
        return request.render("export_crm.portal_my_claims", values)

    @http.route("/my/claims/<int:claim_id>", type="http", auth="public", website=True)
    def portal_claim(self, claim_id, access_token=None, **kwargs):
        """Show one claim: state, promised times, goods, messages."""
        claim = self._get_claim(claim_id, access_token)
        if claim.merged_into_id:
            # The customer has been told this number: it leads to where it goes on.
            return request.redirect(claim.merged_into_id.get_portal_url())
        return self._render_claim(claim, kwargs)

    def _render_claim(self, claim, kwargs, error=None):
        """Show a claim; with what was refused and why, nothing typed is lost."""
        token = claim._portal_ensure_token()
        values = self._get_page_view_values(
            claim, token, {}, "my_claims_history", False
        )
        values |= {
            "claim": claim,
            "page_name": "claim",
            "told": claim._milestones_told(),
            "tz": claim._customer_zone(),
            "can_reopen": claim.state == "closed" and claim._in_grace(),
            "can_rate": claim.state in ("solved", "closed") and not claim.rated,
            "message": kwargs.get("message"),
            "error": error,
            "form": self._typed(kwargs),
        }
        return request.render("export_crm.portal_claim", values)

    @http.route("/my/claims/new", type="http", auth="user", website=True)
    def portal_claim_new(self, order_id=None, category_id=None, **kwargs):
        """Choose an order and what is wrong; help first, then the form."""
        return self._render_new(order_id, category_id, kwargs)

    def _render_new(self, order_id, category_id, kwargs, error=None):
        categories = (
            request.env["export.crm.claim.category"]
            .sudo()  # portal users read no configuration
            .search([("portal", "=", True)])
        )
        orders = self._orders(newest=LISTED)
        # One that is named may be older than those in the list.
        order = orders.browse(self._number(order_id)) & self._orders()
        picking = order.picking_ids.browse(self._number(kwargs.get("picking_id")))
        picking &= order.picking_ids
        category = categories.browse(self._number(category_id)) & categories
        values = self._prepare_portal_layout_values() | {
            "page_name": "claim",
            "orders": orders,
            "order": order,
            "picking": picking,
            "rows": order._export_claim_rows(category, picking),
            "categories": categories,
            "category": category,
            "wanted": self._claims()
            ._fields["wanted"]
            ._description_selection(request.env),
            "form": self._typed(kwargs),
            "error": error,
            "accepted": ACCEPTED,
        }
        return request.render("export_crm.portal_claim_new", values)

    @staticmethod
    def _number(value):
        text = str(value or "")
        return int(text) if text.isdecimal() and len(text) < 10 else 0

    @staticmethod
    def _typed(values):
        """Return what was typed into a form, as a page can show it again."""
        return {
            name: plain(value) if isinstance(value, str) else value
            for name, value in values.items()
        }

    # === CHANGES: POST ONLY === #

    @http.route(
        "/my/claims/create", type="http", auth="user", website=True, methods=["POST"]
    )
    def portal_claim_create(self, order_id=None, category_id=None, **kwargs):
        """File a claim from the form."""
        kwargs = self._typed(kwargs)
        if not self._claim_customer() or request.env.user._is_internal():
            raise NotFound()
        try:
            with request.env.cr.savepoint():
                claim = self._file_claim(order_id, category_id, kwargs)
        except UserError as error:
            return self._render_new(order_id, category_id, kwargs, error=str(error))
        return request.redirect(f"/my/claims/{claim.id}?message=filed")

    def _file_claim(self, order_id, category_id, kwargs):
        """Create the claim with its lines and photos.

        :raise BadRequest: an order, delivery or line that isn't the customer's
        :raise UserError: what the customer can put right
        """
        title = (kwargs.get("title") or "").strip()
        text = (kwargs.get("description") or "").strip()
        if not title or not text:
            raise UserError(request.env._("Please say what is wrong."))
        order = self._own(self._orders(), order_id)
        picking = self._own(order.picking_ids, kwargs.get("picking_id"))
        categories = request.env["export.crm.claim.category"].sudo()  # as above
        category = self._own(categories.search([("portal", "=", True)]), category_id)
        files = self._files()
        wanted = dict(
            self._claims()._fields["wanted"]._description_selection(request.env)
        )
        user = request.env.user
        company = (order.company_id or user.company_id)._export_root()
        self._claims()._check_portal_claims(company.sudo(), self._claim_customer())
        claim = (
            self._claims()
            .with_company(company)
            .with_context(mail_create_nosubscribe=True)
            .create(
                {
                    "title": title[:200],
                    "description": plaintext2html(text[:20000]),
                    "partner_id": user.partner_id.id,
                    "company_id": company.id,
                    "order_id": order.id,
                    "picking_id": picking.id,
                    "category_id": category.id,
                    "wanted": kwargs.get("wanted")
                    if kwargs.get("wanted") in wanted
                    else False,
                    "channel": "portal",
                    "line_ids": self._line_commands(order, picking, category, kwargs),
                }
            )
        )
        self._attach(claim, files)
        return claim

    def _own(self, records, value):
        """Return the record with a posted id, which must be one of ``records``."""
        number = self._number(value)
        if value and number not in records.ids:
            raise BadRequest()
        return records.browse(number or ())

    def _line_commands(self, order, picking, category, kwargs):
        """Return the commands for the lines of the form, at the order's prices.

        :raise BadRequest: a line that isn't in the form
        :raise UserError: no number
        """
        rows = {
            row.name: row for row in order._export_claim_rows(category, picking, True)
        }
        commands = []
        for name, value in kwargs.items():
            if not name.startswith("quantity_") or not str(value).strip():
                continue
            if name not in rows:
                raise BadRequest()
            if quantity := self._quantity(value):
                commands.append((0, 0, rows[name].values(quantity)))
        return commands

    @staticmethod
    def _quantity(value):
        try:
            quantity = float(str(value).strip().replace(",", "."))
        except ValueError:
            quantity = -1.0
        if not 0 <= quantity < 1e9:
            raise UserError(request.env._("Please write each quantity as a number."))
        return quantity

    def _files(self):
        """Return the posted files as [(name, content)], checked.

        :raise UserError: too many, too big, or of another kind
        """
        found = []
        for file in request.httprequest.files.getlist("photos"):
            content = file.read(MAX_FILE_BYTES + 1)
            if not content:
                continue
            kind = self._claims()._check_outside_file(content)
            found.append((plain(file.filename) or "photo", content, {"kind": kind}))
        if len(found) > MAX_FILES:
            raise UserError(request.env._("Ten files at most, please."))
        return found

    def _attach(self, claim, files):
        if files:
            message = self._post(
                claim,
                body=request.env._("Photos and documents of the claim"),
                attachments=files,
                author_id=request.env.user.partner_id.id,
            )
            kinds = [info["kind"] for _name, _content, info in files]
            for file, kind in zip(
                message.attachment_ids.sorted("id"), kinds, strict=True
            ):
                file.mimetype = kind

    def _post(self, claim, **values):
        """Post what the customer has said in one of our forms: checked by it."""
        return claim.with_user(SUPERUSER_ID).message_post(
            message_type="comment", subtype_xmlid="mail.mt_comment", **values
        )

    @http.route(
        "/my/claims/<int:claim_id>/<any(close,reopen,rate):action>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_claim_act(self, claim_id, action, access_token=None, **kwargs):
        """Close, reopen or rate one's own claim; employees do so in the backend."""
        if request.env.user._is_internal():
            raise NotFound()
        claim = self._get_claim(claim_id, access_token)
        kwargs = self._typed(kwargs)
        try:
            with request.env.cr.savepoint():
                getattr(self, f"_act_{action}")(claim, kwargs)
        except (UserError, AccessError) as error:
            return self._render_claim(claim, kwargs, error=str(error))
        token = claim._portal_ensure_token()
        return request.redirect(
            f"/my/claims/{claim.id}?access_token={token}&message={action}"
        )

    def _act_close(self, claim, _kwargs):
        """The customer is content: close, as far as nothing is missing."""
        if not claim.is_open:
            raise UserError(request.env._("This claim is closed already."))
        claim._customer_closes()

    def _act_reopen(self, claim, kwargs):
        reason = (kwargs.get("reason") or "").strip()
        claim._check_portal_claims(claim.company_id, claim.commercial_partner_id)
        claim._check_portal_messages()
        claim.action_reopen()
        if reason:
            self._post(
                claim,
                body=plaintext2html(reason[:5000]),
                author_id=self._author(claim).id,
            )

    def _act_rate(self, claim, kwargs):
        value = self._number(kwargs.get("rating"))
        feedback = (kwargs.get("feedback") or "").strip()[:5000]
        claim._rate(value, feedback, self._author(claim))

    def _author(self, claim):
        """Return who acts: the portal user, or whom the link was sent to."""
        user = request.env.user
        return claim.partner_id if user._is_public() else user.partner_id
