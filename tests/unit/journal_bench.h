/* SPDX-License-Identifier: Apache-2.0 */
/* journal_bench.h - a volume (bench_engine) and what its journal's files hold. */
#ifndef SNAPRIG_TESTS_UNIT_JOURNAL_BENCH_H
#define SNAPRIG_TESTS_UNIT_JOURNAL_BENCH_H

#include <jansson.h>

#include "simfs/volume/event_file.h"
#include "tests/unit/volume_bench.h"

#define FILE_MAX_BYTES (JOURNAL_MAX_BYTES / 2)

/* So long that a few thousand of them are more than all that is kept. */
#define LONG_BYTES 1000

/* Fixture: the second mount of the image, nothing under way; with bench_close(). */
void journal_bench_open(void);

/* Adds an event of more than so many bytes. */
void journal_bench_add(size_t bytes);

/* Appends the events in the file NAME to EVENTS; returns the number of lines that are none. */
unsigned journal_bench_read_file(const char *name, json_t *events);

/* Those in both files, every line of which must be one. */
json_t *journal_bench_events(void);

const char *journal_bench_name(const json_t *event);
uint64_t journal_bench_number(const json_t *event);

/* The events from the INDEXth on are of one mount, none is missing, and LAST is the last. */
void journal_bench_expect(const json_t *events, size_t index, const char *last);

/* Where the last mount begins. */
size_t journal_bench_last_mount(const json_t *events);

/* How long the file NAME is; 0 when it is not there. */
uint64_t journal_bench_bytes(const char *name);

#endif
