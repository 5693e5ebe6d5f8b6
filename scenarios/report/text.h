/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - texts of any origin, made valid in the language of a report.
 *
 * A message may quote what a client printed, so it may contain any bytes.  What is not a valid
 * character in the language (a control character, a part of UTF-8) becomes U+FFFD, in JSON '?'.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_TEXT_H
#define SNAPRIG_SCENARIOS_REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

/* Returns the bytes of the UTF-8 character at TEXT, 1 to 4; 0 if it is not one. */
size_t utf8_length(const char *text);

/* As the value of an XML attribute. */
void report_write_xml(const char *text, FILE *file);

/* Between XML tags; line breaks stay. */
void report_write_xml_text(const char *text, FILE *file);

/* As a quoted YAML scalar in one line, quotes included. */
void report_write_yaml(const char *text, FILE *file);

/* As a part of a TAP line: '#' and '\' are escaped, line breaks become spaces. */
void report_write_tap(const char *text, FILE *file);

/* As a part of a command to GitHub's runner; IS_PROPERTY: in one of its KEY=VALUEs. */
void report_write_github(const char *text, bool is_property, FILE *file);

/* As plain words in Markdown, which may be in a cell of a table. */
void report_write_markdown(const char *text, FILE *file);

/* As a JSON string, a new reference; null for NULL. */
json_t *report_text_json(const char *text);

#endif
