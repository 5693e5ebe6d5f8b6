/* SPDX-License-Identifier: Apache-2.0 */
/* Answers without the content of a disk. */
#include "simfs/base/clock.h"
#include "simfs/doors/xapi/transfer/internal.h"

/* After an early answer, the rest of the body is dropped for this long. */
#define LINGER_NS (5 * NS_PER_S)

void transfer_await_leaving(struct transfer *transfer, uint64_t ns)
{
	wire_wait(transfer->wire, ns);
}

int transfer_answer(struct transfer *transfer, unsigned status)
{
	const struct wire_head head = { .status = status, .framing = WIRE_LENGTH };

	transfer->has_answered = true;
	return wire_head(transfer->wire, &head);
}

/*
 * Reads what the client still sends: closing a connection with unread data resets it, and the
 * client would lose the answer.
 */
static void linger(struct transfer *transfer)
{
	const uint64_t end_ns = clock_now_ns() + LINGER_NS;
	const void *bytes;
	size_t length = 1;

	while (length > 0 && clock_now_ns() < end_ns)
		if (wire_read(transfer->wire, &bytes, &length) < 0)
			return;
}

int transfer_answer_garbage(struct transfer *transfer)
{
	static const char garbage[] = "This is no HTTP.\r\n\r\n";
	int error;

	transfer->has_answered = true;
	error = wire_raw(transfer->wire, garbage, sizeof garbage - 1);
	if (error == 0)
		linger(transfer);
	return error;
}

void transfer_refuse(struct transfer *transfer)
{
	if (transfer_answer(transfer, transfer->failure.status) == 0)
		linger(transfer);
}
