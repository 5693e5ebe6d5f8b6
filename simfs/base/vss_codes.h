/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vss_codes.h - Windows' error codes for shadow copies.
 *
 * Each code maps to one errno and back, so that a fault rule can name either, and a program that
 * sees only the errno of its touch(1) still knows the code.  No errno is used that the kernel acts
 * on itself: after ESTALE it would retry, and the failure would go unseen.  Codes and names:
 * vsserror.h and vss.h of the Windows SDK; `last_error` is what vssadmin prints.
 */
#ifndef SNAPRIG_BASE_VSS_CODES_H
#define SNAPRIG_BASE_VSS_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vss_code {
	uint32_t code; /* 0x800423f2 */
	int error;     /* -errno */
	bool retry;    /* a retry may succeed (Microsoft's classes) */
	const char *name;
	const char *last_error;
};

/* The codes in order; NULL after the last. */
const struct vss_code *vss_code_at(size_t index);

/* The code for ERROR (-errno), or NULL. */
const struct vss_code *vss_code_exact(int error);

/*
 * The code of a writer that failed with ERROR (-errno): VSS_E_WRITERERROR_NONRETRYABLE if no code
 * maps to it.
 */
const struct vss_code *vss_code_of(int error);

/* The code written as TEXT ("0x800423f2", in any case), or NULL. */
const struct vss_code *vss_code_find(const char *text);

#endif
