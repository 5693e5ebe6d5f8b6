/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xapi_replies.h - the closed list of faulty answers of a XAPI door: `reply=WORD` in a rule.
 *
 * The list itself is xapi_replies.def.  A rule can name only these, and a door has a row for each:
 * XAPI_CALL_RESET, XAPI_EXPORT_CUT.
 */
#ifndef SNAPRIG_BASE_XAPI_REPLIES_H
#define SNAPRIG_BASE_XAPI_REPLIES_H

#include <stdbool.h>
#include <stddef.h>

enum xapi_reply {
#define XAPI_REPLY(place, symbol, word, when, about) XAPI_##place##_##symbol,
#include "simfs/base/xapi_replies.def"
#undef XAPI_REPLY
	XAPI_REPLIES, /* how many there are */
};

struct xapi_reply_row {
	const char *point; /* "xapi.call" */
	const char *word;
	bool is_of_head;   /* decided before the first byte of an answer */
	const char *about; /* what the client sees */
};

/* The row of reply INDEX; NULL for XAPI_REPLIES and above. */
const struct xapi_reply_row *xapi_reply_at(size_t index);

/* Returns 0, or -ENOENT if POINT ("xapi.call") has no such WORD. */
int xapi_reply_find(const char *point, const char *word, enum xapi_reply *ret);

/* Writes the words of POINT to WORDS, which has room for XAPI_REPLIES.  Returns how many. */
size_t xapi_reply_words(const char *point, const char **words);

#endif
