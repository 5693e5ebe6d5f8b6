/* SPDX-License-Identifier: Apache-2.0 */
/* preload_environment.h - preloading (preload_serve.h) and the environment. */
#ifndef SNAPRIG_DM_PRELOAD_ENVIRONMENT_H
#define SNAPRIG_DM_PRELOAD_ENVIRONMENT_H

#include <stdbool.h>

/* Whether the user wants no filter: SNAPRIG_LVM_INTERCEPT=preload. */
bool preload_is_wanted(void);

/* Whether this process lives in a world. */
bool preload_is_inside(void);

/* Puts the library before those that the environment preloads already.  Returns 0 or -errno. */
int preload_environment(void);

#endif
