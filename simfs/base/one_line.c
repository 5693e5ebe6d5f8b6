/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/one_line.h"

#include <errno.h>

#include <jansson.h>

int one_line_check(const char *text, unsigned *ret_column)
{
	json_t *json;

	for (const char *at = text; *at; at++) {
		if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f) {
			*ret_column = (unsigned)(at - text) + 1;
			return -EINVAL;
		}
	}
	json = json_string(text);
	json_decref(json);
	return json ? 0 : -EILSEQ;
}
