import logging
import threading
import traceback
from contextlib import contextmanager

import psycopg2

from odoo import api, models

from ...tools.core import pipeline
from .export_crm_job_run import BUSY

_logger = logging.getLogger(__name__)

# Errors that say nothing about a customer.
_NOT_ITS_FAULT = (*BUSY, psycopg2.InterfaceError)


class ExportCrmJob(models.Model):
    """The steps of the pipeline, and what happens when one fails for somebody."""

    _inherit = "export.crm.job"

    @api.model
    def _pipeline_steps(self):
        """Return the steps in their order. The one place where steps are registered.

        To add one, override and insert; a step reads only what earlier ones wrote.
        Methods are called as superuser, for one company, inside a savepoint; a batch
        step is called again with fewer customers when it raises.

        :rtype: list[odoo.addons.export_crm.tools.pipeline.Step]
        """
        figures = frozenset({pipeline.RUN_DIRTY, pipeline.RUN_NIGHTLY})
        account = "export.crm.account"
        return [
            pipeline.Step(
                "facts", self.env._("Facts"), account, "_refresh_facts", figures
            ),
            pipeline.Step(
                "shares",
                self.env._("Shares of revenue and growth"),
                account,
                "_refresh_company_facts",
                frozenset({pipeline.RUN_NIGHTLY}),
                company_wide=True,
            ),
            pipeline.Step("tiers", self.env._("Tier"), account, "_step_tiers", figures),
            pipeline.Step(
                "first_tiers",
                self.env._("First tier of customers that become rated"),
                account,
                "_step_first_tiers",
                frozenset({pipeline.RUN_NIGHTLY}),
            ),
            pipeline.Step(
                "health", self.env._("Health"), account, "_step_health", figures
            ),
            pipeline.Step(
                "gradings",
                self.env._("Half-yearly grading of tiers"),
                "export.crm.tier.grading",
                "_step_gradings",
                frozenset({pipeline.RUN_NIGHTLY}),
                company_wide=True,
            ),
            pipeline.Step(
                "upgrades",
                self.env._("Chances to move up a tier"),
                account,
                "_step_upgrades",
                frozenset({pipeline.RUN_NIGHTLY}),
                company_wide=True,
            ),
        ]

    @api.model
    def _phases(self, run):
        return pipeline.phases(self._pipeline_steps(), run)

    @api.model
    def _counting_phase(self, phases):
        """Return the phase that counts the customers: the first one over them."""
        return next((phase for phase in phases if not phase[0].company_wide), None)

    @api.model
    def _batch_size(self):
        """Return customers per batch (system parameter ``export_crm.batch_size``)."""
        # A technical knob; parameters are readable by administrators only.
        value = (
            self.env["ir.config_parameter"].sudo().get_param("export_crm.batch_size")
        )
        return max(int(value or 0), 0) or 5000

    def _judge(self, phase, partner_ids, as_of):
        """Run the steps of a phase for some customers; set those aside that fail.

        A customer who fails in one step is left out of the following ones, which
        would build on figures that are not there.
        """
        errors_model = self.env["export.crm.job.error"]
        company = self.company_id
        for step in phase:
            errors = self._run_step(step, partner_ids, as_of)
            if errors:
                partner_ids = [id_ for id_ in partner_ids if id_ not in errors]
                errors_model._report(company, self.kind, step.code, errors)
            errors_model._resolve(company, [step.code], partner_ids)

    def _run_step(self, step, partner_ids, as_of):
        """Run a batch step.

        :return: ``{partner id: (message, traceback)}`` of the customers that failed
        :raise SystemicError: the step fails for everybody
        """
        method = self._step_method(step)

        def attempt(ids):
            with self.env.cr.savepoint():
                method(self.company_id, ids, as_of)

        try:
            with self._quiet_sql():
                errors = pipeline.set_aside(partner_ids, attempt, _NOT_ITS_FAULT)
        except pipeline.SystemicError as error:
            error.step = step.code
            raise
        for partner_id, error in errors.items():
            _logger.warning(
                "%s: step %s set customer %d aside: %s",
                self._log_name(),
                step.code,
                partner_id,
                self._describe(error)[0],
            )
        return {id_: self._describe(error) for id_, error in errors.items()}

    def _run_company_step(self, step):
        """Run a company-wide step.

        :raise SystemicError: it fails
        """
        try:
            with self.env.cr.savepoint():
                self._step_method(step)(self.company_id, self.as_of)
        except _NOT_ITS_FAULT:
            raise
        except Exception as error:
            raise pipeline.SystemicError(str(error), step.code) from error

    def _step_method(self, step):
        # What a step writes down is read in the company, not by OdooBot.
        company = self.company_id
        model = self.env[step.model].with_company(company)
        lang = company.sudo().partner_id.lang or self.env.lang
        return getattr(model.with_context(lang=lang), step.method)

    @api.model
    def _describe(self, error):
        """Return one line about an error, and its traceback."""
        line = next(iter(str(error).strip().splitlines()), "")
        message = line[:500] or type(error).__name__
        return message, "".join(traceback.format_exception(error))

    @api.model
    @contextmanager
    def _quiet_sql(self):
        """Keep the failing statements of a bisection out of the log.

        Each would be logged with thousands of ids; what failed in the end is
        reported with its cause. Other threads' records are left alone.
        """
        thread = threading.get_ident()
        logger = logging.getLogger("odoo.sql_db")

        def drop(record):
            return not (record.thread == thread and record.levelno == logging.ERROR)

        logger.addFilter(drop)
        try:
            yield
        finally:
            logger.removeFilter(drop)
