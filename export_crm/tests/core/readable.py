"""What the test of readable fields needs: records of others, and ways to read."""

from datetime import timedelta

from psycopg2 import DatabaseError

from odoo import Command
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, Query

from ..claim.common import ClaimCase
from ..followup.common import FollowupCommon


class ReadableCase(ClaimCase, FollowupCommon):
    """Two salespeople in two teams with the same things going on at both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._user("colleague", "user", name="Carl Colleague")
        cls.other_customer = cls._customer(
            "Accra Light Ltd", user_id=cls.colleague.id, email="info@accra.example.com"
        )
        leads = (cls._user("lead1", "team_manager"), cls._user("lead2", "team_manager"))
        sellers = (cls.salesperson, cls.colleague)
        customers = (cls.customer, cls.other_customer)
        for lead, seller, customer in zip(leads, sellers, customers, strict=True):
            cls.env["crm.team"].create(
                {
                    "name": f"Team of {lead.name}",
                    "user_id": lead.id,
                    "company_id": cls.company.id,
                    "member_ids": [Command.set(seller.ids)],
                }
            )
            cls._business(customer, seller)
        cls._judge(*customers)
        for seller, customer in zip(sellers, customers, strict=True):
            cls._decisions(customer, seller)
        cls._on_call()
        cls._fill(*customers)

    # === WHAT GOES ON AT A CUSTOMER === #

    @classmethod
    def _business(cls, customer, seller):
        """Orders, a delivery, late payments, a contact, an inquiry."""
        cls._contact(f"Buyer of {customer.name}", partner=customer, email="b@x.example")
        line = cls._delivered(partner=customer)
        line.order_id.user_id = seller
        cls._late_payer(customer).invoice_user_id = seller
        cls._quotation(customer, user_id=seller.id)
        cls.env["crm.lead"].create(
            {"name": "Panels", "partner_id": customer.id, "user_id": seller.id}
        )
        claim = cls._claim(
            partner_id=customer.id,
            order_id=line.order_id.id,
            picking_id=line.order_id.picking_ids.id,
            invoice_id=line.order_id.invoice_ids.id,
            line_ids=[
                Command.create({"product_id": line.product_id.id, "quantity": 1.0})
            ],
        )
        claim.message_post(body="We look into it.", subtype_xmlid="mail.mt_comment")
        cls._claim(
            partner_id=customer.id,
            title="The same again",
            linked_ids=[Command.set(claim.ids)],
        )

    @classmethod
    def _judge(cls, *customers):
        """Run the steps of the pipeline, each of them."""
        job = cls.env["export.crm.job"].sudo()
        ids = [customer.id for customer in customers]
        for step in job._pipeline_steps():
            step_method = getattr(cls.env[step.model].sudo(), step.method)
            args = () if step.company_wide else (ids,)
            step_method(cls.company, *args, cls.today)
        cls.env.invalidate_all()

    @classmethod
    def _decisions(cls, customer, seller):
        """What people decide and write down about a customer that is held."""
        hold = cls.env["export.crm.credit.hold"].search(
            [("partner_id", "=", customer.id), ("blocking", "=", True)], limit=1
        )
        order = cls._quotation(customer, user_id=seller.id)
        releases = cls.env["export.crm.credit.release"].with_user(cls.controller)
        releases.create(
            {
                "hold_id": hold.id,
                "reason": "They pay next week.",
                "scope": "order",
                "order_id": order.id,
            }
        )

        instalment = order.search(
            [("partner_id", "=", customer.id), ("invoice_ids", "!=", False)], limit=1
        ).invoice_ids.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        for values in (
            {"model": "promise", "promised_date": cls._day(5), "reason": "Cash."},
            {"model": "dispute", "amount": 1.0, "reason": "Two panels are broken."},
        ):
            model = cls.env[f"export.crm.credit.{values.pop('model')}"]
            model.create({"move_line_id": instalment.id, **values})
        cls.env["export.crm.tier.override"].create(
            {
                "partner_id": customer.id,
                "company_id": cls.company.id,
                "tier_id": cls.tier_a.id,
                "reason": "The owner asks for it.",
                "date_end": cls._day(30),
            }
        )
        cls.env["account.payment"].create(
            {
                "partner_id": customer.id,
                "payment_type": "inbound",
                "amount": 10.0,
                "export_order_id": order.id,
            }
        )

    @classmethod
    def _on_call(cls):
        cls.env["export.crm.claim.oncall"].create(
            {
                "user_id": cls.agent.id,
                "company_id": cls.company.id,
                "date_from": cls._day(0),
                "date_to": cls._day(1),
            }
        )

    @classmethod
    def _elsewhere(cls):
        """People and a contact of another company."""
        other = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.colleague.company_ids += other
        cls.env["res.users"].browse(cls._user("abroad").id).write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        cls.env["res.users"].search([("login", "=", "ec_abroad")]).partner_id.write(
            {"company_id": other.id}
        )

    # === ONE OF EACH === #

    @classmethod
    def _fill(cls, *customers):
        """Give each model of ours a record of each customer, and one at least."""
        todo = [
            (name, customer)
            for name in cls._own_models()
            for customer in customers
            if not cls.env[name]._transient
        ]
        before = None
        while todo and todo != before:  # some need records of others
            before, todo = (
                todo,
                [
                    (name, customer)
                    for name, customer in todo
                    if not (cls._some(name, customer) or cls._make(name, customer))
                ],
            )
        cls.env.flush_all()
        cls.empty = {name for name, _customer in todo if not cls._some(name)}

    @classmethod
    def _own_models(cls):
        return [
            name
            for name, model in sorted(cls.env.registry.items())
            if name.startswith("export.crm.") and not model._abstract
        ]

    @classmethod
    def _some(cls, name, customer=None):
        model = cls.env[name].sudo().with_context(active_test=False)
        domain = []
        if customer and "partner_id" in model._fields:
            domain = [("partner_id", "=", customer.id)]
        return model.search(domain, limit=1)

    @classmethod
    def _make(cls, name, customer, user=None):
        """Make a record with what is required of it; False when it can't be done."""
        model = cls.env[name].with_user(user or cls.env.user).sudo()
        values = model.default_get(list(model._fields))
        for field in model._fields.values():
            if not field.store or (field.compute and not field.required):
                continue
            if field.required or field.name == "partner_id":
                value = cls._example(field, customer, user)
                if value is None:
                    return False
                values.setdefault(field.name, value)
        try:
            with cls.env.cr.savepoint():
                return model.create(values)
        except (UserError, DatabaseError):
            return False

    @classmethod
    def _example(cls, field, customer, user=None):
        if field.name == "res_model":
            return "res.partner"
        if field.relational:
            target = cls._target(field.comodel_name, customer, user)
            if field.type == "many2one" or not target:
                return target.id or None
            return [Command.set(target.ids)]
        if field.type == "selection":
            return field.get_values(cls.env)[0]
        return {
            "many2one_reference": customer.id,
            "integer": 1,
            "float": 1.0,
            "monetary": 1.0,
            "date": cls.today - timedelta(days=400),
            "datetime": cls._at(cls.today - timedelta(days=400)),
            "boolean": True,
            "json": {},
        }.get(field.type, field.name)

    @classmethod
    def _target(cls, comodel, customer, user=None):
        known = {
            "res.partner": customer,
            "res.company": cls.company,
            "res.users": customer.user_id,
            "res.currency": cls.company.currency_id,
        }
        if comodel in known:
            return known[comodel]
        records = cls.env[comodel].sudo()
        if user:
            records = records.sudo(False).with_user(user)
        own = Domain.TRUE
        if "partner_id" in records._fields:
            own = Domain("partner_id", "=", customer.id)
        return records.search(own, limit=1) or records.search([], limit=1)


