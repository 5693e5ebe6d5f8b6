/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_page.h - the parts that all pages have; each page is one self-contained file.
 *
 * Everything that comes from a client, a file or a log is escaped.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_HTML_PAGE_H
#define SNAPRIG_SCENARIOS_REPORT_HTML_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "scenarios/judge/environment.h"

/* The page up to its heading, and from the end of its content.  Escapes TITLE. */
void html_page_begin(const char *title, FILE *file);
void html_page_end(FILE *file);

/* TEXT (may be NULL), escaped, between BEFORE and BEHIND, which are written unchanged. */
void html_text(const char *before, const char *text, const char *behind, FILE *file);

/* WORD in the colour of CLASS, an outcome or a verdict; neither is escaped. */
void html_badge(const char *class, const char *word, FILE *file);

/* A command to copy, with WHAT it does (may be NULL); writes nothing if COMMAND is NULL. */
void html_command(const char *what, const char *command, FILE *file);

/* A section that a click on its TITLE opens.  Escapes TITLE. */
void html_panel_begin(const char *title, bool is_open, FILE *file);
void html_panel_end(FILE *file);

/* html_environment.c: a section with the environments, and the properties of the profiles for
 * which IS_OF_INTEREST returns true. */
void html_write_environments(const struct environments *list,
	bool (*is_of_interest)(const void *context, const char *profile), const void *context,
	FILE *file);

/* Returns one line of it: "Snaprig 0.1.0, Linux 6.1, 2 processors, 4 GiB".  The caller frees it. */
char *html_environment_text(const struct environment *environment);

/* html_style.c: the style of a page; html_script.c: the code of its buttons. */
extern const char html_style[], html_patterns[], html_script[];

#endif
