/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const uint8_t *bytes, size_t length, char *text)
{
	for (size_t at = 0; at < length; at += 3) {
		size_t left = length - at;
		uint32_t three = (uint32_t)bytes[at] << 16 |
				 (left > 1 ? (uint32_t)bytes[at + 1] << 8 : 0) |
				 (left > 2 ? bytes[at + 2] : 0);

		*text++ = letters[three >> 18];
		*text++ = letters[three >> 12 & 63];
		*text++ = '=';
		*text++ = '=';
		if (left > 1)
			text[-2] = letters[three >> 6 & 63];
		if (left > 2)
			text[-1] = letters[three & 63];
	}
	*text = '\0';
}
