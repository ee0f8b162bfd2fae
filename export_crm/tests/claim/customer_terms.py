"""Every term that a customer reads: on the portal's pages, in mails, in refusals."""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
# A letter outside of tags, or in a text of a tag that is shown.
_WORD = re.compile(r"(?:^|>)[^<]*[^\W\d_]|title=")
VIEWS = (
    "portal_breadcrumbs_claim",
    "portal_my_home_claim",
    "sale_order_portal_claim",
    "sale_order_portal_delivery_claim",
    "portal_claim_state",
    "portal_my_claims",
    "portal_claim",
    "portal_claim_new",
    "sale_order_portal_template",
    "portal_my_orders",
)
#: Mails that this add-on sends by itself.
MAILS = (
    "mail_template_claim_ack",
    "mail_template_claim_closed",
    "mail_template_order_under_review",
)
RECORDS = {
    "export.crm.claim.category": ("name", "self_help"),
    "export.crm.claim.stage": ("customer_name",),
}
#: Where a refusal, a label or a message for a customer is written; in the second part
#: only these functions are.
CODE = {
    "controllers/portal_claim.py": None,
    "controllers/portal_claim_flood.py": None,
    "models/claim/claim_flood.py": None,
    "models/claim/claim_outside.py": None,
    "models/claim/claim_form.py": None,
    "models/claim/claim_limits.py": None,
    "models/claim/claim_messages.py": ("_milestones_told",),
    "models/claim/claim_moves.py": ("_check_reopen", "action_reopen"),
    "models/claim/claim_rating.py": ("_rate",),
}


def customer_terms(env):
    """Return ``{term: {where it is, as a .po file says it}}``."""
    found = defaultdict(set)
    for term, where in _all(env):
        found[term].add(where)
    return dict(found)


def _all(env):
    for name in VIEWS:
        yield from _of_record(env, f"export_crm.{name}", ("arch_db",))
    for name in MAILS:
        yield from _of_record(env, f"export_crm.{name}", ("subject", "body_html"))
    for model, names in RECORDS.items():
        data = env["ir.model.data"].search(
            [("module", "=", "export_crm"), ("model", "=", model)], order="name"
        )
        for row in data:
            yield from _of_record(env, row.complete_name, names)
    wanted = env["ir.model.fields"]._get("export.crm.claim", "wanted")
    for choice in wanted.selection_ids:
        xmlid = choice.get_external_id()[choice.id]
        where = f"model:ir.model.fields.selection,name:{xmlid}"
        yield choice.with_context(lang="en_US").name, where
    for path, functions in CODE.items():
        for term in _of_code(ROOT / path, functions):
            yield term, f"code:addons/export_crm/{path}:0"


def _of_record(env, xmlid, names):
    record = env.ref(xmlid).with_context(lang="en_US")
    for name in names:
        field, value = record._fields[name], record[name]
        if value and callable(field.translate):
            for term in filter(_WORD.search, field.get_trans_terms(value)):
                yield term, f"model_terms:{record._name},{name}:{xmlid}"
        elif value:
            yield str(value), f"model:{record._name},{name}:{xmlid}"


def _of_code(path, functions):
    """Yield the literals that are given to ``_`` in a file, or in some functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        if functions is not None and node.name not in functions:
            continue
        for call in ast.walk(node):
            if (
                isinstance(call, ast.Call)
                and getattr(call.func, "attr", "") == "_"
                and isinstance(call.args[0], ast.Constant)
            ):
                yield call.args[0].value
