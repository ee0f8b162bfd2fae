from odoo.api import SUPERUSER_ID, Environment

from odoo.addons.export_crm.tools.core.tolerance import DOLLARS, is_far


def migrate(cr, _version):
    """Bring what 19.0.1.1 has stored into the form of this version."""
    _tolerance_in_own_currency(Environment(cr, SUPERUSER_ID, {}))


def _tolerance_in_own_currency(env):
    """A tolerance of 50 yen is nobody's wish: it was the default in each currency.

    Where 50 of the currency are worth something like 50 USD, as in euros, somebody
    may have meant them, and another number would judge payments anew: it stays.
    """
    companies = env["res.company"].search([])
    for company_id, amount in companies._export_fifty_dollars().items():
        company = companies.browse(company_id)
        if company.export_late_tolerance_amount == DOLLARS and is_far(amount):
            # By the ORM, which asks for all figures of the company anew.
            company.export_late_tolerance_amount = amount
