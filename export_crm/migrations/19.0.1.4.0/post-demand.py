"""Demand models of the former engine are fitted anew: they know no ranks."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Replace the fits of each company by one of today."""
    if not version:
        return
    models = api.Environment(cr, SUPERUSER_ID, {})["export.crm.demand.model"]
    former = models.search([("worth", "=", False)])
    companies = former.company_id
    former.unlink()
    for company in companies:
        models._fit(company, company._export_today())
