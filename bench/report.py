# SPDX-License-Identifier: Apache-2.0
"""A result as tables for a terminal, and as files: JSON, Markdown, HTML."""
import json
import os

import report_html
from texts import change_text, environment_text, kib, number, title_of, verdict_counts
from work import USAGE, Failure, text_of

ROW_HEADS = ["job", "unit", "here", "against", "there", "ratio", "goal", ""]
ROW_LEFT = (0, 1, 3, 7)
TARGET_HEADS = ["job", "of", "median", "unit", "p50 us", "p99 us", "p99.9 us", "CPU us",
                "KiB read", "KiB written", "rig reads", "rig writes", "disk reads", "disk writes"]
TARGET_LEFT = (0, 1, 3)


def row_cells(row):
    spread = "" if not row["spread"] else " +-" + number(row["spread"] / 2)
    goal = "" if row["goal"] is None else ("<= " if row["at_most"] else ">= ") + (
        "%g" % row["goal"])
    is_ratio = row["against"] is not None
    return [title_of(row), row["unit"], number(row["our_median"]), row["against"] or "",
            number(row["against_median"]) if is_ratio else "",
            (number(row["median"]) if is_ratio else "") + spread, goal,
            row["verdict"] or ""]


def target_cells(job, target):
    details = target["details"]
    return [job["name"], target["name"], number(target["median"]), job["unit"]] + [
        number(details.get(key)) for key in ("p50_us", "p99_us", "p999_us", "cpu_us")] + [
            kib(details.get("read_bytes")), kib(details.get("written_bytes")),
            number(details.get("file_reads")), number(details.get("file_writes")),
            number(details.get("disk_reads")), number(details.get("disk_writes"))]


def tables(result):
    """The rows, and what a request took and cost on each target."""
    yield ROW_HEADS, ROW_LEFT, [row_cells(row) for row in result["rows"]]
    yield TARGET_HEADS, TARGET_LEFT, [target_cells(job, target) for job in result["jobs"]
                                      for target in job["targets"]]


def change_lines(result):
    baseline = result["baseline"]
    if not baseline:
        return []
    lines = ["", "against %s of %s:" % (baseline["file"], baseline["date"])]
    if not baseline["same_settings"]:
        lines.append("(that run had other sizes or times)")
    for change in baseline["changes"]:
        lines.append("%-8s %s: %s, was %s" % (change["verdict"], change_text(change),
                                             number(change["after"]), number(change["before"])))
    return lines


def print_text(result):
    lines = environment_text(result)
    for heads, left, cells_of_rows in tables(result):
        table = [heads] + cells_of_rows
        widths = [max(len(cells[column]) for cells in table) for column in range(len(heads))]
        lines.append("")
        for cells in table:
            lines.append("  ".join(
                cell.ljust(width) if column in left else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(cells, widths))).rstrip())
    lines += ["", verdict_counts(result)]
    lines += ["not measured: %s: %s" % (at["what"], at["why"]) for at in result["skipped"]]
    print("\n".join(lines + change_lines(result)))


# ---- files ----

def json_text(result):
    return json.dumps(result, indent=1) + "\n"


def markdown_table(heads, left, cells_of_rows):
    lines = ["| " + " | ".join(heads) + " |",
             "|" + "|".join("---" if column in left else "---:"
                            for column in range(len(heads))) + "|"]
    return lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
                    for cells in cells_of_rows]


def markdown_text(result):
    lines = ["<!-- SPDX-License-Identifier: Apache-2.0 -->", "# The last full run", "",
             "`snaprig bench --report md=FILE` has written this; what the rows show is in "
             "[README.md](README.md).", ""]
    lines += ["- " + line for line in environment_text(result)]
    lines += ["- " + verdict_counts(result)]
    for heads, left, cells_of_rows in tables(result):
        lines += [""] + markdown_table(heads, left, cells_of_rows)
    if result["skipped"]:
        lines += ["", "Not measured:", ""]
        lines += ["- %s: %s" % (at["what"], at["why"]) for at in result["skipped"]]
    return "\n".join(lines) + "\n"


KINDS = {"json": json_text, "md": markdown_text, "html": report_html.page}


def check(texts):
    """Before anything is measured: checks that the kinds are known and the folders exist."""
    for text in texts:
        kind, _, path = text.partition("=")
        if kind not in KINDS or not path:
            raise Failure("cannot read report '%s' (try html=FILE, json=FILE or md=FILE)" % text,
                          USAGE)
        folder = os.path.dirname(os.path.abspath(path))
        if not os.path.isdir(folder) or os.path.isdir(path):
            raise Failure("cannot write report '%s': %s" % (
                path, "it is a folder" if os.path.isdir(path) else
                "there is no folder '%s'" % folder), USAGE)


def write(texts, result):
    """Writes the files, each of which is complete at every moment."""
    for text in texts:
        kind, _, path = text.partition("=")
        part = path + ".part"
        try:
            with open(part, "w", encoding="utf-8") as file:
                file.write(KINDS[kind](result))
            os.replace(part, path)
        except OSError as error:
            raise Failure("cannot write report '%s': %s" % (path, text_of(error)))
