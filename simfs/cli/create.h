/* SPDX-License-Identifier: Apache-2.0 */
/* create.h - creates images, for `create` and for commands that need one. */
#ifndef SNAPRIG_CLI_CREATE_H
#define SNAPRIG_CLI_CREATE_H

/*
 * Creates PATH, which must not exist, as a sparse file of SIZE, given as text.  Returns EXIT_MET,
 * or the exit code after a message.
 */
int create_image(const char *path, const char *size);

#endif
