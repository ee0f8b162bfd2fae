import contextlib

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.models import MAGIC_COLUMNS
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from ...models.core.system_fields import is_system
from ..common import ExportCrmCommon
from .people_fields import BROUGHT_IN, HISTORIANS, PEOPLE

OURS = "export_crm.export_crm_group_"
ROLES = {
    "employee": (),
    "intern": (f"{OURS}intern",),
    "user": (f"{OURS}user", "sales_team.group_sale_salesman"),
    "team_manager": (f"{OURS}team_manager",),
    "manager": (f"{OURS}manager", "sales_team.group_sale_manager"),
    "credit": (f"{OURS}credit_controller", "account.group_account_manager"),
    "claims_department": (f"{OURS}claims_department",),
    "claims": (f"{OURS}claims_manager", f"{OURS}user"),
    "warehouse": ("stock.group_stock_manager",),
    "administrator": (
        "base.group_system",
        "base.group_erp_manager",
        f"{OURS}manager",
        f"{OURS}credit_controller",
        f"{OURS}claims_manager",
        "sales_team.group_sale_manager",
        "stock.group_stock_manager",
        "account.group_account_manager",
    ),
}
VALUES = {
    "boolean": True,
    "char": "x",
    "text": "x",
    "html": "x",
    "json": {"x": 1},
    "integer": 7,
    "float": 7.0,
    "monetary": 7.0,
    "date": "2020-02-02",
    "datetime": "2020-02-02 02:02:02",
    "many2one_reference": 1,
}


