/* SPDX-License-Identifier: Apache-2.0 */
/* base64.h - bytes as text (RFC 4648, section 4). */
#ifndef SNAPRIG_BASE_BASE64_H
#define SNAPRIG_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Letters that LENGTH bytes become, without a NUL. */
#define BASE64_LENGTH(length) (((length) + 2) / 3 * 4)

/* LENGTH bytes become BASE64_LENGTH() letters and a NUL at TEXT. */
void base64_encode(const uint8_t *bytes, size_t length, char *text);

#endif
