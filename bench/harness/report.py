"""Rows of the table, medians of rounds, and the history."""
import json
import os
import statistics
import time

from . import place, product

HISTORY = place.BENCH / "history.jsonl"


def median(rounds, key):
    """The median of a figure over the rounds that have it."""
    values = [figures[key] for figures in rounds or [] if figures.get(key) is not None]
    return statistics.median(values) if values else None


def row(name, ours, peer, peer_name, must=None, aim=None):
    """A ratio ours / peer. `must` and `aim` are (sign, bound): ('>=', 1.0)."""
    ratio = ours / peer if ours is not None and peer else None
    return dict(row=name, ours=ours, peer=peer, peer_name=peer_name, ratio=ratio, must=must, aim=aim)


def _holds(ratio, bound):
    sign, limit = bound
    return ratio >= limit if sign == ">=" else ratio <= limit


def verdict(entry):
    if entry["ratio"] is None:
        return "–"
    if entry["must"] and not _holds(entry["ratio"], entry["must"]):
        return "MISSES"
    if entry["aim"] and _holds(entry["ratio"], entry["aim"]):
        return "aim"
    return "must" if entry["must"] else ""


def number(value):
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _bound(bound):
    return f"{'≥' if bound[0] == '>=' else '≤'} {bound[1]:g}" if bound else ""


def table(rows):
    """The one table, Markdown."""
    lines = ["| work | ours | peer | | ours / peer | must | aim | holds |", "|---|---|---|---|---|---|---|---|"]
    for entry in rows:
        cells = [entry["row"], number(entry["ours"]), number(entry["peer"]), entry["peer_name"]]
        ratio = f"**{entry['ratio']:.2f}**" if entry["ratio"] is not None else "–"
        cells += [ratio, _bound(entry["must"]), _bound(entry["aim"]), verdict(entry)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def keep(concern, rows, figures):
    """Appends one line to the history."""
    line = dict(
        date=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        commit=product.commit(),
        concern=concern,
        cores=product.cores(),
        load1=round(os.getloadavg()[0], 2),
        rows=[{key: short(entry[key]) for key in ("row", "ours", "peer", "peer_name", "ratio")} for entry in rows],
        figures=short(figures),
    )
    with open(HISTORY, "a") as history:
        history.write(json.dumps(line, ensure_ascii=False) + "\n")


def short(value):
    """Numbers to four digits, without those that are missing."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: short(inner) for key, inner in value.items() if inner is not None}
    return value


def last_line(text):
    """The figures that a program prints last, as one line of JSON."""
    return json.loads(text.strip().splitlines()[-1])


def medians(rounds, keys):
    return {key: median(rounds, key) for key in keys}
