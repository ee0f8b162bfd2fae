"""Forecasts of BG/NBD and Pareto/NBD by the package lifetimes.

Called with the name of a file. Reads ``{"days": horizon, "customers": [[x, tx, t,
spend], ...]}`` (days) from standard input; writes ``{model: {"scores", "chances",
"orders", "values", "seconds"}}`` to the file, anew after each model, so that one that
brings the process down leaves the answers before it. A model that finds none has
``{"error"}``. Nothing is answered by standard output: lifetimes prints to it.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from lifetimes import BetaGeoFitter, ParetoNBDFitter

WEEK = 7.0


def bgnbd(x, tx, t, weeks):
    """Return (P(buy), expected purchases) of BG/NBD.

    The package has no function for P(buy); its paper's: alive, and then the Gamma's
    chance of at least one purchase.
    """
    model = BetaGeoFitter(penalizer_coef=0.0).fit(x, tx, t)
    r, alpha = model.params_["r"], model.params_["alpha"]
    alive = np.asarray(model.conditional_probability_alive(x, tx, t))
    chances = alive * (1 - ((alpha + t) / (alpha + t + weeks)) ** (r + x))
    expected = model.conditional_expected_number_of_purchases_up_to_time
    return chances, np.asarray(expected(weeks, x, tx, t))


def paretonbd(x, tx, t, weeks):
    """Return (P(buy), expected purchases) of Pareto/NBD."""
    model = ParetoNBDFitter(penalizer_coef=0.0).fit(x, tx, t)
    none = model.conditional_probability_of_n_purchases_up_to_time
    expected = model.conditional_expected_number_of_purchases_up_to_time
    return 1 - np.asarray(none(0, weeks, x, tx, t)), np.asarray(
        expected(weeks, x, tx, t)
    )


def main():
    """Forecast with each model; ranked by expected purchases, which ranks better."""
    file = Path(sys.argv[1])
    task = json.load(sys.stdin)
    x, tx, t, spend = np.array(task["customers"], dtype=float).T
    answer = {}
    for name, forecast in (("bgnbd", bgnbd), ("paretonbd", paretonbd)):
        np.random.seed(1)  # lifetimes draws where it begins to fit
        clock = time.perf_counter()
        try:
            chances, orders = forecast(x, tx / WEEK, t / WEEK, task["days"] / WEEK)
        except Exception as error:
            answer[name] = {"error": first_line(error)}
        else:
            answer[name] = measured(chances, orders, spend / (x + 1))
            answer[name]["seconds"] = time.perf_counter() - clock
        file.write_text(json.dumps(answer))


def first_line(error):
    """Return what an exception says in a line, its class where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def measured(chances, orders, per_order):
    """Return the answer of a model, without its time."""
    if not (np.isfinite(chances).all() and np.isfinite(orders).all()):
        return {"error": "no finite forecast"}
    return {
        "scores": orders.tolist(),
        "chances": chances.tolist(),
        "orders": orders.tolist(),
        "values": (orders * per_order).tolist(),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
