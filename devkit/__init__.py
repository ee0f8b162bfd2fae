"""The parts behind ``./dev``: a real Odoo 19 on a bare machine, tests, lint.

Nothing in this package needs more than the standard library, except the files
in ``inside``, which run in the process of Odoo.
"""
