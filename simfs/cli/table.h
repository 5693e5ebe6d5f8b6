/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - a volume's status as people read it.
 */
#ifndef SNAPRIG_CLI_TABLE_H
#define SNAPRIG_CLI_TABLE_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

/* Columns that can be printed. */
#define CLI_TABLE_COLUMNS_MAX 8

/*
 * Prints ROWS, an array of arrays of strings, in columns under HEADINGS (up to
 * a NULL, at most CLI_TABLE_COLUMNS_MAX).  The last column is not padded.  On a terminal it
 * goes on below itself, and where the others leave it no room each cell is a line.
 */
void cli_table_print(const char *const *headings, const json_t *rows, FILE *file);

/* Prints a line, of a label say, so that it fits a terminal. */
__attribute__((format(printf, 2, 3))) void cli_table_line(FILE *file, const char *format, ...);

/* Prints the `snapshots` of a status object. */
void cli_table_snapshots(const json_t *snapshots, FILE *file);

/* Prints the `faults` of a status object. */
void cli_table_faults(const json_t *faults, FILE *file);

/* Prints the `io` and the `ring` of a status object, as far as it has them. */
void cli_table_io(const json_t *status, FILE *file);

/* Prints how long requests took, as far as a status object tells it. */
void cli_table_latency(const json_t *status, FILE *file);

/* Writes a time of so many microseconds for people: "16 us", "1.2 ms", "60 s".  Returns BUFFER. */
const char *cli_latency_format(uint64_t us, char *buffer, size_t length);

/*
 * The value of the gauge NAME of a status object, where a share is a number from 0 to 1 and a
 * time in seconds, into BUFFER: "8.11%".
 */
void cli_gauge_format(const char *name, const json_t *value, char *buffer, size_t length);

/* Prints a whole status object. */
void cli_table_status(const json_t *status, FILE *file);

#endif
