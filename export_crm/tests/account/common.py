from datetime import date, datetime, time

from odoo import Command, fields

from ..common import ExportCrmCommon

AS_OF = date(2024, 6, 30)


class FactsCommon(ExportCrmCommon):
    """Orders, credit notes and refreshes on fixed days of the past."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "UTC"
        cls.accounts = cls.env["export.crm.account"]

    @classmethod
    def get_default_groups(cls):
        return (
            super().get_default_groups()
            | cls.quick_ref("export_crm.export_crm_group_manager")
            | cls.quick_ref("stock.group_stock_manager")
        )

    @classmethod
    def _order(cls, partner, day, amount=100.0, *, confirm=True, company=None, **vals):
        """Confirm an order of one line; ``day``: a date (noon UTC) or a datetime."""
        company = company or cls.company
        when = day
        if not isinstance(day, datetime):
            when = datetime.combine(fields.Date.to_date(day), time(12))
        lines = vals.pop(
            "lines", [{"product_id": cls.product.id, "price_unit": amount}]
        )
        order = (
            cls.env["sale.order"]
            .with_company(company)
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "date_order": when,
                    "order_line": [
                        Command.create({"tax_ids": [Command.clear()], **line})
                        for line in lines
                    ],
                    **vals,
                }
            )
        )
        if confirm:
            order.action_confirm()
            order.date_order = when
        cls._backdate(order, when)
        return order

    @classmethod
    def _backdate(cls, record, when):
        """Set ``create_date``, which the ORM does not let anybody write."""
        cls.env.flush_all()
        cls.env.cr.execute(
            f'UPDATE "{record._table}" SET create_date = %s WHERE id = ANY(%s)',
            [when, record.ids],
        )
        record.invalidate_recordset(["create_date"])

    @classmethod
    def _credit(cls, partner, day, amount=100.0, **values):
        move = cls.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": partner.id,
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "price_unit": amount,
                            "tax_ids": [],
                        }
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    @classmethod
    def _facts(cls, partner, as_of=AS_OF, company=None):
        """Refresh the customer and return its account, opened if need be."""
        company = company or cls.company
        partner = partner.commercial_partner_id
        cls._open_account(partner, company)
        cls.accounts._refresh_facts(company, partner.ids, as_of)
        return cls._account(partner, company)

    @classmethod
    def _open_account(cls, partners, company=None):
        """Make customers of partners that may have no document yet."""
        for partner in partners:
            if not cls._account(partner, company):
                cls.accounts.sudo().create(
                    {
                        "partner_id": partner.id,
                        "company_id": (company or cls.company).id,
                    }
                )

    @classmethod
    def _account(cls, partner, company=None):
        company = company or cls.company
        return cls.accounts.with_context(active_test=False).search(
            [
                ("partner_id", "=", partner.commercial_partner_id.id),
                ("company_id", "=", company.id),
            ]
        )
