/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - keeps a pool's records in a file, which is intact at every moment.
 *
 * Everything but tasks is kept.  Killing the server loses nothing that was saved; a power cut may.
 * Names that follow from a seed keep using the pool's original one.  Each load begins a new run,
 * which the next save records.
 */
#ifndef SNAPRIG_DOORS_XAPI_POOL_FILE_H
#define SNAPRIG_DOORS_XAPI_POOL_FILE_H

#include "simfs/doors/xapi/pool/pool.h"

/* Call without the pool's lock.  Writes only if something has changed.  Returns 0 or -errno. */
int pool_file_save(struct pool *pool, const char *path);

/*
 * Loads what was saved into POOL, which has no records yet; earlier tokens become stale.  Returns
 * 0; -ENOENT; -EINVAL if it is no such file, and then POOL is unusable; -EPERM or -ELOOP if another
 * user may own it.
 */
int pool_file_load(struct pool *pool, const char *path);

#endif
