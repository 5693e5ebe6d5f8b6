/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare.h - compares several clients: each is checked without a failure, in rounds, and their
 * measures are compared.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_COMPARE_H
#define SNAPRIG_SCENARIOS_CLI_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "scenarios/cli/check.h"
#include "scenarios/judge/environment.h"
#include "scenarios/judge/measures.h"

/* Each tool has a letter. */
#define COMPARE_TOOLS_MAX 26

struct compare_tool {
	struct check_arguments arguments; /* of its check */
	char *command;			  /* as it was typed */
	const char *verdict;		  /* of the first round that was not as it should be */
	char *why;			  /* likewise; of any round if all were good */
	int code;
	struct measures *rounds;
	size_t round_count;
};

/* compare_rows.c: what is compared, in the order of printing. */
enum compare_row {
	COMPARE_SECONDS,
	COMPARE_RATE,
	COMPARE_CPU,
	COMPARE_MEMORY,
	COMPARE_READS,
	COMPARE_SIZE, /* the most frequent size of reads */
	COMPARE_SEQUENCE,
	COMPARE_IN_FLIGHT,
	COMPARE_BYTES,
	COMPARE_AGAIN,
	COMPARE_HOLES,
	COMPARE_UNREAD,
	COMPARE_STORE,
	COMPARE_BEFORE_P50,
	COMPARE_BEFORE_P99,
	COMPARE_DURING_P50,
	COMPARE_DURING_P99,
	COMPARE_ROWS
};

/* Returns how many rounds are complete. */
size_t compare_rounds_over(const struct compare_tool *tools, size_t count);

/* Over the rounds that have a value. */
struct compare_spread {
	size_t count; /* 0: no round has one */
	double median, min, max;
};

struct compare_spread compare_spread(const struct compare_tool *tool, enum compare_row row);

/* The name of ROW in JSON, which ends with its unit, and for people. */
const char *compare_key(enum compare_row row);
const char *compare_name(enum compare_row row);

/* Returns VALUE of ROW for people, "64 MiB".  The caller frees it. */
char *compare_text(enum compare_row row, double value);

/* compare_report.c: the table, followed by the reason. */
void compare_print(const struct compare_tool *tools, size_t count, size_t rounds);
json_t *compare_json(const struct compare_tool *tools, size_t count, size_t rounds);

/* compare_html.c: the same as a web page. */
struct compare_page {
	const struct compare_tool *tools;
	size_t count, rounds; /* the planned rounds */
	const char *words;    /* the command line again, after 'snaprig compare' */
	struct environments environments;
};
void compare_write_html(const struct compare_page *page, FILE *file);

/* compare_reason.c: returns why their times differ, in lines for people; or that they are not
 * compared, because one was not intact.  The caller frees it. */
json_t *compare_reason(const struct compare_tool *tools, size_t count);

#endif
