/* SPDX-License-Identifier: Apache-2.0 */
/* acting.h - faults strike requests, moments and writers; what is decided in faults/ is done here.
 */
#ifndef SNAPRIG_VOLUME_ACTING_H
#define SNAPRIG_VOLUME_ACTING_H

#include <stdbool.h>

#include "faults/fault.h"
#include "simfs/volume/request.h"

struct blockio;
struct blockio_folder;
struct snapshot;
struct volume;

/* fault_io.c: whether a fault has taken REQUEST, which is armed for: it goes on of itself. */
enum fault_point request_point(const struct volume_request *request);
bool fault_takes(struct volume_request *request, enum fault_point point);

/* Where what is misdirected in the volume may come to lie. */
struct fault_room fault_room_of(const struct volume *volume);

/* fault_moment.c: a hit of POINT at which SNAPSHOT (of that name, if it is there) is known. */
void fault_moment(struct volume *volume, enum fault_point point, const char *name,
	struct snapshot *snapshot, struct volume_moment *moment);

/* The same for a writer, which is told of something. */
void fault_writer(struct volume *volume, enum fault_point point, const char *writer,
	struct volume_moment *moment);

/* Opens what asks the fault plane, and adds the rules of the options: 0, or -errno, said. */
int faults_open(struct volume *volume, struct blockio *origin, struct blockio_folder *folder);
void faults_close(struct volume *volume);

/* Fails SNAPSHOT as at its limit, when it has not failed yet. */
void fault_fail_snapshot(struct snapshot *snapshot);

#endif
