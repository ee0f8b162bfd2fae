"""OCA's ``sale_financial_risk``, to compare with; fetched, never committed."""

import subprocess
import sys
import zipfile
from pathlib import Path

PACKAGES = (
    "odoo-addon-sale_financial_risk==19.*",
    "odoo-addon-account_financial_risk==19.*",
)
ADDON = "sale_financial_risk"


def addons_folder(folder):
    """Download the wheels into ``folder`` if need be; return the add-ons' folder.

    :raise subprocess.CalledProcessError: pip cannot get them
    """
    folder = Path(folder)
    addons = folder / "odoo" / "addons"
    if not (addons / ADDON / "__manifest__.py").exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, "-d", folder, *PACKAGES], check=True)
        for wheel in folder.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)
    return addons


def install(env):
    """Install the add-on in the database of ``env`` (it commits)."""
    env["ir.module.module"].update_list()
    module = env["ir.module.module"].search([("name", "=", ADDON)])
    module.button_immediate_install()


def fill(cr):
    """Give the generated order lines what the add-on would have stored there."""
    cr.execute(
        """
        UPDATE sale_order_line l
           SET risk_partner_id = s.partner_invoice_id,
               risk_amount = CASE WHEN l.state = 'sale' AND l.qty_to_invoice > 0
                                  THEN ROUND(l.price_total / s.currency_rate, 2)
                                  ELSE 0 END
          FROM sale_order s
         WHERE s.id = l.order_id AND s.name LIKE 'B%'
        """
    )
    cr.commit()
    cr.execute("ANALYZE sale_order_line")
    cr.commit()
