"""Searching computed links by what they lead to."""

from odoo.fields import Domain


def linked(model, name, value):
    """Return the domain of records whose link ``name`` meets a domain.

    Searched with the reader's own rights: whoever may not open what a field leads to
    finds none by it, and so can't ask for what the link's name doesn't say.
    """
    targets = model.env[model._fields[name].comodel_name]
    if not targets.has_access("read"):
        return Domain.FALSE
    domain = value if isinstance(value, Domain) else Domain("id", "in", value)
    return Domain(name, "in", targets.search(domain).ids)
