/* SPDX-License-Identifier: Apache-2.0 */
/* create.h - a new image, for `create` and for what makes one of its own. */
#ifndef SNAPRIG_CLI_CREATE_H
#define SNAPRIG_CLI_CREATE_H

/*
 * Makes PATH, which must not be there, a sparse file of SIZE, as it is typed.  Returns
 * EXIT_MET, or the exit code after a message.
 */
int create_image(const char *path, const char *size);

#endif
