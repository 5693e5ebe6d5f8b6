/* SPDX-License-Identifier: Apache-2.0 */
/* base64.h - encodes bytes as text (RFC 4648, section 4). */
#ifndef SNAPRIG_BASE_BASE64_H
#define SNAPRIG_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* How many letters LENGTH bytes become, without the NUL. */
#define BASE64_LENGTH(length) (((length) + 2) / 3 * 4)

/* Encodes LENGTH bytes into TEXT, which has room for BASE64_LENGTH() letters and a NUL. */
void base64_encode(const uint8_t *bytes, size_t length, char *text);

#endif
