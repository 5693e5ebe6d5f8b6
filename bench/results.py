# SPDX-License-Identifier: Apache-2.0
"""The samples of a run as one object, which is what --json prints: bench.schema.json."""
import json

import figures
import goals
from work import USAGE, Failure, text_of

SCHEMA_VERSION = 1

# Of a sample, in addition to the value of its job.
DETAILS = ("p50_us", "p99_us", "p999_us", "cpu_us", "read_bytes", "written_bytes",
           "file_reads", "file_writes", "disk_reads", "disk_writes",
           "blocks_per_segment", "backup_mib_per_second")


def rounded(value):
    """Five digits are precise enough, and people read the file, too."""
    return None if value is None else float("%.5g" % value)


def target_of(name, samples, figure):
    values = [sample[figure] for sample in samples if sample and figure in sample]
    details = {}
    for detail in DETAILS:
        known = [sample[detail] for sample in samples if sample and detail in sample]
        if known:
            details[detail] = rounded(figures.median(known))
    return {"name": name, "values": [rounded(value) for value in values],
            "median": rounded(figures.median(values)),
            "spread": rounded(figures.spread(values)), "details": details}


def job_of(job, rounds):
    return {"name": job.name, "shows": job.shows, "unit": job.unit,
            "targets": [target_of(name, rounds.get(name, []), job.figure)
                        for name in job.targets]}


def row_of(row, job, rounds):
    """None if one of its targets was not measured."""
    figure = row.figure or job.figure
    row.figure = figure
    values = row.values(rounds)
    if not values:
        return None
    both = [goals.figures_of(rounds, target, figure)
            for target in (row.ours, row.against) if target]
    medians = [figures.median([value for value in side if value is not None]) for side in both]
    return {"job": job.name, "ours": row.ours, "against": row.against,
            "unit": row.unit or job.unit, "our_median": rounded(medians[0]),
            "against_median": rounded(medians[1]) if row.against else None,
            "values": [rounded(value) for value in values],
            "median": rounded(figures.median(values)),
            "spread": rounded(figures.spread(values)), "goal": row.goal,
            "at_most": row.at_most,
            "verdict": None if row.goal is None else figures.judge(values, row.goal, row.at_most)}


def rows_of(jobs, samples):
    by_name = {job.name: job for job in jobs}
    made = [row_of(row, by_name[row.job], samples[row.job])
            for row in goals.rows() if row.job in by_name]
    return [row for row in made if row]


def result_of(jobs, samples, environment, settings, skipped, seconds):
    return {"schema_version": SCHEMA_VERSION, "environment": environment, "settings": settings,
            "seconds": rounded(seconds), "rows": rows_of(jobs, samples),
            "jobs": [job_of(job, samples[job.name]) for job in jobs], "skipped": skipped,
            "baseline": None}


# ---- against another run ----

def load_baseline(path):
    try:
        with open(path) as file:
            result = json.load(file)
    except OSError as error:
        raise Failure("cannot read '%s': %s" % (path, text_of(error)), USAGE)
    except ValueError as error:
        raise Failure("'%s' is no JSON: %s" % (path, error), USAGE)
    if not isinstance(result, dict) or result.get("schema_version") != SCHEMA_VERSION or (
            not isinstance(result.get("rows"), list)):
        raise Failure("'%s' is no result of 'snaprig bench' of this version" % path, USAGE)
    return result


def key_of(row):
    return row["job"], row["ours"], row["against"], row["unit"]


def compare(result, baseline, path):
    """Adds the change of each row that both have to RESULT."""
    before = {key_of(row): row for row in baseline["rows"]}
    changes = []
    for row in result["rows"]:
        old = before.get(key_of(row))
        if not old:
            continue
        verdict = figures.compare(old["values"], row["values"], row["at_most"])
        changes.append({"job": row["job"], "ours": row["ours"], "against": row["against"],
                        "unit": row["unit"], "before": old["median"], "after": row["median"],
                        "verdict": verdict})
    same = all(baseline["settings"].get(key) == result["settings"].get(key)
               for key in ("milliseconds", "bytes"))
    result["baseline"] = {"file": path, "date": baseline["environment"]["date"],
                          "same_settings": same, "changes": changes}
