/* SPDX-License-Identifier: Apache-2.0 */
/* acting.h - carries out what faults/ decides, for requests, moments and writers. */
#ifndef SNAPRIG_VOLUME_ACTING_H
#define SNAPRIG_VOLUME_ACTING_H

#include <stdbool.h>

#include "faults/fault.h"
#include "simfs/volume/request.h"

struct blockio;
struct blockio_folder;
struct snapshot;
struct volume;

/* fault_io.c: whether a fault has taken REQUEST over, at a point with an armed rule; it then
 * continues on its own. */
enum fault_point request_point(const struct volume_request *request);
bool fault_takes(struct volume_request *request, enum fault_point point);

/* Where misdirected transfers of the volume may land. */
struct fault_room fault_room_of(const struct volume *volume);

/* fault_moment.c: a hit of POINT that concerns SNAPSHOT (of that NAME, if it exists). */
void fault_moment(struct volume *volume, enum fault_point point, const char *name,
	struct snapshot *snapshot, struct volume_moment *moment);

/* The same for WRITER when it receives an event. */
void fault_writer(struct volume *volume, enum fault_point point, const char *writer,
	struct volume_moment *moment);

/* Creates the layers that ask the fault plane, and adds the rules of the options. Returns 0,
 * or -errno after a message. */
int faults_open(struct volume *volume, struct blockio *origin, struct blockio_folder *folder);
void faults_close(struct volume *volume);

/* Fails SNAPSHOT as at its limit, unless it has failed already. */
void fault_fail_snapshot(struct snapshot *snapshot);

#endif
