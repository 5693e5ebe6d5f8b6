/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top_keys.h - interprets what is typed at `snaprig top`, byte by byte.
 */
#ifndef SNAPRIG_CLI_TOP_KEYS_H
#define SNAPRIG_CLI_TOP_KEYS_H

#include <stddef.h>

#include "simfs/cli/screen.h"

enum top_action {
	TOP_NOTHING,
	TOP_QUIT,
	TOP_NEXT,    /* select the next rig */
	TOP_ARM,     /* arm the rule in `line` */
	TOP_SET,     /* set the gauge and value in `line` */
	TOP_RELEASE, /* release what hangs because of a fault */
	TOP_CLEAR,   /* remove all rules */
};

#define TOP_LINE_MAX 1024

struct top_keys {
	enum top_action asks_for; /* TOP_ARM or TOP_SET: a line is being typed for it */
	char line[TOP_LINE_MAX + 1];
	size_t length;
	enum { TOP_KEY, TOP_ESCAPE, TOP_SEQUENCE } escape;
};

/* Takes BYTE.  TOP_ARM and TOP_SET leave the line in place until the next byte. */
enum top_action top_keys_take(struct top_keys *keys, unsigned char byte);

/* Draws the last line of the screen: the keys, or what is being typed. */
void top_keys_draw(const struct top_keys *keys, size_t rigs, struct screen *screen);

#endif
