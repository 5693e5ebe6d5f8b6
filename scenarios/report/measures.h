/* SPDX-License-Identifier: Apache-2.0 */
/* measures.h - what a client did (judge/measures.h), for programs and for people. */
#ifndef SNAPRIG_SCENARIOS_REPORT_MEASURES_H
#define SNAPRIG_SCENARIOS_REPORT_MEASURES_H

#include <jansson.h>

#include "scenarios/judge/measures.h"

/* How the client read the snapshot: as `reads` of status.json, with `bytes_unread` and
 * `bytes_of_holes`, which are null if unknown.  Null if there were no reads. */
json_t *measures_reads_json(const struct measures *measures);

/* What the run cost: {"seconds": …, "mib_per_second": …, "cpu_seconds": …, "memory_bytes": N,
 * "store_bytes": N, "writes": {"before": …, "during": …}}, each of these null or {"count": N,
 * "p50_seconds": …, "p99_seconds": …}.  Null if the client was not run. */
json_t *measures_run_json(const struct measures *measures);

/* Reads what the two functions above returned; null: nothing is known. */
void measures_read_json(const json_t *reads, const json_t *run, struct measures *ret);

/* Returns the bytes read per second of the run; 0 if it took no time. */
double measures_rate(const struct measures *measures);

/* Returns "64 of 1 MiB, 3 of 4 KiB": the most frequent sizes of reads.  The caller frees it. */
char *measures_sizes_text(const struct measures *measures);

/* Returns the most frequent size of reads in bytes, rounded up as in `sizes`; 0 without reads. */
uint64_t measures_size_of_most(const struct measures *measures);

/* Returns the percentage of reads that began where the previous read ended. */
double measures_sequence_percent(const struct measures *measures);

#endif
