"""Whoever may open a record may read, export, group, search and sort its fields."""

from collections import defaultdict

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...models.core.public_card import CARD
from . import readable
from .readable import ReadableCase
from .test_core_roles import ROLES

NO_MODEL = "Odoo leads to a model that the role may not read"
NO_RECORD = "Odoo prints names of records of other companies or people as their reader"
NO_OPERATOR = "Odoo's own search method does not know the operator"
NO_NAME = "Odoo says that properties can be searched, and wants the name of one"
#: Fields of Odoo that Odoo itself can't read for some role that has no app of theirs.
ODOO = {
    "account.move": {
        NO_MODEL: "exchange_diff_partial_ids has_reconciled_entries highest_name"
        " journal_group_id journal_id matched_payment_ids origin_payment_id"
        " payment_count payment_ids quick_edit_mode quick_encoding_vals"
        " reconciled_payment_ids show_journal statement_line_ids"
        " suitable_journal_ids tax_lock_date_message transaction_ids",
        NO_OPERATOR: "move_sent_values next_payment_date",
    },
    "account.payment": {NO_OPERATOR: "reconciled_invoice_ids"},
    "crm.lead": {NO_OPERATOR: "is_rotting", NO_NAME: "lead_properties"},
    "crm.team": {
        NO_MODEL: "lead_all_assigned_month_count"
        " lead_all_assigned_month_exceeded lead_unassigned_count sale_order_count"
    },
    "mail.activity.plan": {NO_MODEL: "res_model_id"},
    "mail.message": {
        NO_MODEL: "account_audit_log_restricted",
        NO_OPERATOR: "account_audit_log_preview",
    },
    "product.template": {
        NO_MODEL: "incoming_qty nbr_reordering_rules outgoing_qty qty_available"
        " reordering_max_qty reordering_min_qty virtual_available",
        NO_OPERATOR: "valuation",
        NO_NAME: "product_properties",
    },
    "res.company": {
        NO_MODEL: "account_stock_journal_id bank_journal_ids"
        " currency_exchange_journal_id"
        " tax_cash_basis_journal_id"
    },
    "res.country.state": {NO_OPERATOR: "display_name"},
    "res.partner": {
        NO_MODEL: "days_sales_outstanding invoice_ids opportunity_ids rtc_session_ids"
        " sale_order_ids supplier_invoice_count properties_base_definition_id",
        NO_RECORD: "company_id fiscal_country_codes fiscal_country_group_codes",
        NO_NAME: "properties",
    },
    "res.users": {
        NO_MODEL: "action_id log_ids",
        NO_RECORD: "company_id company_ids",
    },
    "sale.report": {"Odoo offers the id of a view of the database": "id"},
    "export.crm.logging": {"Odoo offers the id of a view of the database": "id"},
    "stock.picking": {
        NO_MODEL: "package_history_ids packages_count",
        NO_RECORD: "sale_id",
        NO_OPERATOR: "search_date_category",
        NO_NAME: "picking_properties",
    },
}
#: Only administrators may export these, whatever field.
NO_EXPORT = {"mail.message"}


