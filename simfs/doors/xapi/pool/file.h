/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - a pool's records in a file, which is whole at every moment.
 *
 * Everything but tasks is kept.  A kill of the server loses nothing that was saved; a power cut
 * may.  What names follow from a seed go on with the one that the pool was made with.  Each reading
 * begins a new run, which is in the file when it has been saved again.
 */
#ifndef SNAPRIG_DOORS_XAPI_POOL_FILE_H
#define SNAPRIG_DOORS_XAPI_POOL_FILE_H

#include "simfs/doors/xapi/pool/pool.h"

/* Without the pool's lock.  Writes only when something has changed since: 0 or -errno. */
int pool_file_save(struct pool *pool, const char *path);

/*
 * Reads what was saved into POOL, which has no record yet; tokens of before are stale then.  0;
 * -ENOENT; -EINVAL: it is no such file, and POOL is of no use any more; -EPERM, -ELOOP: it may
 * be somebody else's.
 */
int pool_file_load(struct pool *pool, const char *path);

#endif
