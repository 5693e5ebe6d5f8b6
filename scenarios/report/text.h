/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - texts of any origin, made fit for the language of a report.
 *
 * A message may quote what a client printed, so it may hold any bytes.  What
 * is no character there (a control, half of UTF-8) is written as U+FFFD, in JSON as '?'.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_TEXT_H
#define SNAPRIG_SCENARIOS_REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

/* The bytes of the UTF-8 character at TEXT, 1 to 4; 0 when it is none. */
size_t utf8_length(const char *text);

/* As the value of an XML attribute. */
void report_write_xml(const char *text, FILE *file);

/* Between XML tags: lines stay lines. */
void report_write_xml_text(const char *text, FILE *file);

/* As a quoted YAML scalar, quotes included, in one line. */
void report_write_yaml(const char *text, FILE *file);

/* As a part of a TAP line: '#' and '\' are escaped, line breaks become blanks. */
void report_write_tap(const char *text, FILE *file);

/* As a part of a command to GitHub's runner; IS_PROPERTY: of its KEY=VALUEs. */
void report_write_github(const char *text, bool is_property, FILE *file);

/* As plain words in Markdown, also in a cell of a table. */
void report_write_markdown(const char *text, FILE *file);

/* As a string of JSON, a new reference; null for NULL. */
json_t *report_text_json(const char *text);

#endif
