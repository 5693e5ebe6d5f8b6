/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_path.h - checks that the hook or mount point of a writer exists.
 *
 * The client checks it, because the rig must not wait for a file system that hangs.
 */
#ifndef SNAPRIG_CLI_WRITER_PATH_H
#define SNAPRIG_CLI_WRITER_PATH_H

#include <stdbool.h>

#include "simfs/volume/writers/spec.h"

/* Returns false after a message if there is no such hook or mount point. */
bool writer_path_is_right(const struct writer_spec *writer);

#endif
