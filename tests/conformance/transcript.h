/* SPDX-License-Identifier: Apache-2.0 */
/* transcript.h - the recording of dattobd 0.12.1, and a volume that must be like it. */
#ifndef SNAPRIG_TESTS_CONFORMANCE_TRANSCRIPT_H
#define SNAPRIG_TESTS_CONFORMANCE_TRANSCRIPT_H

#include "tests/lib/engine.h"

/* That of the recording. */
#define TRANSCRIPT_VOLUME_BYTES (128ull << 20)
#define TRANSCRIPT_LINES_MAX	16

extern struct engine transcript_engine;

/* For open fixtures. */
void transcript_open(void);
void transcript_close(void);

/* What the recording says between FROM, searched behind SECTION, and UNTIL; to free(). */
char *transcript_recorded(const char *section, const char *from, const char *until);

/* The first datto-info behind SECTION; to free(). */
char *transcript_info(const char *section);

/*
 * The volume's datto-info is that behind SECTION, but for what is the machine's;
 * the number of blocks counts unless it IS_ACTIVE.
 */
void transcript_expect_info(const char *section, bool is_active);

/* The number behind FIELD in TEXT. */
uint64_t transcript_number(const char *text, const char *field);

/* The lines of the kernel in SECTION from the one with FROM on, without their times; to free(). */
size_t transcript_lines(const char *section, const char *from, char *lines[TRANSCRIPT_LINES_MAX]);

/* The kernel log of the volume is these lines and no others; frees them. */
void transcript_expect_log(char *lines[], size_t count);

#endif
