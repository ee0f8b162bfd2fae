from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

# One row for each key and company: the root's own stays, a branch's gives way to it.
# Nothing else refers to these rows.
ONE_EACH = {
    "export_crm_credit_gate": ("partner_id",),
    "export_crm_job": ("kind",),
    "export_crm_demand_model": ("date",),
    "export_crm_health_component": ("code",),
    "export_crm_health_median": ("code",),
    "export_crm_order_news": ("contact_id",),
    "export_crm_tier_criterion": ("code",),
    "export_crm_warning_rule": ("code",),
}
# The same of records that others refer to: a branch's is archived.
ONE_ACTIVE = {
    "export_crm_claim_policy": ("severity_id", "tier_id"),
    "export_crm_tier_policy": ("tier_id",),
}
# The same of names: a branch's gets another one.
ONE_NAME = {
    "export_crm_claim": "external_ref",
    "export_crm_claim_department": "code",
}
# What hangs on an account and is worth keeping, and what makes it one of a kind there.
KEPT = {
    "export_crm_action": ("rule_id", "period"),
    "export_crm_loss": ("id",),
    "export_crm_warning": ("code", "period"),
}


def migrate(cr, _version):
    """Give to root companies what was kept for their branches."""
    cr.execute("SELECT FROM res_company WHERE parent_id IS NOT NULL LIMIT 1")
    if not cr.rowcount:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.flush_all()
    cr.execute(
        """
        CREATE TEMPORARY TABLE export_branch ON COMMIT DROP AS
        SELECT id, split_part(parent_path, '/', 1)::int AS root
          FROM res_company WHERE parent_id IS NOT NULL
        """
    )
    _share_settings(env)
    _share_limits(env)
    _end_gradings(env)
    _join_holds(env)
    _join_followups(env)
    env.flush_all()
    _join_accounts(env)
    _make_room(env)
    customers = _move(env)
    env.invalidate_all()
    _settle(env, customers)
    cr.execute("DROP TABLE export_branch")


def _ranked(table, *keys, where="TRUE"):
    """Return a query of ids and their number among those of one key and root."""
    return SQL(
        """
        SELECT row.id, b.id IS NOT NULL AS of_branch, ROW_NUMBER() OVER (
                   PARTITION BY COALESCE(b.root, row.company_id), %s
                   ORDER BY b.id IS NOT NULL, row.id) AS number
          FROM %s row LEFT JOIN export_branch b ON b.id = row.company_id
         WHERE row.company_id IS NOT NULL AND %s
        """,
        SQL(", ").join(SQL.identifier("row", key) for key in keys),
        SQL.identifier(table),
        SQL(where),  # pylint: disable=sql-injection
    )


def _share_settings(env):
    """A branch has the settings of its root company."""
    names = [
        name
        for name in env["res.company"]._get_company_root_delegated_field_names()
        if name.startswith("export_")
    ]
    env.cr.execute(
        SQL(
            """
            UPDATE res_company company SET (%s) = ROW(%s)
              FROM export_branch b JOIN res_company root ON root.id = b.root
             WHERE company.id = b.id
            """,
            SQL(", ").join(SQL.identifier(name) for name in names),
            SQL(", ").join(SQL.identifier("root", name) for name in names),
        )
    )
    env["res.company"].invalidate_model(names)


def _share_limits(env):
    """One credit limit for a root and its branches: the root's own, else the lowest.

    Where a branch judged by limits, the root does from now on.
    """
    env.cr.execute(
        """
        WITH tree AS (
            SELECT root AS id, root FROM export_branch UNION TABLE export_branch
        ), used AS (
            SELECT tree.root, BOOL_OR(company.account_use_credit_limit) AS used
              FROM tree JOIN res_company company USING (id) GROUP BY tree.root
        )
        UPDATE res_company company SET account_use_credit_limit = used.used
          FROM tree JOIN used USING (root)
         WHERE company.id = tree.id
        """
    )
    env.cr.execute(
        """
        WITH tree AS (
            SELECT root AS id, root FROM export_branch UNION TABLE export_branch
        ), kept AS (
            SELECT p.id, tree.root, (ARRAY_AGG(value.amount ORDER BY
                       tree.id <> tree.root, value.amount <= 0, value.amount))[1]
                       AS amount
              FROM res_partner p
             CROSS JOIN LATERAL (
                    SELECT key::int AS company_id, value::text::float8 AS amount
                      FROM jsonb_each(p.credit_limit)
                     WHERE jsonb_typeof(value) = 'number'
                   ) value
              JOIN tree ON tree.id = value.company_id
             GROUP BY p.id, tree.root
        ), shared AS (
            SELECT kept.id, JSONB_OBJECT_AGG(tree.id, kept.amount) AS amounts
              FROM kept JOIN tree USING (root) GROUP BY kept.id
        )
        UPDATE res_partner p SET credit_limit = p.credit_limit || shared.amounts
          FROM shared WHERE shared.id = p.id
        """
    )
    env.invalidate_all()
    for branch in env["res.company"].search([("parent_id", "!=", False)]):
        env["ir.default"]._export_copy_limit(branch._export_root(), branch)


def _end_gradings(env):
    """A preview of a branch was of half the books: the root grades anew."""
    env["export.crm.tier.grading"].search(
        [
            ("company_id.parent_id", "!=", False),
            ("state", "in", ("computing", "preview")),
        ]
    )._cancel()


def _join_holds(env):
    """Of several blocking holds of a customer the oldest blocks on, for all."""
    holds = env["export.crm.credit.hold"].search([("blocking", "=", True)])
    same = holds.grouped(lambda h: (h.partner_id, h.company_id._export_root()))
    for group in same.values():
        first, *others = group.sorted(lambda hold: (hold.opened_on, hold.id))
        for other in others:
            first._absorb(other)


