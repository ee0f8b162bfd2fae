"""A web client without a screen: it asks the server what Odoo's own asks for.

Menus, actions, views, rows and buttons, each with the rights of one user.
"""

import contextlib
import datetime
import time

from dateutil.relativedelta import relativedelta
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.service.model import get_public_method
from odoo.tools.safe_eval import safe_eval, wrap_module

ROWS = 80  # of a page of a list
#: Rows of each list whose buttons are pressed: one of each look, so many at most.
PRESSED = 12
MULTI = ("list", "kanban")
TO_MANY = ("one2many", "many2many")
_MODULES = {
    "datetime": wrap_module(
        datetime, ["date", "datetime", "time", "timedelta", "timezone"]
    ),
    "time": wrap_module(time, ["strftime", "time"]),
}


class Client:
    """The pages that one user can get to, opened one after the other.

    :param env: of the user
    :ivar faults: ``[(path, sentence)]`` of what went wrong
    :ivar counts: how many menus, pages, rows, buttons there were
    """

    def __init__(self, env):
        self.env = env(context={**env.user.context_get(), "bin_size": True})
        self.faults = []
        self.counts = {"menus": 0, "pages": 0, "rows": 0, "buttons": 0}
        self.seen = set()

    # === MENUS === #

    def walk(self, root):
        """Open each menu below the app's ``root``, and the app itself."""
        menus = self.env["ir.ui.menu"].load_menus(False)
        todo = [root.id]
        while todo:
            menu = menus.get(todo.pop())
            if menu is None:
                continue
            todo += menu["children"]
            if menu["action_id"]:
                self.counts["menus"] += 1
                with self._noting(menu["name"]):
                    self.open_action(self.load(menu["action_id"]), menu["name"])

    def load(self, action_id):
        """Return an action as the client gets it, by id or external id."""
        if isinstance(action_id, str) and not action_id.isdigit():
            action = self.env.ref(action_id)
        else:
            base = self.env["ir.actions.actions"].sudo().browse(int(action_id))
            action = self.env[base.type].browse(base.id)
        if action._name == "ir.actions.server":
            return action.run()
        # sudo: actions are loaded by their id, whoever asks
        return action.sudo()._get_action_dict()

    # === ACTIONS === #

    def open_action(self, action, path, depth=0, active=None):
        """Open all views of an action, read its rows, press the buttons of some."""
        if not action or action.get("type") != "ir.actions.act_window":
            return
        context = self._context(action.get("context"), active)
        model = self.env[action["res_model"]].with_context(**context)
        model.check_access("read")
        views = action.get("views") or [
            (False, kind) for kind in action.get("view_mode", "form").split(",")
        ]
        search = action.get("search_view_id")
        search = search[0] if isinstance(search, (list, tuple)) else search
        domain = self._domain(action.get("domain"), active, context)
        key = (model._name, str(views), str(domain), action.get("res_id"), str(context))
        if key in self.seen:
            return
        self.seen.add(key)
        self.counts["pages"] += 1
        asked = [list(view) for view in views] + [[search or False, "search"]]
        options = {"action_id": action.get("id"), "toolbar": True}
        found = model.get_views(asked, options)["views"]
        archs = {kind: etree.fromstring(view["arch"]) for kind, view in found.items()}
        if action.get("res_id"):
            self._open_form(model.browse(action["res_id"]), archs, path, depth)
            return
        if action.get("target") == "new" or (
            views[0][1] == "form" and not action.get("res_id")
        ):
            with self._noting(f"{path} / new"):
                model.onchange({}, [], self._specification(archs["form"], model))
            return
        self._open_multi(model, domain, archs, context, path, depth)

    def _open_multi(self, model, domain, archs, context, path, depth):
        filters = self._filters(archs["search"], model, context)
        chosen = [part for on, _name, part in filters["domains"] if on]
        shown = Domain.AND([domain, *chosen])
        groups = [by for on, _name, by in filters["groups"] if on]
        rows = model.browse()
        for kind, arch in archs.items():
            with self._noting(f"{path} / {kind}"):
                if kind in MULTI:
                    rows |= self._read_rows(model, shown, arch, groups)
                elif kind in ("pivot", "graph"):
                    self._read_figures(model, shown, arch)
                elif kind == "calendar":
                    names = [arch.get("date_start"), *self._names(arch)]
                    model.search_read(shown, names, limit=ROWS)
        if depth == 0:
            others = self._try_filters(model, domain, filters, path)
            # Each row opens, whichever filter brings it; buttons are pressed on the
            # page's own.
            self._open_form(others - rows, archs, f"{path} / filtered", depth=1)
        if archs.get("form") is not None:
            self._open_form(rows, archs, path, depth)

    def _read_rows(self, model, domain, arch, groups):
        wanted = self._specification(arch, model)
        order = arch.get("default_order")
        if groups:
            model.web_read_group(
                domain,
                groups,
                self._totals(arch, model),
                auto_unfold=True,
                unfold_read_specification=wanted,
                limit=ROWS,
            )
        found = model.web_search_read(
            domain, wanted, limit=ROWS, order=order, count_limit=10001
        )
        self.counts["rows"] += len(found["records"])
        return model.browse(row["id"] for row in found["records"])

    def _totals(self, arch, model):
        return [
            f"{node.get('name')}:sum"
            for node in arch.iter("field")
            if node.get("sum") and model._fields[node.get("name")].store
        ]

    def _read_figures(self, model, domain, arch):
        by, measures = [], ["__count"]
        for node in arch.iter("field"):
            name = node.get("name")
            field = model._fields[name]
            if node.get("type") == "measure":
                measures.append(f"{name}:{node.get('operator') or field.aggregator}")
            elif node.get("type") in ("row", "col") or arch.tag == "graph":
                interval = node.get("interval") or "month"
                dated = field.type in ("date", "datetime")
                by.append(f"{name}:{interval}" if dated else name)
        model.formatted_read_group(domain, by, measures)

    def _try_filters(self, model, domain, filters, path):
        """Use each filter and grouping by itself, and none; return the rows found."""
        rows = model.browse()
        for _on, name, part in [*filters["domains"], (False, "none", Domain.TRUE)]:
            with self._noting(f"{path} / filter {name}"):
                rows |= model.search(Domain.AND([domain, part]), limit=ROWS)
        for _on, name, by in filters["groups"]:
            with self._noting(f"{path} / grouped by {name}"):
                model.web_read_group(domain, [by], ["__count"], limit=ROWS)
        return rows

    # === ROWS AND BUTTONS === #

    def _open_form(self, records, archs, path, depth):
        arch = archs.get("form")
        if arch is None or not records:
            return
        with self._noting(f"{path} / form of {records._name} {records.ids[:3]}"):
            records.web_read(self._specification(arch, records))
        if depth:
            return
        looks = set()
        for record in records:
            values = record.web_read(self._flat(arch, record))[0]
            shown = [
                (kind, node)
                for kind, view in archs.items()
                if kind in ("form", *MULTI)
                for node in self._buttons(view, record, values)
            ]
            look = tuple(sorted(node.get("name") for _kind, node in shown))
            if look in looks or len(looks) >= PRESSED:
                continue
            looks.add(look)
            for _kind, node in shown:
                self._press(record, node, values, path)

    def _press(self, record, node, values, path):
        name, kind = node.get("name"), node.get("type")
        self.counts["buttons"] += 1
        label = node.get("string") or node.get("title") or name
        where = f"{path} / {record._name} {record.id} / {label} ({name})"
        stat = "oe_stat_button" in (node.get("class") or "")
        context = self._context(node.get("context"), record, values)
        with self._noting(where, allowed=() if stat else UserError):
            if kind == "object":
                target = record.with_context(**context)
                action = get_public_method(target, name)(target)
            else:
                action = self.load(name)
            if isinstance(action, dict):
                self.open_action(action, where, depth=1, active=record)

    def _buttons(self, arch, record, values):
        """Yield the buttons of a view that the record's page shows."""
        for node in arch.iter("button"):
            if node.get("type") not in ("object", "action"):
                continue
            inside = [
                up for up in node.iterancestors() if up.tag in ("field", "groupby")
            ]
            if not inside and self._visible(node, values):
                yield node

    def _visible(self, node, values):
        for part in (node, *node.iterancestors()):
            hidden = part.get("invisible") or part.get("column_invisible")
            if hidden and self._holds(hidden, values):
                return False
        return True

    def _holds(self, expression, values):
        try:
            return bool(safe_eval(expression, {**self._names_known(), **values}))
        except (NameError, KeyError, ValueError, AttributeError):
            return True  # asks for what only the screen knows

    # === WHAT VIEWS ASK FOR === #

    def _names(self, arch):
        return [node.get("name") for node in arch.iter("field")]

    def _flat(self, arch, model):
        """What modifiers compare: links as ids."""
        return {name: {} for name in self._specification(arch, model) if name in model}

    def _specification(self, arch, model):
        """Return what a view reads, with what its links show."""
        wanted = {}
        for node in arch.iter("field"):
            name = node.get("name")
            above = [up for up in node.iterancestors("field")]
            if above or name not in model._fields:
                continue
            field = model._fields[name]
            inner = {"display_name": {}}
            if field.type in TO_MANY:
                for kind in MULTI:
                    sub = node.find(kind)
                    if sub is not None:
                        inner = self._within(sub, self.env[field.comodel_name])
                        break
                wanted[name] = {"fields": inner, "limit": 40}
            elif field.type == "many2one":
                wanted[name] = {"fields": inner}
            else:
                wanted[name] = {}
        return wanted or {"display_name": {}}

    def _within(self, sub, model):
        copied = etree.fromstring(etree.tostring(sub))
        return self._specification(copied, model)

    def _filters(self, arch, model, context):
        found = {"domains": [], "groups": []}
        for node in arch.iter("filter"):
            name = node.get("name")
            on = bool(context.get(f"search_default_{name}"))
            by = self._context(node.get("context")).get("group_by")
            if (
                by
                and model._fields[by.split(":")[0].split(".")[0]].type != "properties"
            ):
                found["groups"].append((on, name, self._level(model, by)))
            elif node.get("domain"):
                part = self._domain(node.get("domain"))
                found["domains"].append((on, name, part))
            elif node.get("date"):
                found["domains"].append(
                    (False, name, Domain(node.get("date"), "!=", False))
                )
        return found

    def _level(self, model, by):
        kind = model._fields[by.split(":")[0].split(".")[0]].type
        if kind == "properties":
            return None  # the client asks for one of them
        dated = kind in ("date", "datetime")
        return f"{by}:month" if dated and ":" not in by else by

    # === EXPRESSIONS === #

    def _names_known(self, active=None):
        today = fields.Date.context_today(self.env["res.users"])
        company = self.env.company
        return {
            "uid": self.env.uid,
            "context": dict(self.env.context),
            "allowed_company_ids": company.ids,
            "current_company_id": company.id,
            "companies": company,
            "context_today": lambda: today,
            "current_date": str(today),
            "today": str(today),
            "now": str(fields.Datetime.now()),
            "relativedelta": relativedelta,
            "active_id": active.id if active else False,
            "active_ids": active.ids if active else [],
            "active_model": active._name if active else False,
            "True": True,
            "False": False,
            "None": None,
            **_MODULES,
        }

    def _context(self, text, active=None, values=()):
        if not text:
            text = {}
        if isinstance(text, str):
            names = {**self._names_known(active), **dict(values)}
            if active:
                names["id"] = active.id
            text = safe_eval(text, names)
        context = {**self.env.context, **text}
        if active:
            context.update(
                active_id=active.id, active_ids=active.ids, active_model=active._name
            )
        return context

    def _domain(self, text, active=None, context=()):
        if isinstance(text, str):
            names = {**self._names_known(active), "context": dict(context)}
            text = safe_eval(text, names)
        return Domain(text or [])

    # === FAULTS === #

    @contextlib.contextmanager
    def _noting(self, path, allowed=()):
        """Undo what is done inside, and note what went wrong but is not ``allowed``."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            yield
            self.env.flush_all()
        except Exception as error:
            if isinstance(error, AccessError) or not isinstance(error, allowed):
                sentence = " ".join(str(error).split())[:300]
                self.faults.append((path, f"{type(error).__name__}: {sentence}"))
        finally:
            self.env.transaction.clear()
            self.env.cr.precommit.clear()
            self.env.cr.postcommit.clear()
            savepoint.close(rollback=True)

    def told(self):
        """Return the faults as lines, for people."""
        return "\n".join(f"{path}: {error}" for path, error in self.faults)
