"""The figures as a table, and the machine they were measured on."""

import os
import platform
from contextlib import closing

import psycopg2
import tiers_cdnow

HEAD = """# What Export CRM costs

One section per run of `./dev bench`, the newest last. README.md says what is compared
with what.
"""
# (title, benchmark, key of ours, key of theirs, key of the ratio, most it may be)
RATIOS = (
    ("refresh, first pass", "refresh", "ours_s", "bare_s", "ratio", "≤ 3× and ≤ 90 s"),
    (
        "refresh, every row new (next day)",
        "refresh",
        "next_day_s",
        "bare_s",
        "next_day_ratio",
        "≤ 3× and ≤ 90 s",
    ),
    ("lateness of all", "lateness", "ours_s", "bare_s", "ratio", "≤ 3×"),
    (
        "lateness, against the naive query",
        "lateness",
        "ours_s",
        "naive_s",
        "naive_ratio",
        "",
    ),
)
CONFIRM = {
    "odoo": ("bare Odoo", ""),
    "odoo_aa": ("bare Odoo again (noise)", ""),
    "installed": ("whole add-on installed, nothing of it runs", ""),
    "guard": ("guard alone, no limit", "≤ +2, ≤ +2 %"),
    "guard_new": ("guard alone, first order", ""),
    "guard_limit": ("guard alone, limit", "≤ +4, ≤ +5 %"),
    "guard_installed": ("whole add-on installed, only the guard runs", ""),
    "export_crm": ("whole add-on, no limit", "≤ +7, ≤ +8 %"),
    "export_crm_limit": ("whole add-on, limit", "≤ +7, ≤ +8 %"),
    "oca": ("OCA sale_financial_risk", ""),
}


def machine():
    """Return what the machine is, without its name."""
    with closing(psycopg2.connect(dbname="postgres")) as connection:
        version = connection.server_version
    with open("/proc/meminfo") as lines:
        ram = next(
            int(line.split()[1]) for line in lines if line.startswith("MemTotal")
        )
    return {
        "cores": os.cpu_count(),
        "ram_gb": round(ram / 1024**2),
        "postgresql": f"{version // 10000}.{version % 10000}",
        "python": platform.python_version(),
        "date": os.environ["EXPORT_CRM_DATE"],
    }


def table(result):
    """Return the section of RESULTS.md for one run."""
    host = result["machine"]
    lines = [
        f"## {host['date']}: {result['customers']:,} customers × "
        f"{result['documents']} documents",
        "",
        f"{host['cores']} cores, {host['ram_gb']} GB RAM, PostgreSQL "
        f"{host['postgresql']}, Python {host['python']}; load average "
        f"{result['load_before']:.1f} before, {result['load_after']:.1f} after "
        f"(shared machine).",
        "",
        *(head_lines(result) if result["small"] else ()),
        *confirm_lines(result.get("confirm")),
        *tiers_cdnow.lines(result.get("cdnow")),
    ]
    return "\n".join(lines) + "\n"


def head_lines(result):
    """Yield the rows about facts and the steps after them."""
    yield from facts_lines(result)
    yield from other_lines(result)


def facts_lines(result):
    """Yield the rows of what is compared with bare SQL, at both sizes."""
    sizes = (result["small"], result)
    if not any(name in size for size in sizes for _title, name, *_rest in RATIOS):
        return
    yield "| What | Customers | Ours | Bare SQL | Ratio | Target |"
    yield "|---|---:|---:|---:|---:|---|"
    for size in sizes:
        for title, name, ours, bare, ratio, target in RATIOS:
            if name in size and not (size is not result and size[name] is result[name]):
                row = size[name]
                yield (
                    f"| {title} | {row['customers']:,} | {row[ours]} s | "
                    f"{row[bare]} s | {row[ratio]}× | {target} |"
                )
    yield ""


def score_lines(result):
    """Yield the lines of tier, demand, health, warnings and actions."""
    if "scores" in result:
        row = result["scores"]
        yield (
            f"| scores of {row['customers']:,} | {row['s']} s "
            f"({row['per_20000_s']} s per 20,000), again {row['again_s']} s |"
        )
        yield (
            f"| demand of {row['customers']:,}, of that | {row['demand_s']} s; the "
            f"monthly fit of the model, its test included, {row['demand_fit_s']} s |"
        )
    if "night" in result:
        row = result["night"]
        yield (
            f"| {row['warnings']:,} warnings and {row['actions']:,} actions of "
            f"{row['customers']:,} | go-live {row['first_s']} s, all new in one night "
            f"{row['news_s']} s (longest batch of 5,000: {row['news_batch_s']} s), "
            f"again {row['again_s']} s |"
        )


