# SPDX-License-Identifier: Apache-2.0
"""A result as one self-contained page: bars, percentiles, all figures.

Colour alone never carries information: a verdict has a word, and a bar a number.
"""
import html
import math

import figures
from texts import change_text, environment_text, number, title_of, verdict_counts

STYLE = """
:root{color-scheme:light dark;--ink:#1c2128;--dim:#59636e;--page:#fff;--line:#d1d9e0;
--soft:#f3f5f7;--good:#116329;--bad:#b3141d;--odd:#8a4600;--bar:#0550ae;--other:#8c959f}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9da7b3;--page:#0d1117;
--line:#3d444d;--soft:#1c2128;--good:#56d364;--bad:#ff8078;--odd:#f0b35a;--bar:#79c0ff;
--other:#6e7681}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);margin:0 auto;
max-width:80rem;padding:1rem}
h1{margin:0}p,li{overflow-wrap:anywhere}section{border-top:1px solid var(--line);margin-top:2rem}
.headline{font-size:1.4rem;font-weight:700;margin:.5rem 0}.facts{color:var(--dim)}
table{border-collapse:collapse;display:block;max-width:100%;overflow-x:auto}
th,td{text-align:left;padding:.15rem .6rem;border-bottom:1px solid var(--line);
vertical-align:middle}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.name{overflow-wrap:anywhere;min-width:13rem}td.w{white-space:nowrap}
.badge{border:1px solid currentColor;border-radius:1rem;padding:0 .5rem;font-size:13px;
white-space:nowrap;color:var(--dim)}
.met,.better{color:var(--good)}.missed,.worse{color:var(--bad)}.near{color:var(--odd)}
svg{display:block;width:16rem;height:18px}
svg .room{fill:var(--soft)}svg .bar{fill:var(--bar)}svg .other{fill:var(--other)}
svg .goal{stroke:var(--ink);stroke-width:2}svg .one{stroke:var(--dim);stroke-width:1}
svg .spread{stroke:var(--odd);stroke-width:2}
.legend{color:var(--dim);font-size:13px}
@media print{:root{color-scheme:light;--ink:#000;--page:#fff;--soft:#eee;--line:#999;--dim:#333;
--bar:#0550ae;--other:#8c959f;--good:#116329;--bad:#b3141d;--odd:#8a4600}
body{max-width:none;font-size:11px;padding:0}table{display:table;overflow:visible}
tr,svg{break-inside:avoid}svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}
details>*{display:block}section{margin-top:1rem}}
"""

WIDTH = 200  # of a drawing, in its own units
GOAL_SHARE = 0.6  # of the width, up to the goal


def text(value):
    return html.escape(str(value))


def badge(word):
    return '<span class="badge %s">%s</span>' % (word, text(word))


def place(value, most):
    return max(0.0, min(value / most, 1.0)) * WIDTH if most else 0


def drawing(title, parts):
    return ('<svg viewBox="0 0 %d 18" preserveAspectRatio="none" role="img"><title>%s</title>'
            '<rect class="room" width="%d" height="18"/>%s</svg>' % (
                WIDTH, text(title), WIDTH, "".join(parts)))


def bar(kind, width):
    return '<rect class="%s" y="3" width="%.1f" height="12"/>' % (kind, width)


def line(kind, x, y=0, height=18):
    return '<path class="%s" d="M%.1f %dv%d"/>' % (kind, x, y, height)


def row_drawing(row):
    """The ratio, the range of the middle half of its rounds, and the goal.

    The goal, or 1 for a ratio without one, is at the same place in each drawing; much larger values
    end at the edge.
    """
    one = row["goal"] or (1 if row["against"] else row["median"])
    most = one / GOAL_SHARE
    parts = [bar("bar", place(row["median"], most))]
    if row["spread"]:
        low, high = (place(figures.at_share(row["values"], share), most)
                     for share in (0.25, 0.75))
        parts.append('<path class="spread" d="M%.1f 9H%.1f"/>' % (low, high))
    parts.append(line("goal" if row["goal"] is not None else "one", place(one, most)))
    return drawing("%s, goal %s" % (number(row["median"]), row["goal"]), parts)


def rows_section(result):
    lines = ['<section><h2>What is held against what</h2><p class="legend">A bar is the ratio '
             "(or, against nothing, the figure itself). The upright line is the goal, at the same "
             "place in each, or 1 where there is none and it is thin; the line along a bar is what "
             "the middle half of the rounds is within. Near: missed by less than it swings.</p>"
             '<table><tr><th>job<th><th class="n">ratio<th class="n">goal<th>'
             '<th class="n">here<th class="n">there<th>against<th>unit']
    for row in result["rows"]:
        goal = "" if row["goal"] is None else ("≤ " if row["at_most"] else "≥ ") + (
            "%g" % row["goal"])
        is_ratio = row["against"] is not None
        lines.append(
            '<tr><td class="name">%s<td>%s<td class="n">%s<td class="n">%s<td>%s<td class="n">%s'
            '<td class="n">%s<td class="w">%s<td>%s' % (
                text(title_of(row)), row_drawing(row),
                number(row["median"]) if is_ratio else "", goal,
                badge(row["verdict"]) if row["verdict"] else "", number(row["our_median"]),
                number(row["against_median"]) if is_ratio else "", text(row["against"] or ""),
                text(row["unit"])))
    return lines + ["</table></section>"]


