"""The guard alone: Odoo with the classes that credit holds need, and no others.

Export CRM's other domains (tiers, health, contacts, claims, follow-ups) give Odoo's
models further fields and overrides. What those cost belongs to the whole add-on's
figure, not to the guard's. So a process that measures the guard leaves their classes
out of the registry; its database stays the whole add-on's: all columns and indexes.
"""

ADDON = "export_crm"
#: Sub-packages of ``models``: marks and settings, figures, holds.
PARTS = ("core", "account", "credit")
#: What their fields point at.
MODULES = ("tier.export_crm_tier", "tier.export_crm_account")
#: Abstract models that nothing of that inherits.
UNUSED = ("account.account_mixin",)


def keep_guard():
    """Forget, in this process, the classes of the other domains.

    To be called before the registry is built.
    """
    from odoo.orm.models import MetaModel

    import odoo.addons.export_crm  # noqa: F401

    classes = MetaModel._module_to_models__[ADDON]
    classes[:] = [cls for cls in classes if _belongs(cls.__module__)]


def _belongs(name):
    """Tell whether the Python module ``name`` is one that the guard needs.

    >>> stem = "odoo.addons.export_crm.models."
    >>> _belongs(stem + "credit.sale_order_guard")
    True
    >>> _belongs(stem + "tier.export_crm_tier"), _belongs(stem + "tier.sale_order")
    (True, False)
    >>> _belongs("odoo.addons.export_crm.wizard.claim_merge")
    False
    """
    _addon, found, path = name.partition(f".{ADDON}.models.")
    if not found or path in UNUSED:
        return False
    return path in MODULES or path.split(".")[0] in PARTS
