/* SPDX-License-Identifier: Apache-2.0 */
/* dm_answer.h - reads requests to device-mapper and its answers, adapts and compares them. */
#ifndef SNAPRIG_TESTS_CONFORMANCE_DM_ANSWER_H
#define SNAPRIG_TESTS_CONFORMANCE_DM_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The size of buffers for requests and answers, and for texts about them. */
#define DM_ANSWER_BYTES 65536
#define DM_ANSWER_TEXT	65536

/* Reads bytes as tests/conform/trace_ioctl.c writes them; the rest of BYTES becomes 0. */
void dm_answer_read(const char *text, unsigned char *bytes);

/* Adapts a request of the emulated machine, where device-mapper is major 253, to major 7. */
void dm_answer_ours(unsigned int nr, unsigned char *bytes);

/*
 * Describes the answer BYTES to ioctl NR, or ERROR, in words; device-mapper's devices without
 * their major number.  How often a device is open is included only if that was COUNTED.
 */
void dm_answer_text(
	unsigned int nr, const unsigned char *bytes, int error, bool counted, char *text);

/* Gets the parameters of the target at sector START from an answer of TABLE_STATUS; or "". */
void dm_answer_params(const unsigned char *bytes, uint64_t start, char *params, size_t size);

#endif
