/* SPDX-License-Identifier: Apache-2.0 */
/* preload_environment.h - what the environment says of preloading (preload_serve.h). */
#ifndef SNAPRIG_DM_PRELOAD_ENVIRONMENT_H
#define SNAPRIG_DM_PRELOAD_ENVIRONMENT_H

#include <stdbool.h>

/* Whether the environment wants no filter: SNAPRIG_LVM_INTERCEPT=preload. */
bool preload_is_wanted(void);

/* Whether this process lives in a world. */
bool preload_is_inside(void);

/* Puts the library before what the environment has preloaded already.  0 or -errno. */
int preload_environment(void);

#endif
