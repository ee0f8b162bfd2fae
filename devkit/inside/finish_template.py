"""Finish a template database: all attachments in it, bundles built.

A database with its attachments inside is cloned with one SQL statement.
Arguments: "test" takes a file out of the backend's bundle that Debian's
package of Odoo lacks; the names of bundles follow, "all" for all of them.
"""

import sys

kind, *bundles = sys.argv[1:]

env["ir.config_parameter"].set_param("ir_attachment.location", "db")
if kind == "test":
    env["ir.asset"].create(
        {
            "name": "Not in Debian's package of Odoo",
            "bundle": "web.assets_backend",
            "directive": "remove",
            "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
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
