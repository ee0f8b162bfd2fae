"""``./dev bench``: what Export CRM costs, against what it must not cost much more than.

Runs on databases of its own that ``./dev`` makes and drops. The figures go to the
screen, as JSON to a file (--json) and as a table to bench/RESULTS.md; README.md says
what each key means.
"""

import contextlib
import json
import os
import sys
import time
from pathlib import Path

import odoo_env
import psycopg2
import report
from options import EACH, parse


def say(text):
    """Tell what is being done."""
    print(f"-> {text}", flush=True)


def make_documents(registry, customers, documents, first=1):
    """Generate the customers ``first`` to ``customers``; return the seconds."""
    import generate

    begin = time.perf_counter()
    with odoo_env.environment(registry) as env:
        generate.generate(env, customers, documents, first)
    return round(time.perf_counter() - begin, 1)


def measure(registry, names):
    """Run the benchmarks ``names`` on the documents there are; return a dict."""
    import claims
    import facts
    import followup
    import pipeline

    functions = {
        "refresh": facts.refresh,
        "lateness": facts.lateness,
        "scores": pipeline.scores,
        "night": pipeline.night,
        "grading": pipeline.grading,
        "check": pipeline.check,
        "one": pipeline.one,
        "followups": followup.followups,
        "claims": claims.claims,
    }
    found = {}
    for name in names:
        say(name)
        found[name] = functions[name](registry)
        print(json.dumps(found[name], indent=1), flush=True)
    return found


def run_sql(text):
    """Run a statement that can't be in a transaction, on the maintenance database."""
    with contextlib.closing(psycopg2.connect(dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cr:
            cr.execute(text)


def measure_confirm(options, registry, bare):
    """Run the benchmark ``confirm``: the clones, the same documents in each of them.

    :param str bare: name of the database without the add-on
    """
    import confirm
    import generate

    databases = {"bare": bare, "ours": os.environ["EXPORT_CRM_DB"]}
    addons = ""
    with contextlib.ExitStack() as stack:
        if not options.no_oca:
            addons = fetch_oca(options)
        if addons:
            clone = databases["oca"] = generate.oca_name(bare)
            run_sql(f'DROP DATABASE IF EXISTS "{clone}"')
            run_sql(f'CREATE DATABASE "{clone}" TEMPLATE "{bare}"')
            stack.callback(run_sql, f'DROP DATABASE "{clone}" WITH (FORCE)')
            say("OCA's add-on in a database of its own")
            in_a_child(prepare_oca, clone, addons, options)
        say("the same documents without any add-on")
        in_a_child(prepare_bare, bare, options)
        with odoo_env.environment(registry) as env:
            confirm.open_gates(env.cr)
            count = options.pairs + confirm.WARM_UP
            names = confirm.order_names(env.cr, count)
        say(f"confirming {options.pairs} orders in each variant")
        found = confirm.confirm(databases, names, addons)
    print(json.dumps(found, indent=1), flush=True)
    return found


def fetch_oca(options):
    """Return the folder of OCA's add-ons, or "" if it can't be had."""
    import oca

    folder = options.oca or Path(os.environ["EXPORT_CRM_CACHE"]) / "oca"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return oca.addons_folder(folder)
    except Exception as error:
        say(f"OCA's add-on cannot be had, so it is left out: {error}")
        return ""


def in_a_child(function, *args):
    """Run ``function`` in a process of its own: Odoo's settings stay as they are."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        code = 1
        try:
            function(*args)
            code = 0
        except BaseException as error:
            print(f"{function.__name__}: {error!r}", file=sys.stderr, flush=True)
        finally:
            os._exit(code)
    if os.waitpid(child, 0)[1]:
        raise SystemExit(f"{function.__name__} failed")


def prepare_bare(db, options):
    """Fill the database without the add-on."""
    forget_connections()
    registry = odoo_env.load(db)
    make_documents(registry, options.first, options.documents)


def prepare_oca(db, addons, options):
    """Install OCA's add-on and fill its database."""
    import oca

    from odoo.modules.registry import Registry

    forget_connections()
    registry = odoo_env.load(db, addons)
    with odoo_env.environment(registry) as env:
        oca.install(env)
    registry = Registry(db)
    make_documents(registry, options.first, options.documents)
    with odoo_env.environment(registry) as env:
        oca.fill(env.cr)


def forget_connections():
    """After a fork: leave the parent's connections to the parent."""
    from odoo import sql_db

    sql_db._Pool = None


def run(options):
    """Run what the options ask for; return the figures."""
    db, bare = os.environ["EXPORT_CRM_DB"], os.environ["EXPORT_CRM_BARE_DB"]
    result = {"customers": options.customers, "documents": options.documents}
    result |= {"machine": report.machine(), "load_before": os.getloadavg()[0]}
    registry = odoo_env.load(db)
    if "cdnow" in options.only:
        import tiers_cdnow

        say("cdnow")
        result["cdnow"] = tiers_cdnow.cdnow(registry)
        if options.only == ["cdnow"]:
            return result | {"small": {}, "load_after": os.getloadavg()[0]}
    say(f"{options.first} customers with {options.documents} documents each")
    result["generate_first_s"] = make_documents(
        registry, options.first, options.documents
    )
    only = [name for name in EACH if name in options.only]
    # The growth is that of the short ones; the small size is the warm-up, too.
    small = measure(registry, [name for name in EACH[:3] if name in only])
    if "confirm" in options.only:
        result["confirm"] = measure_confirm(options, registry, bare)
        result["confirm"]["customers"] = options.first
        result["confirm"]["load"] = os.getloadavg()[0]
    if only and options.customers > options.first:
        say(f"{options.customers} customers")
        result["generate_s"] = make_documents(
            registry, options.customers, options.documents, options.first + 1
        )
        result |= measure_large(options, registry, only)
    elif only:
        result |= small | measure(
            registry, [name for name in only if name not in small]
        )
    result["small"] = {"customers": options.first, **small}
    result["load_after"] = os.getloadavg()[0]
    return result


def measure_large(options, registry, only):
    """Measure all customers, from empty tables."""
    with odoo_env.environment(registry) as env:
        env.cr.execute("TRUNCATE export_crm_account CASCADE")
        env.cr.commit()
    return measure(registry, only)


def main(argv):
    """Run the benchmarks and write the figures down."""
    options = parse(argv)
    result = run(options)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")
    text = report.table(result)
    print(text)
    report.append(options.results, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
