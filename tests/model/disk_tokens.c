/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/model/disk_tokens.h"

#include <check.h>
#include <string.h>

struct token_entry token_disks[TOKEN_DISKS][TOKEN_SECTORS];
unsigned token_holds[TOKEN_DISKS];
struct token_asked token_asked[TOKEN_ASKED];

static void token_end(struct token *token, enum token_state state)
{
	token->state = state;
	token->passed = 0;
}

/* TOKEN arrives at its disk. */
static void token_enter(struct token *token, enum disk_op op)
{
	for (;;) {
		const struct token_entry *entry = &token_disks[token->id][token->sector];
		uint32_t ms =
			entry->ms[op == DISK_OP_READ ? DISK_DELAYED_READ : DISK_DELAYED_WRITE];

		if (token_holds[token->id] > 0) {
			token->state = TOKEN_PARKED;
			return;
		}
		token->passed |= 1u << token->id;
		token->id = entry->id;
		token->sector = entry->sector;
		if (entry->kind == DISK_STEP_ZERO) {
			token_end(token, TOKEN_ZERO);
			return;
		}
		if (entry->kind == DISK_STEP_ERROR) {
			token_end(token, TOKEN_ERROR);
			return;
		}
		if (ms > 0 || entry->kind == DISK_STEP_FILE) {
			token->state = ms > 0 ? TOKEN_DELAYED : TOKEN_READY;
			return;
		}
	}
}

void tokens_ask(
	struct token_asked *asked, enum disk_op op, uint64_t disk, uint64_t start, uint64_t length)
{
	*asked = (struct token_asked){ .is_used = true, .op = op, .length = length };
	for (uint64_t i = 0; i < length; i++) {
		asked->tokens[i].id = disk;
		asked->tokens[i].sector = start + i;
		token_enter(&asked->tokens[i], op);
	}
}

#define FOR_EACH_TOKEN(asked, token)                                                               \
	for (struct token *token = (asked)->tokens; token < (asked)->tokens + (asked)->length;     \
		token++)

void tokens_release(uint64_t disk)
{
	for (unsigned i = 0; i < TOKEN_ASKED; i++)
		FOR_EACH_TOKEN(&token_asked[i], token)
	if (token->state == TOKEN_PARKED && token->id == disk)
		token_enter(token, token_asked[i].op);
}

/* Returns the token of sector number INDEX of PART, which is moving to where PART is, in STATE. */
static struct token *token_at(struct token_asked *asked, const struct flow_part *part,
	enum token_state state, uint64_t index)
{
	uint64_t number = part->from / DISK_SECTOR_BYTES + index;
	uint64_t sector = part->offset / DISK_SECTOR_BYTES + index;
	struct token *token = &asked->tokens[number];

	ck_assert_uint_lt(number, asked->length);
	ck_assert_msg(token->state == state && token->id == part->id && token->sector == sector,
		"sector %u of a request went to %u of %u and not to %u of %u", (unsigned)number,
		(unsigned)sector, (unsigned)part->id, (unsigned)token->sector, (unsigned)token->id);
	return token;
}

void tokens_move(struct token_asked *asked, const struct flow_part *part, enum token_state state,
	enum token_state next)
{
	for (uint64_t i = 0; i < part->length / DISK_SECTOR_BYTES; i++) {
		struct token *token = token_at(asked, part, state, i);

		if (next == TOKEN_DONE)
			token_end(token, next);
		else
			token->state = next;
	}
}

void tokens_wake(struct token_asked *asked, const struct flow_part *part)
{
	for (uint64_t i = 0; i < part->length / DISK_SECTOR_BYTES; i++)
		token_enter(token_at(asked, part, TOKEN_DELAYED, i), asked->op);
}

void tokens_drop(struct token_asked *asked)
{
	FOR_EACH_TOKEN(asked, token)
	if (token->state == TOKEN_PARKED)
		token_end(token, TOKEN_DONE);
}

unsigned tokens_under_way(uint64_t disk)
{
	unsigned count = 0;

	for (unsigned i = 0; i < TOKEN_ASKED; i++)
		FOR_EACH_TOKEN(&token_asked[i], token)
	count += (token->passed >> disk) & 1;
	return count;
}

unsigned tokens_count(const struct token_asked *asked, enum token_state state)
{
	unsigned count = 0;

	for (unsigned i = 0; i < TOKEN_ASKED; i++)
		if (!asked || asked == &token_asked[i])
			FOR_EACH_TOKEN(&token_asked[i], token)
	count += token->state == state;
	return count;
}

bool tokens_all_done(const struct token_asked *asked)
{
	return tokens_count(asked, TOKEN_ZERO) + tokens_count(asked, TOKEN_ERROR) +
		       tokens_count(asked, TOKEN_DONE) ==
	       asked->length;
}

uint64_t tokens_good(const struct token_asked *asked)
{
	for (uint64_t i = 0; i < asked->length; i++)
		if (asked->tokens[i].state == TOKEN_ERROR)
			return i;
	return asked->length;
}
