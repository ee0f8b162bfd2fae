"""A smart button: the claims about an order, shipment, invoice or product."""

from odoo import fields, models

from ...tools.core.readers import CLAIM_READERS


def claim_count(compute):
    """Return the field for the button; ``compute``: function of the records."""
    return fields.Integer(
        string="Claims",
        compute=compute,
        groups=CLAIM_READERS,
    )


def _count_by(name):
    """Return the function that counts the claims whose field ``name`` is a record."""

    def compute(records):
        groups = records.env["export.crm.claim"]._read_group(
            [(name, "in", records.ids)], [name], ["__count"]
        )
        counts = {record.id: count for record, count in groups}
        for record in records:
            record.export_claim_count = counts.get(record.id, 0)

    return compute


def _count_by_product(templates):
    groups = templates.env["export.crm.claim.line"]._read_group(
        [("product_id.product_tmpl_id", "in", templates.ids)],
        ["product_id"],
        ["claim_id:recordset"],
    )
    found = {}
    for product, claims in groups:
        found.setdefault(product.product_tmpl_id.id, set()).update(claims.ids)
    for template in templates:
        template.export_claim_count = len(found.get(template.id, ()))


def claims_of(records, path, defaults=None):
    """Return the action that shows the claims about these records.

    :param str path: from a claim to them
    :param dict defaults: what a claim filed from there begins with
    """
    context = {f"default_{key}": value for key, value in (defaults or {}).items()}
    return records.env["export.crm.claim"]._action_claims(
        [(path, "in", records.ids)], **context
    )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    export_claim_count = claim_count(_count_by("order_id"))

    def action_export_claims(self):
        """Open the claims about these orders; file one with their data."""
        order = self[:1]
        defaults = {
            "partner_id": order.partner_id.id,
            "order_id": order.id,
            "company_id": order.company_id.id,
        }
        return claims_of(self, "order_id", defaults)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    export_claim_count = claim_count(_count_by("picking_id"))

    def action_export_claims(self):
        """Open the claims about these shipments; file one with their data."""
        picking = self[:1]
        defaults = {
            "partner_id": picking.partner_id.id,
            "picking_id": picking.id,
            "order_id": picking.sale_id.id,
            "company_id": picking.company_id.id,
        }
        return claims_of(self, "picking_id", defaults)


class AccountMove(models.Model):
    _inherit = "account.move"

    export_claim_count = claim_count(_count_by("invoice_id"))

    def action_export_claims(self):
        """Open the claims about these invoices; file one with their data."""
        move = self[:1]
        defaults = {
            "partner_id": move.partner_id.id,
            "invoice_id": move.id,
            "company_id": move.company_id.id,
        }
        return claims_of(self, "invoice_id", defaults)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    export_claim_count = claim_count(_count_by_product)

    def action_export_claims(self):
        """Open the claims about these products."""
        return claims_of(self, "line_ids.product_id.product_tmpl_id")
