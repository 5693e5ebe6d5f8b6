/* SPDX-License-Identifier: Apache-2.0 */
/* dm_answer.h - requests to device-mapper and its answers: read, made ours, compared. */
#ifndef SNAPRIG_TESTS_CONFORMANCE_DM_ANSWER_H
#define SNAPRIG_TESTS_CONFORMANCE_DM_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Buffers of requests and answers, and of what is said of one, are that large. */
#define DM_ANSWER_BYTES 65536
#define DM_ANSWER_TEXT	65536

/* Bytes as tests/conform/trace_ioctl.c writes them; the rest of BYTES becomes 0. */
void dm_answer_read(const char *text, unsigned char *bytes);

/* A request of the emulated machine, where device-mapper is major 253, asks for major 7. */
void dm_answer_ours(unsigned int nr, unsigned char *bytes);

/*
 * All that answer BYTES to ioctl NR, or ERROR, says, in words: of devices of device-mapper
 * without their major.  Of how often a device is open only when that was COUNTED.
 */
void dm_answer_text(
	unsigned int nr, const unsigned char *bytes, int error, bool counted, char *text);

/* The parameters of the target at sector START, of an answer of TABLE_STATUS; or "". */
void dm_answer_params(const unsigned char *bytes, uint64_t start, char *params, size_t size);

#endif
