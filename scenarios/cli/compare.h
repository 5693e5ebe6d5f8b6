/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare.h - several clients side by side: each is checked without a failure, in rounds, and
 * its measures are compared.
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

/* Each has a letter. */
#define COMPARE_TOOLS_MAX 26

struct compare_tool {
	struct check_arguments arguments; /* of its check */
	char *command;			  /* as it was typed */
	const char *verdict;		  /* of the first round that was not as it should be */
	char *why;			  /* likewise; of any, if all were */
	int code;
	struct measures *rounds;
	size_t round_count;
};

/* compare_rows.c: what is compared, in the order in which it is printed. */
enum compare_row {
	COMPARE_SECONDS,
	COMPARE_RATE,
	COMPARE_CPU,
	COMPARE_MEMORY,
	COMPARE_READS,
	COMPARE_SIZE, /* that most of the reads had */
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

/* How many rounds are over. */
size_t compare_rounds_over(const struct compare_tool *tools, size_t count);

/* Over the rounds that have a value. */
struct compare_spread {
	size_t count; /* 0: none has */
	double median, min, max;
};

struct compare_spread compare_spread(const struct compare_tool *tool, enum compare_row row);

/* The name of ROW in JSON, its unit last, and for people. */
const char *compare_key(enum compare_row row);
const char *compare_name(enum compare_row row);

/* VALUE of ROW for people, "64 MiB"; the caller's. */
char *compare_text(enum compare_row row, double value);

/* compare_report.c: the table, and after it the reason. */
void compare_print(const struct compare_tool *tools, size_t count, size_t rounds);
json_t *compare_json(const struct compare_tool *tools, size_t count, size_t rounds);

/* compare_html.c: the same as a page to look at. */
struct compare_page {
	const struct compare_tool *tools;
	size_t count, rounds; /* that there are to be */
	const char *words;    /* the command line again, behind 'snaprig compare' */
	struct environments environments;
};
void compare_write_html(const struct compare_page *page, FILE *file);

/* compare_reason.c: why their times differ, in lines for people, which are the caller's; that they
 * are not compared when one was not intact. */
json_t *compare_reason(const struct compare_tool *tools, size_t count);

#endif
