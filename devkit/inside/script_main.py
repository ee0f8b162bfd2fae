"""Run a Python file with ``env`` in a database: CONF DB FILE [ARGS].

Runs in Odoo's environment.  The file sees ``env`` (the superuser's) and its
arguments in ``sys.argv``; what it leaves uncommitted is committed at its end.
"""

import sys
import threading


def main(conf, db, path, *args):
    """Run ``path``; return the exit code."""
    from odoo import api, service
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", conf, "-d", db, "--no-http", "--log-level=warn"])
    service.server.load_server_wide_modules()
    threading.current_thread().dbname = db
    sys.argv[:] = [path, *args]
    with open(path) as source:
        code = compile(source.read(), path, "exec")
    try:
        with Registry(db).cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            env = env(context=env["res.users"].context_get())
            exec(code, {"__name__": "__main__", "__file__": path, "env": env})
            cr.commit()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