@tagged("post_install", "-at_install")
class TestReadable(ReadableCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tried = set()
        cls.readers = {
            role: cls._user(f"reads_{role}", *([] if role == "employee" else [role]))
            for role in ROLES
        }
        cls.readers["user"] = cls.salesperson
        may_export = cls.env.ref("base.group_allow_export")
        for user in cls.readers.values():
            user.group_ids += may_export
        cls.readers["portal"] = new_test_user(
            cls.env,
            login="ec_reads_portal",
            groups="base.group_portal",
            partner_id=cls.customer.child_ids[:1].id,
        )
        cls._elsewhere()
        ours = cls.env["ir.module.module"].search([("name", "=", "export_crm")])
        #: What else is installed beside us is no fault of ours.
        cls.modules = {
            "export_crm",
            *ours.upstream_dependencies(exclude_states=("uninstallable",)).mapped(
                "name"
            ),
        }
        cls.modules |= {"base", None}

    def test_every_field_in_every_way(self):
        """All that `fields_get` shows, for every role, on what the role may see."""
        faults, known = defaultdict(set), {}
        with mute_logger("odoo.models", "odoo.domains"):
            for name in self._models():
                known[name] = set(" ".join(ODOO.get(name, {}).values()).split())
                for role, user in self.readers.items():
                    found = self._faults(name, role, user, known[name])
                    for (field, way), error in found.items():
                        faults[f"{name}.{field} ({way}): {error}"].add(role)
        told = [f"{fault} {sorted(roles)}" for fault, roles in sorted(faults.items())]
        self.assertFalse(told, "\n".join(told))
        self.assertFalse(
            {name: left for name, left in known.items() if left},
            "Odoo can read these by now: take them off the list.",
        )

    def test_there_is_something_of_everything(self):
        """Not one model is read without a record, and none of one's own alone."""
        self.assertFalse(self.empty)
        seller = self.salesperson
        for name in ("credit.hold", "credit.release", "claim", "followup", "account"):
            records = self.env[f"export.crm.{name}"].search([])
            mine = records.with_user(seller)._filtered_access("read")
            with self.subTest(model=name):
                self.assertTrue(mine)
                self.assertTrue(records.browse(set(records.ids) - set(mine.ids)))

    def test_search_by_name_finds_what_is_named(self):
        """Odoo searches models without a name by nothing, which finds everything."""
        nothing = [("display_name", "ilike", "no such thing 7c9e")]
        for name, model in self.env.items():
            if not name.startswith("export.crm.") or model._abstract:
                continue
            if not (model._transient or not model._auto):
                with self.subTest(model=name):
                    self.assertTrue(model._rec_name or model._rec_names_search)
                    self.assertFalse(model.sudo().search(nothing))

    def _models(self):
        """Our models, and those of Odoo that have a field of ours."""
        extended = [
            name
            for name, model in self.env.registry.items()
            if not model._abstract
            and any(field._module == "export_crm" for field in model._fields.values())
        ]
        return sorted({*self._own_models(), *extended})

    def _faults(self, name, role, user, known):
        """Return ``{(field, way): error}``; take off ``known`` what fails, too."""
        model = self.env[name].with_user(user).with_context(active_test=False)
        if not model.has_access("read"):
            return {}
        self.env.invalidate_all()
        if model._transient and name.startswith("export.crm."):
            self._make(name, self.customer, user)
        ours = name.startswith("export.crm.")
        records = model.search([], order="id desc", limit=40 if ours else 10)
        shown = {
            field: about
            for field, about in model.fields_get().items()
            if self._counts(model._fields[field], role)
        }
        found = {}
        for way, method, flag in readable.WAYS:
            if way == "export" and (role == "portal" or name in NO_EXPORT):
                continue
            names = [
                field
                for field, about in shown.items()
                if about.get(flag, flag == "exportable")
            ]
            if flag not in ("type", "exportable"):
                names = [f for f in names if self._varies(model._fields[f], way)]
            if role == "intern" and flag != "type":
                names = [f for f in names if not self._off_the_card(model, f)]
            for field in known & set(names):
                if readable.failing(records, [field], method):
                    known.discard(field)
            names = [field for field in names if field not in self._listed(name)]
            for field, error in readable.failing(records, names, method).items():
                found[field, way] = error.replace(user.name, "…")
        return found

    def _varies(self, field, way):
        """A column of numbers or text is searched and sorted alike for everybody, so
        the first who comes tries it."""
        if field.relational or not field.store:
            return True
        first = (field, way) not in self.tried
        self.tried.add((field, way))
        return first

    def _off_the_card(self, model, name):
        """Whether ``name`` shows a field of a contact that an intern may not look for,
        such as the phone number of a company: it is refused from wherever."""
        path = (model._fields[name].related or "").split(".")
        for step in filter(None, path):
            if model._name == "res.partner" and step not in CARD:
                return True
            field = model._fields[step]
            if field.related and self._off_the_card(model, step):
                return True
            model = model.env[field.comodel_name] if field.relational else model
        return False

    def _listed(self, name):
        return set(" ".join(ODOO.get(name, {}).values()).split())

    def _counts(self, field, role):
        """Customers meet fields of Odoo on its own pages alone, which choose them."""
        if field._module == "export_crm":
            return not field.inherited  # read on the contact
        return (
            role != "portal" and not field.inherited and field._module in self.modules
        )
