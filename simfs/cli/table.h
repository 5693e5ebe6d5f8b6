/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - prints a volume's status for people.
 */
#ifndef SNAPRIG_CLI_TABLE_H
#define SNAPRIG_CLI_TABLE_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

/* The most columns in a table. */
#define CLI_TABLE_COLUMNS_MAX 8

/*
 * Prints ROWS, an array of arrays of strings, in columns under HEADINGS (up to a NULL, at most
 * CLI_TABLE_COLUMNS_MAX).  The last column is not padded.  On a terminal it is wrapped within its
 * column; if the others leave it no room, each cell gets a line of its own.
 */
void cli_table_print(const char *const *headings, const json_t *rows, FILE *file);

/* Prints a line, of a label, for example, wrapped to the terminal. */
__attribute__((format(printf, 2, 3))) void cli_table_line(FILE *file, const char *format, ...);

/* Prints the `snapshots` of a status object. */
void cli_table_snapshots(const json_t *snapshots, FILE *file);

/* Prints the `faults` of a status object. */
void cli_table_faults(const json_t *faults, FILE *file);

/* Prints the `io` and the `ring` of a status object, as far as present. */
void cli_table_io(const json_t *status, FILE *file);

/* Prints the latencies in a status object, if present. */
void cli_table_latency(const json_t *status, FILE *file);

/* Writes US microseconds for people: "16 us", "1.2 ms", "60 s".  Returns BUFFER. */
const char *cli_latency_format(uint64_t us, char *buffer, size_t length);

/*
 * Writes the VALUE of gauge NAME in a status object to BUFFER: "8.11%".  A share is a number from 0
 * to 1 there, and a time is in seconds.
 */
void cli_gauge_format(const char *name, const json_t *value, char *buffer, size_t length);

/* Prints a whole status object. */
void cli_table_status(const json_t *status, FILE *file);

#endif
