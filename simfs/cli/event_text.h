/* SPDX-License-Identifier: Apache-2.0 */
/* event_text.h - formats a line of the journal for people. */
#ifndef SNAPRIG_CLI_EVENT_TEXT_H
#define SNAPRIG_CLI_EVENT_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

/* Writes its time in seconds, "0.054000", to BUFFER.  Returns BUFFER. */
const char *event_text_seconds(const json_t *event, char *buffer, size_t length);

/* "snapshot.failed", or "". */
const char *event_text_name(const json_t *event);

/* Prints all other fields except number and operation, each as " key=value". */
void event_text_fields(const json_t *event, FILE *file);

#endif
