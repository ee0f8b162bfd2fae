"""Finish a template database: all attachments in it, bundles built.

A database with its attachments inside is cloned with one SQL statement.
Arguments: the names of bundles, "all" for all of them.
"""

import sys

from odoo.tools.misc import file_path

LACKING = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
bundles = sys.argv[1:]


def is_there(path):
    """Tell whether Odoo has a file; Debian's package lacks one of a bundle."""
    try:
        return bool(file_path(path))
    except FileNotFoundError:
        return False


env["ir.config_parameter"].set_param("ir_attachment.location", "db")
if not is_there(LACKING):
    # Each page would begin with an error in the browser's console. Once: a database
    # made from a template comes by here with what the template has, and to remove a
    # file twice is an error of its own.
    env["ir.asset"].search([("path", "=", LACKING)]).unlink()
    env["ir.asset"].create(
        {
            "name": "Not in Debian's package of Odoo",
            "bundle": "web.assets_backend",
            "directive": "remove",
            "path": LACKING,
        }
    )
env["ir.attachment"].force_storage()
env.cr.commit()
if bundles == ["all"]:
    env["ir.qweb"]._pregenerate_assets_bundles()
else:
    for bundle in bundles:
        assets = env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=True)
        assets.css()
        assets.js()
env.cr.commit()