@tagged("post_install", "-at_install")
class TestSystemFields(ExportCrmCommon):
    """What only the system may set is written by nobody, on whatever road."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env,
                login=f"ec_system_{role}",
                groups=",".join(("base.group_user", *groups)),
                company_id=cls.company.id,
            )
            for role, groups in ROLES.items()
        }

    def _our_fields(self, model):
        """Return the stored fields of ours on a model; lists of others' records store
        nothing themselves."""
        own = model._original_module == "export_crm"
        return [
            field
            for field in model._fields.values()
            if field.store
            and not field.inherited
            and field.type != "one2many"
            and field.name not in MAGIC_COLUMNS
            and "export_crm" in field._modules
            and (own or field.name.startswith("export_"))
        ]

    def _models(self):
        for name, model in sorted(self.env.registry.items()):
            if model._abstract or model._transient:
                continue
            if self._our_fields(model):
                yield self.env[name]

    def _may_write(self, model, user, field):
        model = model.with_user(user)
        if not (model.has_access("write") or model.has_access("create")):
            return False
        try:
            model._check_field_access(field, "write")
        except AccessError:
            return False
        return not is_system(model, field)

    def test_every_field_is_the_systems_or_on_the_list(self):
        """A new field is readonly (the system's), or somebody lists it for people."""
        found = {}
        for model in self._models():
            names = {
                field.name
                for field in self._our_fields(model)
                if any(self._may_write(model, u, field) for u in self.users.values())
            }
            if names:
                found[model._name] = names
        wanted = {name: set(fields.split()) for name, fields in PEOPLE.items()}
        self.assertEqual(set(found), set(wanted))
        for name, names in found.items():
            self.assertEqual(names, wanted[name], name)

    def test_readonly_is_more_than_a_matter_of_forms(self):
        """Nobody creates with one: neither by a value, nor by a default."""
        for model in self._models():
            listed = set(PEOPLE.get(model._name, "").split())
            for role, user in self.users.items():
                creator = model.with_user(user)
                if not creator.has_access("create"):
                    continue
                for field in self._our_fields(model):
                    if field.name in listed:
                        continue
                    with self.subTest(field=str(field), role=role):
                        with self.assertRaises(UserError):
                            creator.write({field.name: False})  # of no record

    # === ROADS, ON RECORDS === #

    def _value(self, record, field):
        if field.type == "selection":
            keys = field.get_values(self.env)
            return next(key for key in keys[::-1] if key != record[field.name])
        if field.type == "many2one":
            comodel = self.env[field.comodel_name].sudo()
            # Nobody who writes it here: who does so is often the default.
            writers = {user.id for user in self.users.values()}
            others = [("id", "not in", list(writers))]
            domain = others if field.comodel_name == "res.users" else []
            return (
                comodel.with_context(active_test=False)
                .search(domain, order="id desc", limit=1)
                .id
            )
        if field.type == "many2many":
            return [Command.set([])]
        return VALUES[field.type]

    def _records(self):
        """One record of each model that people write and the system keeps, too, and
        what a new one would be made of."""
        hold = self._hold(review_date=self._day(10))
        invoice = self._invoice(self.customer, due=-5)
        line = invoice.line_ids.filtered(lambda item: item.date_maturity)
        goods = self._create_product(name="Lamp", type="consu", taxes_id=[])
        sold = self._quotation(self._customer("Free"))
        sold.order_line.product_id = goods
        sold.action_confirm()
        account = {"partner_id": self.customer.id, "company_id": self.company.id}
        sudo = self.env(su=True)
        free = {"partner_id": self._customer("New").id}
        yield self._quotation(), free
        yield sold, free
        yield sold.picking_ids, {"picking_type_id": sold.picking_ids.picking_type_id.id}
        yield hold, {**free, "note": "They called."}
        promised = str(self._day(20))
        news = {
            "export.crm.credit.promise": {
                "move_line_id": line.id,
                "promised_date": promised,
                "reason": "They asked for it.",
            },
            "export.crm.credit.dispute": {
                "move_line_id": line.id,
                "amount": 10.0,
                "reason": "Broken.",
            },
            "export.crm.claim": {"title": "Broken", **account},
            "export.crm.interaction": {**account, "note": "Called."},
            "export.crm.wallet": {**account, "amount": 1000.0},
            "export.crm.tier.override": {
                **account,
                "tier_id": self.env.ref("export_crm.export_crm_tier_a").id,
                "date_end": promised,
                "reason": "Strategic.",
            },
            "crm.lead": {"name": "Inquiry", "type": "lead"},
        }
        for name, new in news.items():
            yield sudo[name].create(new), new
        yield self.company, {"name": "Another"}

    def test_no_road_of_any_role_writes_one(self):
        seen = set()
        for record, new in self._records():
            listed = set(PEOPLE.get(record._name, "").split())
            fields = [
                field for field in self._our_fields(record) if field.name not in listed
            ]
            for field in fields:
                seen.add(record._name)
                before = record.sudo()[field.name]
                value = self._value(record.sudo(), field)
                brought = field.name in BROUGHT_IN.get(record._name, ())
                for role, user in self.users.items():
                    born = not (brought and user.has_group(HISTORIANS))
                    with self.subTest(field=str(field), role=role):
                        self._refused(
                            record.with_user(user), {field.name: value}, new, born
                        )
                self.env.invalidate_all()
                self.assertEqual(record.sudo()[field.name], before, str(field))
        self.assertGreaterEqual(len(seen), 10, seen)

    def _refused(self, record, vals, new, born=True):
        """By RPC, as a client calls: no road leads to the value.

        :param bool born: nor is a record created with it
        """
        model = record.browse()
        [name] = vals
        default = {"context": {f"default_{name}": vals[name]}}
        roads = [
            (record, "write", [record.ids, vals], {}),
            (record, "web_save", [record.ids, vals, {}], {}),
            (model, "web_save", [[], new | vals, {}], {}),
            (model, "create", [[new | vals]], {}),
            (model, "create", [[new]], default),
        ]
        for target, method, args, kwargs in roads if born else roads[:2]:
            taken = False
            with contextlib.suppress(UserError), self.cr.savepoint():
                made = call_kw(target, method, args, kwargs)
                self.env.flush_all()
                taken = bool(target) or not self._ignored(model, made, vals)
            self.assertFalse(taken, f"{target}.{method} takes {vals}")
        if not born:
            return
        header = [*new, name]
        row = [str(value) for value in (*new.values(), vals[name])]
        header = [n if n not in new else self._import_name(model, n) for n in header]
        with contextlib.suppress(UserError):
            made = call_kw(model, "load", [header, [row]], {})["ids"]
            self.assertTrue(not made or self._ignored(model, made, vals), row)

    def _import_name(self, model, name):
        return f"{name}/.id" if model._fields[name].type == "many2one" else name

    def _ignored(self, model, ids, vals):
        """Tell whether what was created hasn't taken the value."""
        [(name, value)] = vals.items()
        ids = [made["id"] if isinstance(made, dict) else made for made in ids]
        record = model.sudo().browse(ids)
        kept = record[name]
        if model._fields[name].relational:
            kept = kept.id
        return str(kept) != str(value)

    def test_a_copy_begins_anew(self):
        """What only the system sets is no reason to refuse a copy."""
        line = self._invoice(self.customer, due=-60).line_ids
        promise = (
            self.env["export.crm.credit.promise"]
            .with_user(self.salesperson)
            .create(
                {
                    "move_line_id": line.filtered("date_maturity")[0].id,
                    "promised_date": self._day(5),
                    "reason": "Their bank is slow.",
                }
            )
        )
        copy = promise.copy({"promised_date": self._day(9)})
        self.assertEqual(copy.asked_by_id, self.salesperson)
        with self.assertRaises(AccessError):
            promise.copy({"state": "approved"})