def other_lines(result):
    """Yield the table of what has no counterpart, if there is any of it."""
    rows = list(other_rows(result))
    if rows:
        yield from ("| What | Figure |", "|---|---|", *rows, "")


def other_rows(result):
    """Yield the rows of that table."""
    if "generate_s" in result:
        yield f"| generating the documents | {result['generate_s']} s |"
    if "refresh" in result:
        row = result["refresh"]
        counts = row["statements_per_batch"]
        said = ", ".join(f"{size}: {count}" for size, count in counts.items())
        yield f"| refresh, statements per batch of N customers | {said} |"
        yield (
            f"| refresh, second run | {row['second_run_s']} s, "
            f"{row['second_run_rows']} rows written |"
        )
        yield f"| refresh, most memory, all of Odoo included | {row['memory_mb']} MB |"
    yield from score_lines(result)
    if "grading" in result:
        row = result["grading"]
        yield (
            f"| grading {row['customers']:,}, {row['moved']:,} of them moved "
            f"(≤ 20 s for 100,000) | {row['s']} s (preview {row['preview_s']} s, "
            f"in effect {row['confirm_s']} s), {row['statements']} statements |"
        )
    if "check" in result:
        row = result["check"]
        yield (
            f"| payment-delay check of {row['customers']:,} | {row['s']} s "
            f"({row['per_20000_s']} s per 20,000); opening a hold "
            f"{row['hold_ms']} ms, {row['hold_statements']} statements |"
        )
    if "claims" in result:
        row = result["claims"]
        yield (
            f"| clocks of {row['claims']:,} open claims ({row['clocks']:,}) | first "
            f"{row['first_s']} s, again {row['again_s']} s, {row['statements']} "
            f"statements (target: below 30 s) |"
        )
        yield (
            f"| escalating 500 of {row['due']:,} due clocks | "
            f"{row['escalate_500_s']} s, {row['escalate_500_statements']} statements |"
        )
    if "one" in result:
        row = result["one"]
        yield (
            f"| one customer, triggered | {row['ms']} ms, {row['statements']} "
            f"statements (facts {row['facts_ms']} ms, tier {row['tiers_ms']} ms, "
            f"health {row['health_ms']} ms, "
            f"credit {row['credit_ms']} ms) |"
        )
    if "followups" in result:
        row = result["followups"]
        counts = ", ".join(f"{n}: {c}" for n, c in row["plan_statements"].items())
        yield (
            f"| follow-ups of {row['deliveries']:,} deliveries | {row['s']} s "
            f"({row['per_50000_s']} s per 50,000, target < 60 s), {row['rows']:,} "
            f"rows; {row['activities']:,} activities in {row['contacts_s']} s |"
        )
        yield (
            f"| follow-ups, second run | {row['again_s']} s "
            f"({row['again_per_50000_s']} s per 50,000, target < 10 s), "
            f"{row['again_rows']} rows |"
        )
        yield f"| follow-ups, statements of planning N customers | {counts} |"
        yield (
            f"| follow-ups at go-live, all deliveries old | "
            f"{row['go_live_activities']} activities, {row['go_live_mails']} mails |"
        )


def confirm_lines(result):
    """Yield the rows about confirming an order."""
    if not result:
        return
    yield (
        f"Confirming an order, median of {result['pairs']} orders "
        f"({result['customers']:,} customers); A/A noise "
        f"{result['aa_noise_percent']} %; load {result['load']:.1f}."
    )
    yield ""
    yield "| Variant | ms | Against bare Odoo | Queries | More | Target |"
    yield "|---|---:|---:|---:|---:|---|"
    for name, (title, target) in CONFIRM.items():
        if name in result:
            row = result[name]
            yield (
                f"| {title} | {row['ms']} | {row['percent']:+} % | "
                f"{row['queries']:g} | {row['more_queries']:+g} | {target} |"
            )
    yield ""


def append(path, text):
    """Append a section to the file, which begins with ``HEAD``."""
    before = path.read_text() if path.exists() else HEAD
    path.write_text(before.rstrip() + "\n\n" + text)