def percentile_drawing(details, least, most):
    """Three bars on a logarithmic scale: p99.9 behind p99 behind p50."""
    span = math.log(most / least) if most > least else 1
    parts = []
    for kind, key, height in (("room", None, 0), ("other", "p999_us", 6), ("other", "p99_us", 10),
                              ("bar", "p50_us", 14)):
        if key and details.get(key):
            share = math.log(max(details[key] / least, 1)) / span
            parts.append('<rect class="%s" y="%d" width="%.1f" height="%d"/>' % (
                kind, (18 - height) // 2, max(1, share * WIDTH), height))
    return drawing("p50 %s, p99 %s, p99.9 %s us" % tuple(
        number(details.get(key)) for key in ("p50_us", "p99_us", "p999_us")), parts)


def latency_section(result):
    known = [(job, target) for job in result["jobs"] for target in job["targets"]
             if target["details"].get("p50_us")]
    if not known:
        return []
    figures_us = [target["details"][key] for _, target in known
                  for key in ("p50_us", "p99_us", "p999_us") if target["details"].get(key)]
    least, most = min(figures_us) / 1.2, max(figures_us)
    lines = ["<section><h2>How long a request takes</h2><p class=\"legend\">Microseconds, medians "
             "of the rounds' percentiles; the scale is logarithmic: the thick bar ends at the "
             "50th, the thinner ones at the 99th and the 99.9th percentile.</p><table><tr>"
             '<th>job<th>target<th><th class="n">p50<th class="n">p99<th class="n">p99.9']
    for job, target in known:
        details = target["details"]
        lines.append('<tr><td class="name">%s<td>%s<td>%s<td class="n">%s<td class="n">%s'
                     '<td class="n">%s' % (
                         text(job["name"]), text(target["name"]),
                         percentile_drawing(details, least, most), number(details.get("p50_us")),
                         number(details.get("p99_us")), number(details.get("p999_us"))))
    return lines + ["</table></section>"]


def jobs_section(result):
    lines = ["<section><h2>All figures</h2>"]
    for job in result["jobs"]:
        lines.append("<h3>%s</h3><p>%s</p><table><tr><th>target<th class=\"n\">%s<th class=\"n\">"
                     'spread<th>rounds<th class="n">CPU us<th class="n">bytes read<th class="n">'
                     'bytes written<th class="n">rig reads<th class="n">rig writes'
                     '<th class="n">disk reads<th class="n">disk writes' % (
                         text(job["name"]), text(job["shows"]), text(job["unit"])))
        for target in job["targets"]:
            details = target["details"]
            lines.append('<tr><td>%s<td class="n">%s<td class="n">%s<td>%s<td class="n">%s'
                         '<td class="n">%s<td class="n">%s<td class="n">%s<td class="n">%s'
                         '<td class="n">%s<td class="n">%s' % (
                             text(target["name"]), number(target["median"]),
                             number(target["spread"]),
                             " ".join(number(value) for value in target["values"]),
                             number(details.get("cpu_us")), number(details.get("read_bytes")),
                             number(details.get("written_bytes")),
                             number(details.get("file_reads")),
                             number(details.get("file_writes")),
                             number(details.get("disk_reads")),
                             number(details.get("disk_writes"))))
        lines.append("</table>")
    return lines + ["</section>"]


def baseline_section(result):
    baseline = result["baseline"]
    if not baseline:
        return []
    lines = ["<section><h2>Against %s</h2><p>Of %s%s</p><table><tr><th><th>what<th class=\"n\">"
             'before<th class="n">now' % (
                 text(baseline["file"]), text(baseline["date"]),
                 "." if baseline["same_settings"] else ", with other sizes or times.")]
    for change in baseline["changes"]:
        lines.append('<tr><td>%s<td>%s<td class="n">%s<td class="n">%s' % (
            badge(change["verdict"]), text(change_text(change)), number(change["before"]),
            number(change["after"])))
    return lines + ["</table></section>"]


def skipped_section(result):
    if not result["skipped"]:
        return []
    return ["<section><h2>Not measured</h2><ul>"] + [
        "<li>%s: %s" % (text(at["what"]), text(at["why"])) for at in result["skipped"]
    ] + ["</ul></section>"]


def page(result):
    lines = ['<!DOCTYPE html>', '<html lang="en"><head><meta charset="utf-8">',
             '<meta name="viewport" content="width=device-width,initial-scale=1">',
             "<title>snaprig bench</title><style>" + STYLE + "</style></head><body>",
             "<h1>snaprig bench</h1>",
             '<p class="headline">%s</p>' % text(verdict_counts(result))]
    lines += ['<p class="facts">%s</p>' % text(line) for line in environment_text(result)]
    lines += rows_section(result) + baseline_section(result) + latency_section(result)
    lines += jobs_section(result) + skipped_section(result)
    return "\n".join(lines + ["</body></html>"]) + "\n"
