/* SPDX-License-Identifier: Apache-2.0 */
/* quote.h - words in a command line that is to be typed. */
#ifndef SNAPRIG_SCENARIOS_BASE_QUOTE_H
#define SNAPRIG_SCENARIOS_BASE_QUOTE_H

/* TEXT so that a shell reads it as one word; the caller's. */
char *shell_quote(const char *text);

#endif
