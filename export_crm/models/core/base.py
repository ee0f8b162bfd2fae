from odoo import api, models

from . import system_fields


class Base(models.AbstractModel):
    """What holds on every model: exports of our fields, and what nobody writes.

    One class for both: Odoo would look for its methods in another one of all models.
    """

    _inherit = "base"

    @api.model
    def _check_field_access(self, field, operation):
        """Refuse fields that only the system sets.

        Odoo asks this for every field that somebody creates or writes a record with,
        defaults in the context included, and not for what is computed.
        """
        super()._check_field_access(field, operation)
        if operation == "write" and not self.env.su:
            system_fields.check(self, field)

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
