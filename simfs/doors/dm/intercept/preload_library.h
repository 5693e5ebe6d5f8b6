/* SPDX-License-Identifier: Apache-2.0 */
/* preload_library.h - the library of preload/, which is written into a world. */
#ifndef SNAPRIG_DM_PRELOAD_LIBRARY_H
#define SNAPRIG_DM_PRELOAD_LIBRARY_H

extern const char preload_library[], preload_library_end[];

#endif
