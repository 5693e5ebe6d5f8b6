/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/origins/origins.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/origins/group.h"
#include "simfs/doors/dm/origins/kept.h"
#include "simfs/doors/dm/origins/origins_internal.h"
#include "simfs/doors/dm/origins/origins_state.h"

#define AREAS_FOLDER   "areas"
#define ORIGINS_FOLDER "origins"
#define SWEEP_SECONDS  2

static int copy_order(struct origins *origins, const struct origins_order *order)
{
	struct origins_order *copy = &origins->order;

	*copy = *order;
	copy->mount_point = strdup(order->mount_point);
	copy->state = strdup(order->state);
	copy->scratch = strdup(order->scratch);
	return copy->mount_point && copy->state && copy->scratch ? 0 : -ENOMEM;
}

static int open_state(struct origins *origins)
{
	AUTO(auto_close) int state_fd = -1;
	int error = kept_folder(AT_FDCWD, origins->order.state, &state_fd);

	if (error == 0)
		error = kept_folder(state_fd, AREAS_FOLDER, &origins->areas_fd);
	if (error == 0)
		error = kept_folder(state_fd, ORIGINS_FOLDER, &origins->origins_fd);
	if (error == 0)
		error = cow_areas_load(origins);
	if (error < 0)
		log_error_code(error, "cannot use folder '%s'", origins->order.state);
	return error;
}

int origins_start(const struct origins_order *order, struct origins **ret)
{
	struct origins *origins = calloc(1, sizeof *origins);

	if (!origins)
		return -ENOMEM;
	pthread_mutex_init(&origins->work, NULL);
	pthread_mutex_init(&origins->lock, NULL);
	contents_init(&origins->contents);
	list_init(&origins->areas);
	list_init(&origins->uses);
	list_init(&origins->origins);
	origins->areas_fd = origins->origins_fd = -1;
	origins->disks = order->disks;

	int error = copy_order(origins, order);

	if (error == 0)
		error = open_state(origins);
	if (error == 0)
		error = origin_join_users(origins);
	if (error < 0) {
		origins_end(origins);
		return error;
	}
	*ret = origins;
	return 0;
}

void origins_stop(struct origins *origins)
{
	atomic_store(&origins->stopping, true);
}

static void *give_up(void *argument)
{
	struct origins *origins = argument;
	const struct timespec patience = { .tv_sec = SWEEP_SECONDS };

	nanosleep(&patience, NULL);
	atomic_store(&origins->is_over, true);
	return NULL;
}

/* Does not wait for a rig that does not answer: the next world sweeps again. */
static void sweep_at_the_end(struct origins *origins)
{
	pthread_t timer;

	if (pthread_create(&timer, NULL, give_up, origins) != 0)
		return;
	origins_sweep(origins);
	pthread_cancel(timer);
	pthread_join(timer, NULL);
}

void origins_end(struct origins *origins)
{
	if (!origins)
		return;
	origins_stop(origins);
	list_for_each (link, &origins->areas) {
		struct cow_area *area = CONTAINER_OF(link, struct cow_area, link);

		merging_stop(TAKE_PTR(area->merging));
	}
	sweep_at_the_end(origins);
	origins_leave_all(origins);
	cow_areas_free(origins);
	contents_deinit(&origins->contents);
	if (origins->areas_fd >= 0)
		close(origins->areas_fd);
	if (origins->origins_fd >= 0)
		close(origins->origins_fd);
	free((char *)origins->order.mount_point);
	free((char *)origins->order.state);
	free((char *)origins->order.scratch);
	pthread_mutex_destroy(&origins->work);
	pthread_mutex_destroy(&origins->lock);
	free(origins);
}

int origins_add_base(struct origins *origins, uint64_t id, const struct group *group)
{
	const struct content_part whole = {
		.length = group_size_sectors(group),
		.is_bottom = true,
	};
	uint64_t live = group_live_sectors(group);
	int error;

	pthread_mutex_lock(&origins->lock);
	error = contents_set(&origins->contents, id, &whole, 1);
	if (error == 0)
		origins->base_disk = id;
	if (error == 0 && live > 0) {
		origins->base_live_sectors = live;
		origins->base_lv_sectors = live + group_padding_sectors(group);
	}
	pthread_mutex_unlock(&origins->lock);
	if (error == 0)
		origins_sweep(origins);
	return error;
}
