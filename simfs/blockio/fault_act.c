/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/blockio/fault_act.h"

#include <string.h>

#include "simfs/base/check.h"

static void shorten(const struct fault_decision *decision, struct fault_move *move)
{
	move->told_length = decision->value;
	if (move->written)
		move->length = decision->value;
}

static void tear(const struct fault_decision *decision, struct fault_move *move)
{
	move->length = decision->value - decision->value % move->room.unit_bytes;
}

static void take_live(const struct fault_decision *decision, struct fault_move *move)
{
	(void)decision;
	move->is_live = true;
}

static void misdirect(const struct fault_decision *decision, struct fault_move *move)
{
	const struct fault_room *room = &move->room;
	uint64_t size = room->size_bytes - room->size_bytes % room->unit_bytes;
	uint64_t step = decision->value - decision->value % room->unit_bytes;

	move->offset += step > room->step_min_bytes ? step : room->step_min_bytes;
	if (!room->wraps)
		return;
	/* A transfer as long as the room, or longer, has no other place in it. */
	if (move->length >= size) {
		move->offset = 0;
		return;
	}
	move->offset %= size;
	if (move->offset + move->length > size)
		move->offset = size - move->length;
}

static void flip(const struct fault_decision *decision, void *bytes, size_t length)
{
	uint64_t bits = (uint64_t)length * 8;
	struct fault_decision flips = *decision;

	if (flips.value > bits)
		flips.value = bits;
	for (uint64_t i = 0; i < flips.value; i++) {
		uint64_t bit = fault_flip_bit(&flips, i, bits);

		((uint8_t *)bytes)[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void flip_written(const struct fault_decision *decision, struct fault_move *move)
{
	if (move->written)
		flip(decision, move->written, move->length);
}

static void zero(const struct fault_decision *decision, void *bytes, size_t length)
{
	(void)decision;
	memset(bytes, 0, length);
}

static const struct fault_act acts[FAULT_ACTIONS] = {
	[FAULT_NO_ACTION] = { .course = FAULT_GOES_ON },
	[FAULT_ERROR] = { .course = FAULT_ANSWERS },
	[FAULT_DELAY] = { .course = FAULT_WAITS },
	[FAULT_HANG] = { .course = FAULT_WAITS, .hangs = true },
	[FAULT_SHORT] = { .course = FAULT_GOES_ON, .change = shorten },
	[FAULT_ZERO] = { .course = FAULT_GOES_ON, .spoil = zero },
	[FAULT_STALE] = { .course = FAULT_GOES_ON, .change = take_live },
	[FAULT_FLIP] = { .course = FAULT_GOES_ON, .change = flip_written, .spoil = flip },
	[FAULT_TEAR] = { .course = FAULT_GOES_ON, .change = tear },
	[FAULT_DROP] = { .course = FAULT_ANSWERS },
	[FAULT_MISDIRECT] = { .course = FAULT_GOES_ON, .change = misdirect },
	[FAULT_HOLE] = { .course = FAULT_GOES_ON },
	[FAULT_DATA] = { .course = FAULT_GOES_ON },
	[FAULT_LOST] = { .course = FAULT_GOES_ON },
	[FAULT_MISSING] = { .course = FAULT_GOES_ON },
	[FAULT_ADDED] = { .course = FAULT_GOES_ON },
	[FAULT_FAIL_SNAPSHOT] = { .course = FAULT_GOES_ON, .fails_snapshot = true },
	[FAULT_REPLY] = { .course = FAULT_GOES_ON },
	[FAULT_CRASH] = { .course = FAULT_DIES },
};

const struct fault_act *fault_act_at(enum fault_action action)
{
	MUST(action < FAULT_ACTIONS);
	return &acts[action];
}

bool fault_changes(const struct fault_decision *decision)
{
	const struct fault_act *act = fault_act_at(decision->action);

	return act->change || act->spoil;
}

void fault_change(const struct fault_decision *decision, struct fault_move *move)
{
	const struct fault_act *act = fault_act_at(decision->action);

	if (act->change)
		act->change(decision, move);
}

void fault_spoil(const struct fault_decision *decision, void *bytes, size_t length)
{
	const struct fault_act *act = fault_act_at(decision->action);

	if (act->spoil)
		act->spoil(decision, bytes, length);
}
