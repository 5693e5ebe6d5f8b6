/* SPDX-License-Identifier: Apache-2.0 */
/* world_number.h - what tells the worlds of a journal of commands apart. */
#ifndef SNAPRIG_DM_WORLD_NUMBER_H
#define SNAPRIG_DM_WORLD_NUMBER_H

#include <jansson.h>

/*
 * The number of a world that begins now, in the journal FD, which is open for reading and
 * appending: the wall clock's seconds, or one more than the last world has, if that is more.  What
 * a crash has cut off there is ended as a line of its own.  0 or -errno.
 */
int world_number_take(int fd, json_int_t *ret);

#endif
