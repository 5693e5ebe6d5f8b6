/* SPDX-License-Identifier: Apache-2.0 */
/* quote.h - words of a command line for a user to type. */
#ifndef SNAPRIG_SCENARIOS_BASE_QUOTE_H
#define SNAPRIG_SCENARIOS_BASE_QUOTE_H

/* Returns TEXT so that a shell reads it as one word.  The caller frees it. */
char *shell_quote(const char *text);

#endif
