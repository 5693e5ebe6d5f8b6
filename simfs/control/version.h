/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version.h - the only place that has the version.
 */
#ifndef SNAPRIG_CONTROL_VERSION_H
#define SNAPRIG_CONTROL_VERSION_H

#define SNAPRIG_VERSION "0.1.0"

#endif
