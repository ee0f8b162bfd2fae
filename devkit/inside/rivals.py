"""Forecasts of BG/NBD and Pareto/NBD by the package lifetimes.

``rivals.py TASK ANSWERS``: reads ``{"days": horizon, "customers": [[x, tx, t, spend],
...]}`` (days) from the file TASK; writes to the file ANSWERS, as soon as it has it, a
line per model: ``{"model", "scores", "chances", "orders", "values", "seconds"}``. A
model that finds no answer has ``{"model", "error"}`` instead. Standard output belongs
to the package, which prints there while it fits.
"""

import json
import math
import sys
import time
import warnings

WEEK = 7.0


def bgnbd(x, tx, t, weeks):
    """Return (P(buy), expected purchases) of BG/NBD.

    The package has no function for P(buy); its paper's: alive, and then the Gamma's
    chance of at least one purchase.
    """
    import numpy as np
    from lifetimes import BetaGeoFitter

    x, tx, t = np.array(x), np.array(tx), np.array(t)
    model = BetaGeoFitter(penalizer_coef=0.0).fit(x, tx, t)
    r, alpha = model.params_["r"], model.params_["alpha"]
    alive = np.asarray(model.conditional_probability_alive(x, tx, t))
    chances = alive * (1 - ((alpha + t) / (alpha + t + weeks)) ** (r + x))
    expected = model.conditional_expected_number_of_purchases_up_to_time
    return chances.tolist(), np.asarray(expected(weeks, x, tx, t)).tolist()


def paretonbd(x, tx, t, weeks):
    """Return (P(buy), expected purchases) of Pareto/NBD."""
    import numpy as np
    from lifetimes import ParetoNBDFitter

    x, tx, t = np.array(x), np.array(tx), np.array(t)
    model = ParetoNBDFitter(penalizer_coef=0.0).fit(x, tx, t)
    none = model.conditional_probability_of_n_purchases_up_to_time
    expected = model.conditional_expected_number_of_purchases_up_to_time
    chances = 1 - np.asarray(none(0, weeks, x, tx, t))
    return chances.tolist(), np.asarray(expected(weeks, x, tx, t)).tolist()


MODELS = {"bgnbd": bgnbd, "paretonbd": paretonbd}


def answer(forecast, task):
    """Return what a model foretells, as a dict; ranked by expected purchases, which
    ranks better.
    """
    columns = zip(*task["customers"], strict=True)
    x, tx, t, spend = (list(map(float, column)) for column in columns)
    clock = time.perf_counter()
    try:
        weeks = ([day / WEEK for day in days] for days in (tx, t))
        chances, orders = forecast(x, *weeks, task["days"] / WEEK)
    except Exception as error:
        lines = str(error).split("\n")
        return {"error": next(filter(None, map(str.strip, lines)), repr(error))}
    if not all(map(math.isfinite, chances + orders)):
        return {"error": "no finite forecast"}
    values = [o * s / (n + 1) for o, s, n in zip(orders, spend, x, strict=True)]
    return {
        "scores": orders,
        "chances": chances,
        "orders": orders,
        "values": values,
        "seconds": time.perf_counter() - clock,
    }


def main(task_path, answers_path):
    """Forecast with each model."""
    with open(task_path) as file:
        task = json.load(file)
    for model, forecast in MODELS.items():
        line = json.dumps({"model": model, **answer(forecast, task)})
        with open(answers_path, "a") as file:
            file.write(line + "\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*sys.argv[1:])
