/* SPDX-License-Identifier: Apache-2.0 */
/* latencies_internal.h - measures how long requests take; part of session_internal.h. */
#ifndef SNAPRIG_MOUNT_LATENCIES_INTERNAL_H
#define SNAPRIG_MOUNT_LATENCIES_INTERNAL_H

#include "simfs/base/latency_histogram.h"
#include "simfs/volume/request.h"

/* The kinds of requests.  A discard includes zeroing, and a write includes its flush, if any. */
enum latency_kind {
	LATENCY_LIVE_READ,
	LATENCY_LIVE_WRITE,
	LATENCY_LIVE_FLUSH,
	LATENCY_LIVE_DISCARD,
	LATENCY_SNAPSHOT_READ,
	LATENCY_SNAPSHOT_WRITE,
	LATENCY_SNAPSHOT_FLUSH,
	LATENCY_KINDS,
};

struct slot;

/* The request in SLOT, which is being decoded, is of KIND. */
void latency_begin(struct slot *slot, enum volume_kind kind, bool is_snapshot);

/* It was answered at ANSWERED_NS of clock_real_ns(): once for each latency_begin(). */
void latency_end(struct slot *slot, uint64_t answered_ns);

#endif
