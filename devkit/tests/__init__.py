"""Unit tests of devkit; they need neither Odoo nor a database."""
