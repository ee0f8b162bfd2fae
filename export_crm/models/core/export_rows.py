"""Exports of our fields, whatever they lead to."""

from odoo import models


class Base(models.AbstractModel):
    _inherit = "base"

    def _export_rows(self, fields, **options):
        """Print the name of what a field of this add-on leads to, as lists do.

        Odoo shows the name of a linked record to whoever may read the field, and
        refuses the whole file when the reader may not open that record itself: a hold
        of another salesperson's, say. Anything but the name stays refused.
        """
        names = {
            index: self._fields[path[0]]
            for index, path in enumerate(fields)
            if path[1:] in ([], ["display_name"])
            and (field := self._fields.get(path[0] if path else None))
            and field.type == "many2one"
            and field._module == "export_crm"
        }
        if not any(self._export_hides(field) for field in names.values()):
            return super()._export_rows(fields, **options)
        # The database id tells the line on which a record begins.
        key = [".id"]
        others = [key if index in names else path for index, path in enumerate(fields)]
        lines = super()._export_rows([key, *others], **options)
        records = iter(self)
        rows = []
        for begins, *row in lines:
            if begins:
                record = next(records)
                for index, field in names.items():
                    # sudo: the name alone, as `read` gives it
                    row[index] = record[field.name].sudo().display_name or ""
            rows.append(row)
        return rows

    def _export_hides(self, field):
        """Return whether ``field`` leads to something that the reader may not open."""
        linked = self[field.name]
        return bool(linked) and linked._filtered_access("read") != linked
