/* SPDX-License-Identifier: Apache-2.0 */
/* place.h - a position in a file. */
#ifndef SNAPRIG_BASE_YAML_PLACE_H
#define SNAPRIG_BASE_YAML_PLACE_H

struct place {
	unsigned line;	 /* from 1 */
	unsigned column; /* from 1 */
};

#endif
