/* SPDX-License-Identifier: Apache-2.0 */
/* world_number.h - numbers that tell the worlds of a journal of commands apart. */
#ifndef SNAPRIG_DM_WORLD_NUMBER_H
#define SNAPRIG_DM_WORLD_NUMBER_H

#include <jansson.h>

/*
 * Returns in RET the number of a world that begins now, in the journal FD, which is open for
 * reading and appending: the wall clock's seconds, or the last world's number plus 1 if that is
 * greater.  A line that a crash has cut off is ended first.  Returns 0 or -errno.
 */
int world_number_take(int fd, json_int_t *ret);

#endif
