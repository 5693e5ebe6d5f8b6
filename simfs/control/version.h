/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version.h - the one place where the version stands.
 */
#ifndef SNAPRIG_CONTROL_VERSION_H
#define SNAPRIG_CONTROL_VERSION_H

#define SNAPRIG_VERSION "0.1.0"

#endif
