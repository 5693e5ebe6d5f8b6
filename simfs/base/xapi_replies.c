/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/xapi_replies.h"

#include <errno.h>
#include <string.h>

/* The words of the .def. */
enum { ANY = false, HEAD = true };

#define CALL   "xapi.call"
#define EXPORT "xapi.export"
#define IMPORT "xapi.import"
#define EVENT  "xapi.event"

static const struct xapi_reply_row rows[XAPI_REPLIES] = {
#define XAPI_REPLY(place, symbol, word, when, about)                                               \
	[XAPI_##place##_##symbol] = { place, word, when, about },
#include "simfs/base/xapi_replies.def"
#undef XAPI_REPLY
};

const struct xapi_reply_row *xapi_reply_at(size_t index)
{
	return index < XAPI_REPLIES ? &rows[index] : NULL;
}

int xapi_reply_find(const char *point, const char *word, enum xapi_reply *ret)
{
	for (size_t i = 0; i < XAPI_REPLIES; i++) {
		if (strcmp(rows[i].point, point) == 0 && strcmp(rows[i].word, word) == 0) {
			*ret = (enum xapi_reply)i;
			return 0;
		}
	}
	return -ENOENT;
}

size_t xapi_reply_words(const char *point, const char **words)
{
	size_t count = 0;

	for (size_t i = 0; i < XAPI_REPLIES; i++) {
		if (strcmp(rows[i].point, point) == 0)
			words[count++] = rows[i].word;
	}
	return count;
}
