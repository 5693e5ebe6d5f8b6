/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cleanup.h - resources that are released when their scope ends.
 *
 *	AUTO(auto_free) char *text = strdup(line);
 *	AUTO(auto_close) int fd = open(...);
 *	return TAKE_PTR(text);		the caller owns it now
 */
#ifndef SNAPRIG_BASE_CLEANUP_H
#define SNAPRIG_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AUTO(function) __attribute__((cleanup(function)))

/* Transfers ownership of a pointer: evaluates to it and sets the variable to NULL. */
#define TAKE_PTR(pointer)                                                                          \
	({                                                                                         \
		__typeof__(pointer) taken_ = (pointer);                                            \
		(pointer) = NULL;                                                                  \
		taken_;                                                                            \
	})

/* Transfers ownership of a descriptor: evaluates to it and sets the variable to -1. */
#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int taken_ = (fd);                                                                 \
		(fd) = -1;                                                                         \
		taken_;                                                                            \
	})

static inline void auto_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void auto_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void auto_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void auto_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#endif
