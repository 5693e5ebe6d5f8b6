/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_page.h - what all pages have: one file each, which needs nothing else.
 *
 * Whatever a client, a file or a log says is escaped.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_HTML_PAGE_H
#define SNAPRIG_SCENARIOS_REPORT_HTML_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "scenarios/judge/environment.h"

/* The page up to its heading and behind its content; TITLE is escaped. */
void html_page_begin(const char *title, FILE *file);
void html_page_end(FILE *file);

/* TEXT (NULL: none) escaped, between what is written as it is. */
void html_text(const char *before, const char *text, const char *behind, FILE *file);

/* WORD in the colour of CLASS, an outcome or a verdict; neither is escaped. */
void html_badge(const char *class, const char *word, FILE *file);

/* A command line to copy, and WHAT it does (NULL: nothing is said of it); NULL is none. */
void html_command(const char *what, const char *command, FILE *file);

/* What is opened by a click on its TITLE, which is escaped. */
void html_panel_begin(const char *title, bool is_open, FILE *file);
void html_panel_end(FILE *file);

/* html_environment.c: a section that tells where it was run, and of the profiles for which
 * IS_OF_INTEREST what they are. */
void html_write_environments(const struct environments *list,
	bool (*is_of_interest)(const void *context, const char *profile), const void *context,
	FILE *file);

/* One line of it: "Snaprig 0.1.0, Linux 6.1, 2 processors, 4 GiB"; the caller's. */
char *html_environment_text(const struct environment *environment);

/* html_style.c: what a page looks like; html_script.c: what its buttons do. */
extern const char html_style[], html_patterns[], html_script[];

#endif
