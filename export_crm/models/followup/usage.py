from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup

from odoo import api, models
from odoo.tools import SQL, format_date, formatLang

_DAYS = 365
_PRODUCTS = 10


class Usage(NamedTuple):
    """What a customer bought and has in use.

    :ivar products: ``[(product id, ordered, delivered, last day)]`` of the last 365
        days, in the products' own units, what is bought most often first
    :ivar last_purchase: day of the last purchase, None: never
    :ivar claims: open claims, None: unknown
    :ivar portal_days: days of the last 90 with a visit, None: no portal user
    """

    products: list
    last_purchase: object = None
    claims: int | None = None
    portal_days: int | None = None


def _places(quantity):
    return 0 if float(quantity).is_integer() else 2


class ExportCrmFollowup(models.Model):
    """The summary of product usage that some contacts bring along."""

    _inherit = "export.crm.followup"

    def _usages(self, company):
        """Return ``{customer id: Usage}`` of the rows whose step wants a summary.

        Two statements, however many rows; none where no step wants it.
        """
        wanting = (self + self.member_ids).filtered("template_id.export_usage")
        ids = wanting.partner_id.ids
        if not ids:
            return {}
        self.env.flush_all()
        found = {
            partner_id: Usage([], *figures)
            for partner_id, *figures in self.env.execute_query(
                self._usage_figures_sql(company, ids)
            )
        }
        for partner_id, *product in self.env.execute_query(
            self._usage_products_sql(company, ids)
        ):
            found.setdefault(partner_id, Usage([])).products.append(product)
        return {partner_id: found.get(partner_id, Usage([])) for partner_id in ids}

    @api.model
    def _usage_figures_sql(self, company, partner_ids):
        return SQL(
            """
            SELECT partner_id, last_order_date,
                   claims_open_minor + claims_open_major + claims_open_critical,
                   portal_days_90d
              FROM export_crm_account
             WHERE company_id = %s AND partner_id = ANY(%s)
            """,
            company.id,
            partner_ids,
        )

    @api.model
    def _usage_products_sql(self, company, partner_ids):
        """Select products per customer; samples and replacements are no purchases.

        Delivered quantities are net of returns, as Odoo keeps them on the line.
        """
        return SQL(
            """
            SELECT contact.commercial_partner_id, line.product_id,
                   SUM(line.product_uom_qty * unit.factor / own.factor)::float8,
                   SUM(line.qty_delivered * unit.factor / own.factor)::float8,
                   MAX((o.date_order AT TIME ZONE 'UTC'
                        AT TIME ZONE %(tz)s)::date)
              FROM sale_order o
              JOIN res_partner contact ON contact.id = o.partner_id
              JOIN sale_order_line line ON line.order_id = o.id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom unit ON unit.id = line.product_uom_id
              JOIN uom_uom own ON own.id = template.uom_id
             WHERE o.company_id = ANY(%(branches)s)
               AND contact.commercial_partner_id = ANY(%(partners)s)
               AND o.state = 'sale' AND o.export_kind = 'order'
               AND o.date_order >= (%(since)s::date::timestamp
                                    AT TIME ZONE %(tz)s AT TIME ZONE 'UTC')
               AND line.display_type IS NULL
               AND line.is_downpayment IS NOT TRUE
               AND line.product_uom_qty > 0
             GROUP BY contact.commercial_partner_id, line.product_id
             ORDER BY contact.commercial_partner_id, COUNT(DISTINCT o.id) DESC, 3 DESC,
                      line.product_id
            """,
            branches=company._export_tree().ids,
            partners=partner_ids,
            tz=company._export_timezone().zone,
            since=company._export_today() - timedelta(days=_DAYS),
        )

    def _usage_html(self, usages):
        """Return the summary in the context's language (HTML), where it is wanted.

        :param usages: see :meth:`_usages`
        """
        self.ensure_one()
        rows = self + self.member_ids
        if not any(rows.template_id.mapped("export_usage")):
            return Markup("")
        usage = usages.get(self.partner_id.id, Usage([]))
        # sudo: the service colleague need not be allowed to read products
        names = {
            product.id: product
            for product in self.env["product.product"]
            .sudo()
            .browse([item[0] for item in usage.products])
        }
        items = [
            self._usage_product_text(names[product_id], ordered, delivered, day)
            for product_id, ordered, delivered, day in usage.products[:_PRODUCTS]
        ]
        more = len(usage.products) - len(items)
        if more:
            items.append(self.env._("… and %s more products", more))
        items.extend(self._usage_figures(usage))
        return Markup("<p><b>%s</b></p><ul>%s</ul>") % (
            self.env._("Product usage, last 12 months"),
            Markup("").join(Markup("<li>%s</li>") % item for item in items),
        )

    def _usage_product_text(self, product, ordered, delivered, day):
        return self.env._(
            "%(product)s: %(ordered)s %(unit)s ordered, %(delivered)s delivered, last "
            "on %(day)s",
            product=product.display_name,
            ordered=formatLang(self.env, ordered, digits=_places(ordered)),
            delivered=formatLang(self.env, delivered, digits=_places(delivered)),
            unit=product.uom_id.name,
            day=format_date(self.env, day),
        )

    def _usage_figures(self, usage):
        if not usage.products:
            yield self.env._("Nothing was bought.")
        if usage.last_purchase:
            yield self.env._(
                "Last purchase: %s", format_date(self.env, usage.last_purchase)
            )
        if usage.claims is not None:
            yield self.env._("Open claims: %s", usage.claims)
        if usage.portal_days is None:
            yield self.env._("Portal: no access yet, offer it")
        else:
            yield self.env._(
                "Portal: used on %s of the last 90 days", usage.portal_days
            )
