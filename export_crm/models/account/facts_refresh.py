"""The refresh of facts: sources → one upsert per batch → company-wide figures."""

from odoo import models
from odoo.tools import SQL

from . import sources

BATCH_SIZE = 5000
# Up to so many customers the sources run within the upsert.
ONE_STATEMENT = 100
# New accounts in one pass from which the planner is told at once.
ANALYZE_FROM = 1000
OPTIONAL_LINE_COLUMNS = ("purchase_price", "is_delivery")
# Columns of every row that no source fills.
IDENTITY = (
    "currency_id",
    "active",
    "as_of",
    "country_id",
    "user_id",
    "team_id",
)


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    # === ENTRY POINTS === #

    def _refresh_facts(self, company, partner_ids, as_of=None):
        """Recompute the facts of some customers of one company.

        One statement per source and one upsert, whatever the number of customers
        (for a few customers all in one);
        a row that would not change isn't written. Callable again at any time. The
        company-wide figures are left to :meth:`_refresh_company_facts`.

        :param company: one ``res.company``; the documents of its root company and of
            all branches count, and the accounts are the root's
        :param partner_ids: ids of commercial partners (others: only an account
            that they still have is emptied and archived)
        :param as_of: nothing dated after this day is used; default: today there
        :return: number of rows written
        :raise psycopg2.Error: the caller's transaction must be rolled back to a
            savepoint before it goes on
        """
        if not partner_ids:
            return 0
        self.env.flush_all()
        company = company._export_root()
        scope = self._facts_scope(company, as_of or company._export_today())
        common = self._facts_common_tables(scope, partner_ids)
        used = self._facts_sources(company, scope.as_of, partner_ids)
        tables = {source.table: source.query(scope) for source in used}
        upsert = self._facts_upsert_sql(company, scope, used)
        if len(partner_ids) <= ONE_STATEMENT:
            written = self._facts_run_at_once({**common, **tables}, upsert)
        else:
            written = self._facts_run_by_table(common, tables, upsert)
        self._facts_invalidate()
        return written

    def _facts_run_at_once(self, tables, upsert):
        """Run the upsert with the sources as its ``WITH`` items: for few customers,
        where making tables costs more than what is in them."""
        items = [
            SQL("%s AS MATERIALIZED (%s)", SQL.identifier(name), query)
            for name, query in tables.items()
        ]
        self.env.cr.execute(SQL("WITH %s %s", SQL(", ").join(items), upsert))
        return self.env.cr.rowcount

    def _facts_run_by_table(self, common, tables, upsert):
        """Run each source into a temporary table: for many customers, where the
        planner must know how many rows there are."""
        execute = self.env.cr.execute
        for name, query in common.items():
            self._facts_create_table(name, query)
            execute(SQL("ANALYZE %s", SQL.identifier(name)))
        for name, query in tables.items():
            self._facts_create_table(name, query)
        joined = [SQL("%s (partner_id)", SQL.identifier(name)) for name in tables]
        execute(SQL("ANALYZE %s", SQL(", ").join(joined)))
        execute(upsert)
        written = self.env.cr.rowcount
        names = map(SQL.identifier, [*common, *tables])
        execute(SQL("DROP TABLE %s", SQL(", ").join(names)))
        return written

    def _refresh_company_facts(self, company, as_of=None):
        """Recompute what depends on all customers of the company: shares, growth.

        One statement over the rows as they are; run it after the last batch.

        :param as_of: not needed, since the rows carry their day; steps get it

        :return: number of rows written
        """
        self.env.flush_all()
        self._facts_analyze()
        self.env.cr.execute(
            SQL(
                """
                WITH account AS (
                     SELECT id, GREATEST(revenue_365d, 0) AS revenue,
                            GREATEST(revenue_prev_365d, 0) AS before
                       FROM export_crm_account
                      WHERE company_id = %(company)s
                        AND revenue_365d IS NOT NULL
                     ),
                     total AS MATERIALIZED (
                     SELECT NULLIF(SUM(revenue), 0) AS revenue,
                            COALESCE(PERCENTILE_CONT(0.5)
                                WITHIN GROUP (ORDER BY revenue)
                                FILTER (WHERE revenue > 0), 0) AS median
                       FROM account
                     ),
                     ladder AS (
                     SELECT id, revenue, before,
                            SUM(revenue) OVER (ORDER BY revenue DESC)
                            - SUM(revenue) OVER (PARTITION BY revenue) AS above
                       FROM account
                     ),
                     figure AS MATERIALIZED (
                     SELECT l.id,
                            ROUND(l.revenue / t.revenue, 6) AS share,
                            ROUND(l.above / t.revenue, 6) AS share_before,
                            CASE WHEN l.revenue > 0 OR l.before > 0 THEN
                                ROUND(((l.revenue + t.median)
                                      / (l.before + t.median))::numeric, 3)
                            END AS growth
                       FROM ladder l CROSS JOIN total t
                     )
                UPDATE export_crm_account a
                   SET revenue_share = f.share,
                       revenue_share_before = f.share_before,
                       growth = f.growth
                  FROM figure f
                 WHERE f.id = a.id
                   AND (a.revenue_share, a.revenue_share_before, a.growth)
                       IS DISTINCT FROM (f.share, f.share_before, f.growth)
                """,
                company=company.id,
            )
        )
        written = self.env.cr.rowcount
        self._facts_invalidate()
        return written

    def _refresh_facts_of(self, partners, company=None):
        """Refresh the customers behind ``partners`` now, company-wide figures too.

        For buttons and tests; ``company`` defaults to the current one.

        :return: their accounts in that company
        """
        company = (company or self.env.company)._export_root()
        customers = partners.commercial_partner_id
        self._refresh_facts(company, customers.ids)
        self._refresh_company_facts(company)
        return self.search(
            [("partner_id", "in", customers.ids), ("company_id", "=", company.id)]
        )

    def _facts_partner_batches(self, company, as_of, after_id=0, limit=BATCH_SIZE):
        """Return the ids of the next customers to refresh, ascending.

        Customers with facts in the company: commercial partners with an order, a
        customer invoice, an open receivable or an inquiry up to the as-of day, and
        those that have an account already (their documents may be gone). The last id
        is the cursor to continue after; fewer ids than ``limit`` mean the end.

        The documents are looked through once, when a pass begins (``after_id`` 0):
        customers new to the company get an empty account, and the batches follow the
        accounts' index.

        :return: list of partner ids, at most ``limit``
        """
        if not after_id:
            self._facts_open_accounts(company, as_of)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id FROM export_crm_account
                 WHERE company_id = %s AND partner_id > %s
                 ORDER BY partner_id LIMIT %s
                """,
                company.id,
                after_id,
                limit,
            )
        )
        return [row[0] for row in rows]

    def _facts_open_accounts(self, company, as_of):
        """Insert an empty account for each customer that has documents but none."""
        self.env.flush_all()
        scope = self._facts_scope(company, as_of)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO export_crm_account (partner_id, company_id, currency_id,
                       active, create_uid, create_date, write_uid, write_date)
                SELECT customer.id, %(company)s, %(currency)s, TRUE,
                       %(uid)s, NOW() AT TIME ZONE 'UTC',
                       %(uid)s, NOW() AT TIME ZONE 'UTC'
                  FROM (
                       SELECT DISTINCT p.commercial_partner_id AS id
                         FROM (%(used)s) used
                         JOIN res_partner p ON p.id = used.partner_id
                       EXCEPT
                       SELECT partner_id FROM export_crm_account
                        WHERE company_id = %(company)s
                       ) customer
                 ORDER BY customer.id
                    ON CONFLICT (partner_id, company_id) DO NOTHING
                """,
                company=company.id,
                currency=company.currency_id.id,
                uid=self.env.uid,
                used=self._facts_used_partners_sql(scope),
            )
        )
        if self.env.cr.rowcount > ANALYZE_FROM:
            self._facts_analyze()

    # === HOOKS === #

    def _facts_sources(self, company, as_of, partner_ids):
        """Return the sources of this refresh; a domain with facts adds its own.

        :return: list of ``sources.Source``
        """
        return [*sources.SOURCES, self._facts_lateness(company, as_of, partner_ids)]

    def _facts_lateness(self, company, as_of, partner_ids):
        """Return the source of the lateness facts, from ``_lateness_summary_sql``."""
        summary = self._lateness_summary_sql(company, as_of, partner_ids)

        def query(_scope):
            return SQL(
                """
                SELECT partner_id, on_time_rate, days_late_weighted AS days_late_avg,
                       run AS late_run, overdue_amount,
                       oldest_overdue_days AS overdue_oldest_days,
                       prompt_share AS payment_prompt
                  FROM (%s) lateness
                """,
                summary,
            )

        return sources.Source(
            "lateness",
            query,
            zero=("late_run", "overdue_amount", "overdue_oldest_days"),
            unknown=("on_time_rate", "days_late_avg", "payment_prompt"),
        )

    # === INTERNALS === #

    def _facts_analyze(self):
        """Tell the planner how many accounts there are.

        Autovacuum does so minutes later. A planner that believes in an empty table
        joins 20,000 rows with 20,000 in nested loops (measured: not done after nine
        minutes, 0.3 s otherwise).
        """
        self.env.cr.execute("ANALYZE export_crm_account (id, partner_id, company_id)")

    def _facts_scope(self, company, as_of):
        line_fields = self.env["sale.order.line"]._fields
        return sources.Scope(
            company_id=company.id,
            branch_ids=company._export_tree()._ids,
            as_of=as_of,
            tz=company._export_timezone().zone,
            places=company.currency_id.decimal_places,
            line_columns=frozenset(
                name
                for name in OPTIONAL_LINE_COLUMNS
                if name in line_fields and line_fields[name].store
            ),
        )

    def _facts_used_partners_sql(self, scope):
        return SQL(
            """
            SELECT partner_id FROM sale_order
             WHERE company_id = ANY(%(branches)s)
               AND LEAST(date_order, create_date) < %(until)s
             UNION
            SELECT partner_invoice_id FROM sale_order
             WHERE company_id = ANY(%(branches)s) AND state = 'sale'
               AND date_order < %(until)s
             UNION
            SELECT partner_id FROM account_move
             WHERE company_id = ANY(%(branches)s) AND state = 'posted'
               AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND date <= %(as_of)s
             UNION
            SELECT l.partner_id FROM account_move_line l
              JOIN account_account a
                ON a.id = l.account_id AND a.account_type = 'asset_receivable'
             WHERE l.company_id = ANY(%(branches)s) AND l.parent_state = 'posted'
               AND l.reconciled IS NOT TRUE AND l.date <= %(as_of)s
             UNION
            SELECT partner_id FROM crm_lead
             WHERE (company_id = ANY(%(branches)s) OR company_id IS NULL)
               AND create_date < %(until)s
            """,
            branches=scope.branches,
            until=scope.until,
            as_of=scope.as_of,
        )

    def _facts_common_tables(self, scope, partner_ids):
        """Return ``{name: query}`` of what all sources read, in the order in which
        they read each other: contacts, orders, the batch."""
        return {
            "export_fact_contact": SQL(
                """
                SELECT id AS contact_id, commercial_partner_id AS partner_id
                  FROM res_partner WHERE commercial_partner_id = ANY(%s)
                """,
                list(partner_ids),
            ),
            "export_fact_order": sources.orders_sql(scope),
            "export_fact_batch": SQL(
                "SELECT id AS partner_id FROM res_partner WHERE id = ANY(%s)",
                list(partner_ids),
            ),
        }

    def _facts_create_table(self, name, query):
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s",
                SQL.identifier(name),
                query,
            )
        )

    def _facts_identity_sql(self, company, scope):
        """SQL list of the ``IDENTITY`` columns; the same as the ORM computes.

        ``p`` is the partner, ``u`` its responsible, ``terms`` the usual terms.
        """
        return SQL(
            """
            %s::int4, p.commercial_partner_id = p.id, %s, p.country_id,
            COALESCE(p.user_id, export_fact_terms.usual_user_id),
            COALESCE(u.sale_team_id, export_fact_terms.usual_team_id)
            """,
            company.currency_id.id,
            scope.as_of,
        )

    def _facts_upsert_sql(self, company, scope, used):
        """One INSERT … ON CONFLICT for the batch; unchanged rows aren't touched."""
        columns = [SQL.identifier(name) for name in IDENTITY]
        values = [self._facts_identity_sql(company, scope)]
        joins = []
        for source in used:
            table = SQL.identifier(source.table)
            joins.append(
                SQL("LEFT JOIN %s ON %s.partner_id = batch.partner_id", table, table)
            )
            for name in source.columns:
                column = SQL.identifier(name)
                value = SQL("%s.%s", table, column)
                if name in source.zero:
                    value = SQL("COALESCE(%s, 0)", value)
                columns.append(column)
                values.append(value)
        # Whoever is marked in every company becomes a customer where documents are.
        proofs = [
            SQL("%s.%s", SQL.identifier(source.table), SQL.identifier(source.proof))
            for source in used
            if source.proof
        ]
        return SQL(
            """
            INSERT INTO export_crm_account AS account
                   (partner_id, company_id, create_uid, create_date,
                    write_uid, write_date, %(columns)s)
            SELECT batch.partner_id, %(company)s, %(uid)s, NOW() AT TIME ZONE 'UTC',
                   %(uid)s, NOW() AT TIME ZONE 'UTC', %(values)s
              FROM export_fact_batch batch
              JOIN res_partner p ON p.id = batch.partner_id
              LEFT JOIN export_crm_account known
                     ON known.partner_id = p.id AND known.company_id = %(company)s
              %(joins)s
              LEFT JOIN res_users u
                     ON u.id = COALESCE(p.user_id, export_fact_terms.usual_user_id)
             WHERE known.id IS NOT NULL
                OR (p.commercial_partner_id = p.id AND num_nonnulls(%(proofs)s) > 0)
             ORDER BY p.id
                ON CONFLICT (partner_id, company_id) DO UPDATE
               SET write_uid = EXCLUDED.write_uid,
                   write_date = EXCLUDED.write_date,
                   (%(columns)s) = ROW(%(excluded)s)
             WHERE (%(current)s) IS DISTINCT FROM (%(excluded)s)
            """,
            columns=SQL(", ").join(columns),
            proofs=SQL(", ").join(proofs),
            company=company.id,
            uid=self.env.uid,
            values=SQL(", ").join(values),
            joins=SQL(" ").join(joins),
            excluded=SQL(", ").join(SQL("EXCLUDED.%s", name) for name in columns),
            current=SQL(", ").join(SQL("account.%s", name) for name in columns),
        )

    def _facts_invalidate(self):
        """Forget what the cache knew of the rows just written by SQL."""
        self.env["export.crm.account"].invalidate_model()
        Partner = self.env["res.partner"]
        Partner.invalidate_model(
            [name for name in Partner._fields if name.startswith("export_")]
        )
