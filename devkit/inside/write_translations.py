"""Write the template of translations, and merge it into each language's file."""

from odoo.addons.export_crm.tests import translating


def write(path, po):
    """Write ``po`` to ``path``; say what is in it."""
    path.write_text(f"{po}\n" if not str(po).endswith("\n") else str(po))
    open_terms = sum(not entry.msgstr for entry in po)
    print(f"{path.name}: {len(po)} terms, {len(po) - open_terms} translated")


template = translating.exported(env)
write(translating.TEMPLATE, template)
for path in translating.languages().values():
    write(path, translating.merged(template, path))
