/* SPDX-License-Identifier: Apache-2.0 */
/* transcript.h - the recording of dattobd 0.12.1, and a volume that must behave like it. */
#ifndef SNAPRIG_TESTS_CONFORMANCE_TRANSCRIPT_H
#define SNAPRIG_TESTS_CONFORMANCE_TRANSCRIPT_H

#include "tests/lib/engine.h"

/* The size in the recording. */
#define TRANSCRIPT_VOLUME_BYTES (128ull << 20)
#define TRANSCRIPT_LINES_MAX	16

extern struct engine transcript_engine;

/* For open fixtures. */
void transcript_open(void);
void transcript_close(void);

/* Returns the recording's text from FROM, searched after SECTION, to UNTIL.  The caller frees
 * it. */
char *transcript_recorded(const char *section, const char *from, const char *until);

/* Returns the first datto-info after SECTION.  The caller frees it. */
char *transcript_info(const char *section);

/*
 * Checks that the volume's datto-info is that after SECTION, except for what depends on the
 * machine; the number of blocks is compared unless it IS_ACTIVE.
 */
void transcript_expect_info(const char *section, bool is_active);

/* Returns the number after FIELD in TEXT. */
uint64_t transcript_number(const char *text, const char *field);

/* Returns the kernel's lines in SECTION from the one with FROM on, without times.  The caller
 * frees them. */
size_t transcript_lines(const char *section, const char *from, char *lines[TRANSCRIPT_LINES_MAX]);

/* Checks that the volume's kernel log has exactly these lines; frees them. */
void transcript_expect_log(char *lines[], size_t count);

#endif
