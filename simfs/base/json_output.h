/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_output.h - what a command prints on stdout for programs (--json).
 *
 * 1. Each document is an object whose first member is `schema_version`.
 * 2. A command that fails before it has printed a document prints one for the error, on one line:
 *
 *	{"schema_version": 1, "error": {"code": "EEXIST", "message": "cannot make image
 *	'vol.img': File exists"}, "exit": 2}
 *
 *    The messages on stderr are the same with and without --json.  `code` is the name of an
 *    errno, or null if the failure has none.  The optional `hint` is the advice that the message
 *    has in parentheses at its end.
 * 3. Numbers have only the digits that carry information, JSON_OUTPUT_DIGITS.
 *
 * schemas/ has a JSON Schema for each document.  Within one schema_version, members are only added.
 * The notes belong to the process: a forked child has its own.
 */
#ifndef SNAPRIG_BASE_JSON_OUTPUT_H
#define SNAPRIG_BASE_JSON_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

/* The version of every JSON document that the rig prints or serves. */
#define SCHEMA_VERSION	   1

#define JSON_OUTPUT_DIGITS 9

/* Flags of jansson for an indented document, and for one on a single line. */
#define JSON_OUTPUT_FLAGS      (JSON_INDENT(2) | JSON_REAL_PRECISION(JSON_OUTPUT_DIGITS))
#define JSON_OUTPUT_LINE_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(JSON_OUTPUT_DIGITS))

/* Turns --json on: messages are noted from here on.  A second call discards what was noted. */
void json_output_begin(void);

/* Notes a MESSAGE for ERROR (-errno, or 0 if it has none).  For any thread. */
void json_output_note(int error, const char *message);

/* Whether --json is on; other output of a command must then go to stderr. */
bool json_output_is_on(void);

/* Write the notes to FD, and add to them what another process wrote there, up to EOF. */
void json_output_send(int fd);
void json_output_receive(int fd);

/* Writes DOCUMENT to FILE, with its schema_version and a newline. */
void json_output_write(const json_t *document, size_t flags, FILE *file);

/* The same to stdout.  Returns EXIT_MET, or EXIT_RIG if it could not be written. */
int json_output_print(json_t *document);

/* Prints the file that a command made: {KEY: PATH, "size_bytes": N}.  Returns as above. */
int json_output_print_file(const char *key, const char *path);

/* TEXT (NULL: null) as JSON.  If it is not UTF-8, each byte that is not ASCII becomes '?'. */
json_t *json_output_text(const char *text);

/*
 * Prints the error document of a command that failed before printing one.  Returns EXIT_CODE, or
 * EXIT_RIG if it could not be written.
 */
int json_output_end(int exit_code);

#endif
