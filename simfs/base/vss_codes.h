/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vss_codes.h - how Windows numbers what goes wrong with a shadow copy.
 *
 * Each code stands for one errno and back, so that a fault rule can name
 * either, and a program that only sees the errno of its touch(1) still knows
 * which one it was.  It is none that the kernel acts on of itself: it would try
 * again after ESTALE, and nobody would see the failure.  Codes and names: vsserror.h and vss.h of
 * the Windows SDK; `last_error` is what vssadmin prints.
 */
#ifndef SNAPRIG_BASE_VSS_CODES_H
#define SNAPRIG_BASE_VSS_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vss_code {
	uint32_t code; /* 0x800423f2 */
	int error;     /* -errno */
	bool retry;    /* the same may succeed when it is tried again (Microsoft's classes) */
	const char *name;
	const char *last_error;
};

/* The codes in order; NULL behind the last. */
const struct vss_code *vss_code_at(size_t index);

/* The code that ERROR (-errno) stands for, or NULL. */
const struct vss_code *vss_code_exact(int error);

/* The code of a writer that failed with ERROR (-errno); of one that no code stands for,
 * VSS_E_WRITERERROR_NONRETRYABLE. */
const struct vss_code *vss_code_of(int error);

/* The code that TEXT ("0x800423f2", in any case) is, or NULL. */
const struct vss_code *vss_code_find(const char *text);

#endif
