"""Benchmark ``confirm``: what the guard costs whoever confirms an order.

Every variant is a process of its own on a database of its own (bare Odoo, the add-on,
OCA's add-on) with the same documents. Order by order they all confirm the same one,
in changing sequence, each in a transaction that is rolled back; so whatever else the
machine does hits all of them alike. ``odoo_aa`` is bare Odoo once more: what it seems
to differ from ``odoo`` is noise. How a process happens to lie in memory makes a per
cent or two, for as long as it lives: so all of them are started anew for each fourth
of the orders, with another seed for Python's hashes.
"""

import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
from collections import Counter
from pathlib import Path

from odoo_env import median_ms

# variant: which database it works on
VARIANTS = {
    "odoo": "bare",
    "odoo_aa": "bare",
    "installed": "ours",
    "guard": "ours",
    "guard_limit": "ours",
    "guard_new": "ours",
    "guard_installed": "ours",
    "export_crm": "ours",
    "export_crm_limit": "ours",
    "oca": "oca",
}
WARM_UP = 8  # orders at the start of each round
ROUNDS = 4


class Worker:
    """A process of ``confirm_worker.py``."""

    def __init__(self, db, variant, addons="", seed=0):
        program = Path(__file__).with_name("confirm_worker.py")
        command = [sys.executable, program, db, variant, str(addons)]
        self.child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        )

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.child.stdin.close()
        self.child.wait()

    def answer(self):
        """Return the next line of the process, without the line's end.

        :raise RuntimeError: it has ended
        """
        line = self.child.stdout.readline()
        if not line:
            raise RuntimeError("a process of the benchmark has ended: see above")
        return line.strip()

    def confirm(self, name, wish=""):
        """Have the order ``name`` confirmed; return the answer as a dict."""
        self.child.stdin.write(f"{name} {wish}\n")
        self.child.stdin.flush()
        return json.loads(self.answer())


def order_names(cr, count):
    """Return quotations of as many good customers, in the order of their numbers.

    :raise ValueError: there are too few
    """
    cr.execute(
        """
        SELECT s.name
          FROM sale_order s
          JOIN res_partner p ON p.id = s.partner_invoice_id
         WHERE s.name LIKE 'B%%' AND s.state = 'draft'
           AND SUBSTRING(p.name FROM '\\d+')::int %% 5 <> 0
         ORDER BY s.id LIMIT %s
        """,
        [count],
    )
    names = [row[0] for row in cr.fetchall()]
    if len(names) < count:
        raise ValueError(f"{count} orders to confirm need more customers")
    return names


def open_gates(cr):
    """Give every customer its gate, as if an order had been confirmed before."""
    cr.execute(
        """
        INSERT INTO export_crm_credit_gate (partner_id, company_id, version)
        SELECT id, 1, 0 FROM res_partner WHERE customer_rank = 1
            ON CONFLICT DO NOTHING
        """
    )
    cr.execute("ANALYZE")
    cr.commit()


def confirm(databases, names, addons=""):
    """Confirm the orders ``names`` in all variants.

    :param dict databases: names of the databases ``bare``, ``ours`` and, if OCA's
        add-on is to be had, ``oca``
    :param list names: order names; the first few only warm up
    :param addons: the folder of OCA's add-ons
    :return: dict of variants, see README.md
    """
    used = {name: db for name, db in VARIANTS.items() if db in databases}
    answers = {name: [] for name in used}
    warm_up, names = names[:WARM_UP], names[WARM_UP:]
    for seed in range(ROUNDS):
        with started(used, databases, addons, seed) as workers:
            for order in warm_up:
                confirm_in_all(workers, order, seed)
            for number, order in enumerate(names[seed::ROUNDS]):
                for name, row in confirm_in_all(workers, order, number).items():
                    answers[name].append(row)
            texts = {
                name: [shorten(text) for text in worker.confirm(order, "sql")["sql"]]
                for name, worker in workers.items()
            }
    result = {name: summary(rows, answers["odoo"]) for name, rows in answers.items()}
    for name in result:
        extra = Counter(texts[name]) - Counter(texts["odoo"])
        result[name]["extra_queries"] = list(extra.elements())
    result["pairs"] = len(answers["odoo"])
    result["aa_noise_percent"] = abs(result["odoo_aa"]["percent"])
    return result


@contextlib.contextmanager
def started(used, databases, addons, seed):
    """Yield a worker for each variant in ``used``, ready; they end with the block."""
    with contextlib.ExitStack() as stack:
        workers = {}
        for name, db in used.items():
            folder = addons if db == "oca" else ""
            worker = Worker(databases[db], name, folder, seed)
            workers[name] = stack.enter_context(worker)
        for worker in workers.values():
            while worker.answer() != "ready":
                pass
        yield workers


def confirm_in_all(workers, order, number):
    """Have all workers confirm ``order``, one after the other; return the answers."""
    return {
        name: workers[name].confirm(order) for name in shuffled(list(workers), number)
    }


def shuffled(names, number):
    """Return ``names`` in another sequence for each number, the same in each run.

    Nobody always comes after the same one, which would leave it the same caches.
    """
    return random.Random(number).sample(names, len(names))


def shorten(text):
    """Return a statement on one line, to tell statements from one another."""
    return " ".join(text.split())[:160]


def summary(rows, baseline):
    """Return the medians of one variant, and how they differ from bare Odoo's.

    ``percent`` is the median of the ratios order by order.
    """
    queries = statistics.median(row["queries"] for row in rows)
    base = statistics.median(row["queries"] for row in baseline)
    return {
        "ms": median_ms([row["s"] for row in rows]),
        "queries": queries,
        "more_queries": queries - base,
        "percent": percent([row["s"] for row in rows], [r["s"] for r in baseline]),
        "cpu_percent": percent(
            [row["cpu_s"] for row in rows], [r["cpu_s"] for r in baseline]
        ),
    }


def percent(ours, theirs):
    """Return by how many percent ``ours`` are more, pair by pair, the median."""
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return round((statistics.median(ratios) - 1) * 100, 2)
