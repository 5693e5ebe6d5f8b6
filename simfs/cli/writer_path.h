/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_path.h - whether what a writer is made of is there.  It is looked at by who types it, as
 * the rig must not wait for a file system that hangs.
 */
#ifndef SNAPRIG_CLI_WRITER_PATH_H
#define SNAPRIG_CLI_WRITER_PATH_H

#include <stdbool.h>

#include "simfs/volume/writers/spec.h"

/* False: there is no such hook or mount point, which is said. */
bool writer_path_is_right(const struct writer_spec *writer);

#endif
