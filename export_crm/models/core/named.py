"""Computed links: searching them by what they lead to, and whether they open."""

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


def opens(records, name):
    """Return the records whose link ``name`` leads to something the reader may open.

    A button that leads elsewhere is not shown: what the link is called says enough.
    """
    # sudo: who may open them is asked of each target, with the reader's rights
    targets = records.sudo()[name].sudo(False)
    readable = targets._filtered_access("read")
    return records.filtered(lambda record: record.sudo()[name].sudo(False) in readable)
