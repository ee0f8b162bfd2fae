from odoo import api, models


class ExportCrmBooksMixin(models.AbstractModel):
    """What is kept in the books of a root company, whichever branch it came from.

    A branch has no figures, holds, rules or plans of its own: ``company_id`` is the
    root's wherever it was said to be a branch's. Documents linked to such a record
    may belong to any company of the tree.
    """

    _name = "export.crm.books.mixin"
    _description = "Kept in the Books of a Root Company"

    @api.model
    def default_get(self, fields):
        """Propose the root company where Odoo proposes the current branch."""
        return self._export_in_books(super().default_get(fields))

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._export_in_books(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._export_in_books(vals))

    @api.model
    def _export_in_books(self, vals):
        """Return ``vals`` with the root company in place of its branch."""
        company = self.env["res.company"].browse(vals.get("company_id"))
        root = company._export_root()
        return vals if root == company else {**vals, "company_id": root.id}

    def _check_company(self, fnames=None):
        """Accept documents and people of every branch; refuse those of others."""
        names = self._fields
        if fnames is not None and "company_id" not in fnames:
            names = fnames
        for record in self:
            strange = [name for name in names if record._export_is_strange(name)]
            if strange:  # it raises
                return super(ExportCrmBooksMixin, record)._check_company(strange)
        return None

    def _export_is_strange(self, name):
        field = self._fields[name]
        if not field.relational or not field.check_company:
            return False
        # sudo: as in Odoo's own check, a link counts whoever may see it
        record = self.sudo()
        linked = record[name].with_context(active_test=False)
        tree = record.company_id._export_tree()
        return bool(linked - linked.filtered_domain(linked._check_company_domain(tree)))
