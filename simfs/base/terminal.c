/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_DEFAULT 80
#define ROWS_DEFAULT	24
#define SIZE_MAX_READ	10000

static const char *text_of(const char *name)
{
	const char *text = getenv(name);

	return text ? text : "";
}

bool terminal_can_draw(int fd)
{
	const char *type = text_of("TERM");

	return *type && strcmp(type, "dumb") != 0 && isatty(fd);
}

bool terminal_in_colour(int fd)
{
	return terminal_can_draw(fd) && !*text_of("NO_COLOR");
}

bool terminal_in_utf8(void)
{
	/* The first that is set decides, as for setlocale(3). */
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *locale = text_of(names[i]);

		if (*locale)
			return strcasestr(locale, "UTF-8") || strcasestr(locale, "utf8");
	}
	return false;
}

static unsigned number_of(const char *name, unsigned otherwise)
{
	unsigned long number = strtoul(text_of(name), NULL, 10);

	return number > 0 && number < SIZE_MAX_READ ? (unsigned)number : otherwise;
}

void terminal_size(int fd, unsigned *ret_columns, unsigned *ret_rows)
{
	struct winsize size = { 0 };

	(void)ioctl(fd, TIOCGWINSZ, &size);
	if (ret_columns)
		*ret_columns = size.ws_col ? size.ws_col : number_of("COLUMNS", COLUMNS_DEFAULT);
	if (ret_rows)
		*ret_rows = size.ws_row ? size.ws_row : number_of("LINES", ROWS_DEFAULT);
}
