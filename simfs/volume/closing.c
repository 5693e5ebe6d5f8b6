/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/closing.h"

#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/log.h"
#include "simfs/store/store.h"

/* Each may occupy a kernel thread, and fewer than these keep the disk busy. */
#define UNDER_WAY_MAX 64u

struct one {
	struct store_closing closing;
	struct closing *all;
	char what[STORE_NAME_BYTES + 16];
};

static void note(struct closing *closing, int error, const char *what)
{
	if (error == 0)
		return;
	log_error_code(error, "cannot close the store of %s", what);
	if (closing->first_error == 0)
		closing->first_error = error;
}

static void closed(struct store_closing *closing, int result)
{
	struct one *one = CONTAINER_OF(closing, struct one, closing);

	one->all->under_way--;
	note(one->all, result, one->what);
	free(one);
}

static void step(struct closing *closing)
{
	closing->io->ops->step(closing->io);
}

void closing_add(struct closing *closing, struct store *store, const char *what)
{
	struct one *one;

	store_set_closing_id(store, closing->closing_id);
	while (closing->under_way >= UNDER_WAY_MAX)
		step(closing);
	one = calloc(1, sizeof *one);
	if (!one) {
		note(closing, store_close(store), what);
		return;
	}
	one->closing.done = closed;
	one->all = closing;
	snprintf(one->what, sizeof one->what, "%s", what);
	closing->under_way++;
	store_close_start(store, &one->closing);
}

int closing_end(struct closing *closing)
{
	while (closing->under_way > 0)
		step(closing);
	return closing->first_error;
}
