/* SPDX-License-Identifier: Apache-2.0 */
/* measures.h - what a client did (judge/measures.h), for programs and for people. */
#ifndef SNAPRIG_SCENARIOS_REPORT_MEASURES_H
#define SNAPRIG_SCENARIOS_REPORT_MEASURES_H

#include <jansson.h>

#include "scenarios/judge/measures.h"

/* How it read the snapshot: as `reads` of status.json, with `bytes_unread` and `bytes_of_holes`,
 * which are null when they are not known.  Null without reads. */
json_t *measures_reads_json(const struct measures *measures);

/* What that took: {"seconds": …, "mib_per_second": …, "cpu_seconds": …, "memory_bytes": N,
 * "store_bytes": N, "writes": {"before": …, "during": …}}, each of these null or {"count": N,
 * "p50_seconds": …, "p99_seconds": …}.  Null when it was not run. */
json_t *measures_run_json(const struct measures *measures);

/* From what the two above gave; null: nothing is known. */
void measures_read_json(const json_t *reads, const json_t *run, struct measures *ret);

/* Bytes that were read in a second of its run; 0 when it took no time. */
double measures_rate(const struct measures *measures);

/* "64 of 1 MiB, 3 of 4 KiB": the sizes that most of its reads had; the caller's. */
char *measures_sizes_text(const struct measures *measures);

/* The size in bytes, rounded up as `sizes` are, that most of its reads had; 0 without reads. */
uint64_t measures_size_of_most(const struct measures *measures);

/* The share of its reads that began where the one before ended, in per cent. */
double measures_sequence_percent(const struct measures *measures);

#endif
