import re

from odoo.tests import TransactionCase, tagged

CHINESE = re.compile("[\u4e00-\u9fff]")
# What is no text: tags, placeholders.
MARKUP = re.compile(r"<[^>]*>|\{\{.*?\}\}|\{\w+\}", re.DOTALL)
WORD = re.compile("[A-Za-z]{2}")
# Models, and how the names of what they bring along begin.
OURS = {
    "mail.activity.plan": "export_crm_plan_",
    "mail.activity.plan.template": "export_crm_step_",
    "mail.template": "mail_template_",
    "export.crm.followup.content": "export_crm_followup_content_",
    "export.crm.claim.reply": "claim_reply_",
}


@tagged("post_install", "-at_install")
class TestFollowupDefaults(TransactionCase):
    """Plans for all that the trade asks for come along, in English and Chinese."""

    def _steps(self, plan):
        plan = self.env.ref(f"export_crm.export_crm_plan_{plan}")
        self.assertTrue(plan.active, plan.name)
        self.assertFalse(plan.company_id, "for every company")
        return plan.template_ids

    def _rhythms(self, plan):
        return sorted(
            (step.delay_count, step.delay_unit, step.export_role)
            for step in self._steps(plan)
        )

    def test_after_delivery(self):
        found = [
            (step.delay_count, step.delay_unit, step.export_per)
            for step in self._steps("delivery").sorted("sequence")
        ]
        self.assertEqual(
            found,
            [
                (1, "weeks", "delivery"),
                (1, "months", "order"),
                (3, "months", "order"),
            ],
        )
        for step in self._steps("delivery"):
            self.assertTrue(step.export_script and step.export_hold_script)
            self.assertTrue(step.export_mail_template_id)
        scripts = set(self._steps("delivery").mapped("export_script"))
        self.assertEqual(len(scripts), 3, "each with its own questions")

    def test_cadence_by_tier(self):
        for tier, rhythms in (
            (
                "a",
                [
                    (1, "months", "director"),
                    (3, "months", "technical_adviser"),
                    (6, "months", "salesperson"),
                ],
            ),
            ("b", [(2, "weeks", "salesperson")]),
            ("c", [(3, "months", "coordinator")]),
        ):
            steps = self._steps(f"tier_{tier}")
            self.assertEqual(self._rhythms(f"tier_{tier}"), rhythms)
            self.assertEqual(
                steps.export_tier_ids,
                self.env.ref(f"export_crm.export_crm_tier_{tier}"),
            )
            self.assertEqual(set(steps.mapped("export_trigger")), {"cadence"})

    def test_health_check_of_europe_and_america(self):
        step = self._steps("health_check")
        self.assertEqual((step.delay_count, step.delay_unit), (1, "months"))
        codes = set(step.export_country_group_ids.country_ids.mapped("code"))
        self.assertLessEqual({"DE", "FR", "US", "BR"}, codes)
        self.assertFalse({"CN", "NG", "SA", "VN"} & codes)
        self.assertTrue(step.export_usage)

    def test_five_nodes(self):
        steps = self.env["mail.activity.plan.template"].search(
            [("export_node", "!=", False), ("plan_id.export_trigger", "!=", False)]
        )
        self.assertEqual(
            {(step.export_node, step.export_trigger) for step in steps},
            {
                ("first_reply", "inquiry_received"),
                ("sample", "sample_ordered"),
                ("payment", "quotation_sent"),
                ("shipment", "shipped"),
                ("after_sales", "delivery_received"),
                ("after_sales", "service_rendered"),
            },
        )

    def test_wake_up_and_occasions(self):
        self.assertEqual(self._steps("wake_up").export_trigger, "no_contact")
        for plan, occasion in (
            ("holiday", "holiday"),
            ("birthday", "birthday"),
            ("first_order", "first_order"),
        ):
            step = self._steps(plan)
            self.assertEqual(step.plan_id.export_occasion, occasion)
            self.assertTrue(step.export_mail_template_id)

    def test_content_by_tier_segment_industry(self):
        contents = self.env["export.crm.followup.content"].search([])
        codes = {
            content.tier_ids.code for content in contents if len(content.tier_ids) == 1
        }
        self.assertLessEqual({"A", "B", "C"}, codes)
        self.assertIn("new", contents.mapped("segment"))
        self.assertGreaterEqual(len(contents.industry_ids), 2)

    # === 简体中文 === #

    def _texts(self, record, lang):
        """Yield ``(field, text)`` of the translated texts of a record."""
        record = record.with_context(lang=lang)
        for name, field in record._fields.items():
            if not (field.translate and field.store and record[name]):
                continue
            terms = [str(record[name])]
            if callable(field.translate):
                terms = field.get_trans_terms(record[name])
            for term in terms:
                yield name, MARKUP.sub(" ", term)

    def test_everything_that_is_said_is_there_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"].search(
            [("name", "=", "export_crm")]
        )._update_translations(["zh_CN"])
        missing, count = [], 0
        for model, prefix in OURS.items():
            data = self.env["ir.model.data"].search(
                [
                    ("module", "=", "export_crm"),
                    ("model", "=", model),
                    ("name", "=like", f"{prefix}%"),
                ]
            )
            self.assertTrue(data, model)
            for item in data:
                record = self.env[model].browse(item.res_id)
                for name, text in self._texts(record, "zh_CN"):
                    count += 1
                    if WORD.search(text) and not CHINESE.search(text):
                        missing.append((item.name, name, text.strip()[:60]))
        self.assertFalse(missing)
        self.assertGreater(count, 150)