def _join_followups(env):
    """Of several rows about the same thing one stays, as when contacts are merged."""
    ledger = env["export.crm.followup"]
    rows = ledger.search([("res_model", "=", "res.partner")])
    for same in rows.grouped(
        lambda r: (r.company_id._export_root(), r.res_id, r.step, r.cycle)
    ).values():
        same.sorted(lambda row: row._rank())[1:]._give_way()
    turns = rows.filtered(
        lambda r: r.trigger == "cadence" and r.state in ("planned", "scheduled")
    )
    for same in turns.grouped(
        lambda r: (r.company_id._export_root(), r.res_id, r.step)
    ).values():
        same.sorted(lambda row: row._rank())[1:]._give_way()


def _join_accounts(env):
    """One account for a customer and root company; people's work on others is kept."""
    cr = env.cr
    cr.execute(
        SQL(
            """
            CREATE TEMPORARY TABLE export_account ON COMMIT DROP AS
            SELECT id, of_branch, number, FIRST_VALUE(id) OVER (
                       PARTITION BY partner_id, root ORDER BY number) AS first
              FROM (SELECT ranked.*, a.partner_id,
                           COALESCE(b.root, a.company_id) AS root
                      FROM (%s) ranked
                      JOIN export_crm_account a ON a.id = ranked.id
                      LEFT JOIN export_branch b ON b.id = a.company_id) account
            """,
            _ranked("export_crm_account", "partner_id"),
        )
    )
    for table, keys in KEPT.items():
        cr.execute(
            SQL(
                """
                UPDATE %(table)s row SET account_id = moved.first
                  FROM (SELECT row.id, account.first, account.number,
                               ROW_NUMBER() OVER (
                                   PARTITION BY account.first, %(keys)s
                                   ORDER BY account.number, row.id) AS place
                          FROM %(table)s row
                          JOIN export_account account ON account.id = row.account_id
                       ) moved
                 WHERE moved.id = row.id AND moved.number > 1 AND moved.place = 1
                """,
                table=SQL.identifier(table),
                keys=SQL(", ").join(SQL.identifier("row", key) for key in keys),
            )
        )
    cr.execute(
        """
        UPDATE export_crm_account account
           SET tier_id = other.tier_id, tier_since = other.tier_since
          FROM export_account a JOIN export_crm_account other ON other.id = a.id
         WHERE a.number > 1 AND account.id = a.first
           AND account.tier_id IS NULL AND other.tier_id IS NOT NULL
        """
    )
    cr.execute(
        """
        DELETE FROM export_crm_account
         WHERE id IN (SELECT id FROM export_account WHERE number > 1)
        """
    )
    cr.execute("DROP TABLE export_account")


def _make_room(env):
    """Let branches' rows give way where the root, or another branch, has the same."""
    cr = env.cr
    for table, keys in ONE_EACH.items():
        cr.execute(
            SQL(
                "DELETE FROM %s WHERE id IN (SELECT id FROM (%s) r WHERE number > 1)",
                SQL.identifier(table),
                _ranked(table, *keys),
            )
        )
    for table, keys in ONE_ACTIVE.items():
        cr.execute(
            SQL(
                "UPDATE %s SET active = FALSE"
                " WHERE id IN (SELECT id FROM (%s) r WHERE number > 1)",
                SQL.identifier(table),
                _ranked(table, *keys, where="row.active"),
            )
        )
    for table, name in ONE_NAME.items():
        cr.execute(
            SQL(
                "UPDATE %(table)s SET %(name)s = %(name)s || '/' || id"
                " WHERE id IN (SELECT id FROM (%(ranked)s) r WHERE number > 1)",
                table=SQL.identifier(table),
                name=SQL.identifier(name),
                ranked=_ranked(table, name, where=f"row.{name} IS NOT NULL"),
            )
        )


def _move(env):
    """Name the root company on every row of ours; return the customers concerned."""
    partner_ids = set()
    for name, model in env.items():
        field = model._fields.get("company_id")
        ours = name.startswith("export.crm.") and model._auto
        if not ours or model._transient or not field or not field.store:
            continue
        if field.comodel_name != "res.company" or name == "export.crm.occasion":
            continue  # a note about a contact is where the contact is
        whose = (
            SQL("row.partner_id")
            if "partner_id" in model._fields and model._fields["partner_id"].store
            else SQL("NULL")
        )
        env.cr.execute(
            SQL(
                """
                UPDATE %s row SET company_id = b.root
                  FROM export_branch b
                 WHERE b.id = row.company_id
             RETURNING %s
                """,
                SQL.identifier(model._table),
                whose,
            )
        )
        partner_ids.update(id_ for [id_] in env.cr.fetchall() if id_)
    env.cr.execute(
        """
        UPDATE mail_activity_plan plan SET company_id = b.root
          FROM export_branch b
         WHERE b.id = plan.company_id AND plan.export_trigger IS NOT NULL
        """
    )
    return env["res.partner"].browse(partner_ids).exists()


def _settle(env, customers):
    """Have what depends on the documents of all branches judged anew."""
    for customer in customers.commercial_partner_id:
        env["export.crm.tier.override"]._settle_merged(customer)
    roots = env["res.company"].search([("parent_id", "!=", False)])._export_root()
    env["export.crm.dirty"]._mark(customers, roots)
    env["export.crm.job"]._ensure_jobs()
    env["export.crm.job"].search([("company_id", "in", roots.ids)])._request_run()