# === WAYS TO READ === #


def failing(records, names, way):
    """Return ``{field: error}`` of the fields that can't be read in this way."""
    if not names:
        return {}
    try:
        with records.env.cr.savepoint(flush=False):
            way(records, names)
    except Exception as error:  # noqa: BLE001 whatever a reader would meet
        records.env.invalidate_all(flush=False)
        if len(names) == 1:
            return {names[0]: f"{type(error).__name__}: {str(error)[:300]}"}
        half = len(names) // 2
        found = failing(records, names[:half], way)
        found.update(failing(records, names[half:], way))
        return found or {"+".join(names): str(error)[:300]}
    return {}


def read(records, names):
    """As RPC without a list of fields does."""
    records.read(names)


def open_form(records, names):
    """As forms and lists do: the names of what fields lead to."""
    related = {"fields": {"display_name": {}}}
    relational = {"many2one", "one2many", "many2many"}
    leading = [name for name in names if records._fields[name].type in relational]
    if leading:
        records.web_read(dict.fromkeys(leading, related))


def export(records, names):
    """As *Export* does, to a file for people."""
    records.with_context(import_compat=False).export_data(names)


def sort(records, names):
    """As a click on a column does."""
    records.search([("id", "in", records.ids)], order=",".join(names))


def group(records, names):
    """As *Group By* does; several fields are levels of one grouping."""
    groupby, aggregates = [], []
    for name in names:
        field = records._fields[name]
        if field.type in ("date", "datetime"):
            groupby.append(f"{name}:month")
        elif field.type != "properties":
            groupby.append(name)
    records.formatted_read_group([("id", "in", records.ids)], groupby, aggregates)


def total(records, names):
    """As the foot of a list does."""
    aggregates = [f"{name}:{records._fields[name].aggregator}" for name in names]
    records.formatted_read_group([("id", "in", records.ids)], [], aggregates)


def search(records, names):
    """As filters do: set, not set, equal to what is there."""
    query = Query(records.env, records._table, records._table_sql)
    found = []
    for name in names:
        for condition in _conditions(records._fields[name]):
            domain = Domain(*condition).optimize_full(records)
            found.append(domain._to_sql(records, records._table, query))
    query.add_where(SQL(" OR ").join(SQL("(%s)", sql) for sql in found))
    query.limit = 1
    records.env.execute_query(query.select())


def _conditions(field):
    yield field.name, "=", False
    yield field.name, "!=", False
    if field.type in ("many2one", "one2many", "many2many"):
        yield field.name, "in", [1]
        if field._module == "export_crm":
            yield field.name, "ilike", "aaa"
    elif field.type in ("char", "text", "html"):
        yield field.name, "ilike", "aaa"
    elif field.type == "boolean":
        yield field.name, "=", True
    elif field.type in ("integer", "float", "monetary"):
        yield field.name, ">", 1
    elif field.type in ("date", "datetime"):
        yield field.name, ">", "2024-01-01"


#: Name, function, flag of `fields_get` that offers it.
WAYS = (
    ("read", read, "type"),
    ("open", open_form, "type"),
    ("export", export, "exportable"),
    ("group", group, "groupable"),
    ("total", total, "aggregator"),
    ("search", search, "searchable"),
    ("sort", sort, "sortable"),
)
