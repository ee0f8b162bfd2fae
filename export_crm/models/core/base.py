from odoo import api, models

from . import system_fields


class Base(models.AbstractModel):
    """What holds on every model: exports of our fields, and what nobody writes.

    One class for both: Odoo would look for its methods in another one of all models.
    """

    _inherit = "base"

    # Not in ``_check_field_access``: Odoo asks that hundreds of times while it confirms
    # an order, hardly ever about writing.

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse fields that only the system sets, defaults of the context included."""
        if not self.env.su:
            names = {name for vals in vals_list for name in vals}
            names.update(
                key.removeprefix("default_")
                for key in self.env.context
                if key.startswith("default_")
            )
            system_fields.check(self, names)
        return super().create(vals_list)

    def write(self, vals):
        """Refuse fields that only the system sets."""
        if not self.env.su:
            system_fields.check(self, vals)
        return super().write(vals)

    def copy_data(self, default=None):
        """Leave what only the system sets to a copy's own beginning."""
        vals_list = super().copy_data(default)
        if not self.env.su:
            names = {name for vals in vals_list for name in vals} - set(default or ())
            ours = [
                name
                for name in names
                if system_fields.is_system(self, self._fields[name])
            ]
            for vals in vals_list:
                for name in ours:
                    vals.pop(name, None)
        return vals_list

    def _update_field_translations(self, field_name, *args, **kwargs):
        """As ``write``."""
        if not self.env.su:
            system_fields.check(self, [field_name])
        return super()._update_field_translations(field_name, *args, **kwargs)

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
