# SPDX-License-Identifier: Apache-2.0
"""Texts that all reports share."""
from work import MIB

def number(value, digits=3):
    """Three significant digits: 70562, 4.87, 0.04."""
    if value is None:
        return "-"
    if abs(value) >= 100:
        return "%.0f" % value
    return "%.*f" % (1 if abs(value) >= 10 else digits - 1, value)


def kib(value):
    return "-" if value is None else number(value / 1024)


def title_of(row):
    return row["job"] if row["ours"] == "snaprig" else "%s: %s" % (row["job"], row["ours"])


def change_text(change):
    return title_of(change) + (" to " + change["against"] if change["against"]
                               else ", " + change["unit"])


def verdict_counts(result):
    verdicts = [row["verdict"] for row in result["rows"] if row["verdict"]]
    return "%d of %d goals met, %d near (missed by less than they swing), %d missed" % (
        verdicts.count("met"), len(verdicts), verdicts.count("near"), verdicts.count("missed"))


def environment_text(result):
    at, settings = result["environment"], result["settings"]
    return [
        "Snaprig %s, %s; Linux %s, %d x %s, %.1f GiB" % (
            at["version"], at["date"], at["kernel"], at["processors"], at["processor"],
            at["memory_bytes"] / MIB / 1024),
        "%s on %s%s; load %.1f before and %.1f behind; %s" % (
            at["file_system"], at["device"], "" if at["direct"] else " without O_DIRECT",
            at["load_before"], at["load_after"], at["fio"]),
        "volumes of %d MiB; medians of %d rounds of %d ms, in %.0f s; +- half of what the middle "
        "half of them swings" % (settings["bytes"] // MIB, settings["rounds"],
                                 settings["milliseconds"], result["seconds"])]
