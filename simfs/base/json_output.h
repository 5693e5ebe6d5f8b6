/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_output.h - what a command prints on stdout for programs (--json).
 *
 * 1. Each document is an object whose first member is `schema_version`.
 * 2. A command that fails before it has printed one prints one that says so, on one line:
 *
 *	{"schema_version": 1, "error": {"code": "EEXIST", "message": "cannot make image
 *	'vol.img': File exists"}, "exit": 2}
 *
 *    The messages on stderr are the same with and without --json.  `code` is the name of an
 *    errno, or null when the failure has none; `hint`, which may be missing, is what the message
 *    says in parentheses at its end: what to do about it.
 * 3. Numbers have as many digits as say something, JSON_OUTPUT_DIGITS.
 *
 * schemas/ has a JSON Schema for each document.  Within a schema_version members are added only.
 * It belongs to the process: a child notes for itself.
 */
#ifndef SNAPRIG_BASE_JSON_OUTPUT_H
#define SNAPRIG_BASE_JSON_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

/* Of every JSON document that the rig prints or serves. */
#define SCHEMA_VERSION	   1

#define JSON_OUTPUT_DIGITS 9

/* The flags of jansson for a document that is indented, and for one on a line. */
#define JSON_OUTPUT_FLAGS      (JSON_INDENT(2) | JSON_REAL_PRECISION(JSON_OUTPUT_DIGITS))
#define JSON_OUTPUT_LINE_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(JSON_OUTPUT_DIGITS))

/* --json was typed: messages are noted from here on.  A second call forgets what was noted. */
void json_output_begin(void);

/* A message that was said, of ERROR (-errno; 0: of none).  Any thread may say it. */
void json_output_note(int error, const char *message);

/* Whether that is so: what else a command says goes to stderr then. */
bool json_output_is_on(void);

/* Writes what was noted to FD, and notes what another process wrote there: EOF ends it. */
void json_output_send(int fd);
void json_output_receive(int fd);

/* Writes DOCUMENT, with its schema_version, and a new line to FILE. */
void json_output_write(const json_t *document, size_t flags, FILE *file);

/* The same to stdout.  Returns EXIT_MET, or EXIT_RIG when it could not be written. */
int json_output_print(json_t *document);

/* Prints what a command made, the file at PATH: {KEY: PATH, "size_bytes": N}.  As the former. */
int json_output_print_file(const char *key, const char *path);

/* TEXT (NULL: null) as JSON, with ? for what is no UTF-8. */
json_t *json_output_text(const char *text);

/* The document of a failure that has none yet.  Returns EXIT_CODE, which the command ends with. */
int json_output_end(int exit_code);

#endif
