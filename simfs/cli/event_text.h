/* SPDX-License-Identifier: Apache-2.0 */
/* event_text.h - a line of the journal as people read it. */
#ifndef SNAPRIG_CLI_EVENT_TEXT_H
#define SNAPRIG_CLI_EVENT_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

/* Its time in seconds: "0.054000", into BUFFER.  Returns BUFFER. */
const char *event_text_seconds(const json_t *event, char *buffer, size_t length);

/* "snapshot.failed", or "". */
const char *event_text_name(const json_t *event);

/* All else that it says but its number and operation, each " key=value". */
void event_text_fields(const json_t *event, FILE *file);

#endif
