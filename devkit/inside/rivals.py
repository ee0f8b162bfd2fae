"""Forecasts of BG/NBD and Pareto/NBD by the package lifetimes.

Reads ``{"days": horizon, "customers": [[x, tx, t, spend], ...]}`` (days) from standard
input; prints ``{model: {"scores", "chances", "orders", "values", "seconds"}}``. A model
that finds no answer has ``{"error"}`` instead.
"""

import json
import sys
import time
import warnings

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
    task = json.load(sys.stdin)
    x, tx, t, spend = np.array(task["customers"], dtype=float).T
    answer = {}
    for name, forecast in (("bgnbd", bgnbd), ("paretonbd", paretonbd)):
        clock = time.perf_counter()
        try:
            chances, orders = forecast(x, tx / WEEK, t / WEEK, task["days"] / WEEK)
        except Exception as error:
            answer[name] = {"error": str(error).strip().splitlines()[0]}
            continue
        if not (np.isfinite(chances).all() and np.isfinite(orders).all()):
            answer[name] = {"error": "no finite forecast"}
            continue
        answer[name] = {
            "scores": orders.tolist(),
            "chances": chances.tolist(),
            "orders": orders.tolist(),
            "values": (orders * spend / (x + 1)).tolist(),
            "seconds": time.perf_counter() - clock,
        }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
