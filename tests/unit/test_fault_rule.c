/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: what can be said in one line, what is wrong with it, and its one way to be written. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "faults/rule.h"
#include "tests/lib/engine_suite.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static struct fault_rule rule;
static char message[RULE_MESSAGE_BYTES];

static int parse(const char *text)
{
	message[0] = '\0';
	return rule_parse(text, &rule, message);
}

/* A text, and how it is written. */
static const char *const written[][2] = {
	{ "snapshot.read error=EIO offset=24MiB.. times=1",
		"snapshot.read error=EIO offset=24MiB.. times=1" },
	{ "snapshot.read short=512 after=100 every=10",
		"snapshot.read short=512 after=100 every=10" },
	{ "cow.store fail-snapshot when=store.used>=70%",
		"cow.store fail-snapshot when=store.used>=70%" },
	{ "live.write delay=20ms chance=5%", "live.write delay=20ms chance=5%" },
	{ "snapshot.create error=ENOSPC when=chain.depth>=29",
		"snapshot.create error=ENOSPC when=chain.depth>=29" },
	{ "live.read whole error=EIO offset=..512s", "live.read error=EIO offset=..256KiB whole" },
	{ "snapshot.read error=EIO offset=1..2 whole times=1",
		"snapshot.read error=EIO offset=1..2 whole times=1" },
	{ "  live.read\thang  ", "live.read hang" },
	{ "live.read times=3 zero offset=0..1024KiB", "live.read zero offset=..1MiB times=3" },
	{ "live.read zero offset=..", "live.read zero offset=.." },
	{ "live.write name=a every=1 after=0 chance=100% drop", "live.write drop name=a" },
	{ "live.write chance=0.0001% flip=3", "live.write flip=3 chance=0.0001%" },
	{ "live.write misdirect=4096", "live.write misdirect=4KiB" },
	{ "snapshot.read stale snapshot=a=b", "snapshot.read stale snapshot=a=b" },
	{ "store.append tear=512 from=60s for=1500ms", "store.append tear=512 from=1m for=1500ms" },
	{ "live.read crash file=/tmp/go phase=inject",
		"live.read crash phase=inject file=/tmp/go" },
	{ "live.read zero when=memory.used<85.5%", "live.read zero when=memory.used<85.5%" },
	{ "live.read zero when=store.bytes<=1048576", "live.read zero when=store.bytes<=1MiB" },
	{ "live.read zero when=ops=5", "live.read zero when=ops=5" },
	{ "live.read zero when=snapshot.age>90s", "live.read zero when=snapshot.age>90s" },
	{ "live.read short=0", "live.read short=0" },
	{ "writer.freeze writer=\"System Writer\" hang",
		"writer.freeze hang writer=System_Writer" },
	{ "writer.freeze writer=System_Writer error=0x800423F2 snapshot=s",
		"writer.freeze error=ETIMEDOUT snapshot=s writer=System_Writer" },
	{ "writer.thaw drop", "writer.thaw drop" },
	{ "snapshot.commit error=0x80042314", "snapshot.commit error=ETIME" },
	{ "snapshot.create error=0x8004231F", "snapshot.create error=ENOSPC" },
	{ "xapi.call times=1 method=Async.VM.snapshot reply=SR_BACKEND_FAILURE_44",
		"xapi.call reply=SR_BACKEND_FAILURE_44 method=Async.VM.snapshot times=1" },
	{ "xapi.export offset=8MiB.. reply=cut", "xapi.export reply=cut offset=8MiB.." },
	{ "xapi.import hang offset=..2MiB", "xapi.import hang offset=..2MiB" },
	{ "xapi.event reply=EVENTS_LOST", "xapi.event reply=EVENTS_LOST" },
};

START_TEST(a_rule_is_written_in_one_way_and_read_back_the_same)
{
	for (size_t i = 0; i < COUNT_OF(written); i++) {
		struct fault_rule first;
		char text[RULE_TEXT_MAX + 1];

		ck_assert_msg(parse(written[i][0]) == 0, "%s: %s", written[i][0], message);
		first = rule;
		ck_assert_str_eq(rule_format(&rule, text, sizeof text), written[i][1]);
		ck_assert_int_eq(parse(text), 0);
		ck_assert_mem_eq(&rule, &first, sizeof rule);
	}
}
END_TEST

START_TEST(what_stands_in_a_rule_is_in_its_fields)
{
	ck_assert_int_eq(parse("snapshot.read error=EIO offset=512s..1GiB after=7 every=2 times=9 "
			       "chance=12.5% when=store.used>70% phase=p file=/f snapshot=s "
			       "from=1s for=2s name=n"),
		0);
	ck_assert_int_eq(rule.point, FAULT_SNAPSHOT_READ);
	ck_assert_int_eq(rule.action, FAULT_ERROR);
	ck_assert_int_eq(rule.error, -EIO);
	ck_assert(rule.has_offset && rule.has_when && rule.has_from && rule.has_for);
	ck_assert_uint_eq(rule.offset_first, 512 * 512);
	ck_assert_uint_eq(rule.offset_end, 1 << 30);
	ck_assert_uint_eq(rule.after, 7);
	ck_assert_uint_eq(rule.every, 2);
	ck_assert_uint_eq(rule.times, 9);
	ck_assert_uint_eq(rule.chance, 125000);
	ck_assert_int_eq(rule.gauge, GAUGE_STORE_USED);
	ck_assert_int_eq(rule.relation, RULE_ABOVE);
	ck_assert_uint_eq(rule.gauge_value, 700000);
	ck_assert_str_eq(rule.phase, "p");
	ck_assert_str_eq(rule.file, "/f");
	ck_assert_str_eq(rule.snapshot, "s");
	ck_assert_str_eq(rule.name, "n");
	ck_assert_uint_eq(rule.from_ns, 1000000000);
	ck_assert_uint_eq(rule.for_ns, 2000000000);
}
END_TEST

static const struct {
	const char *text;
	const char *message;
} mistakes[] = {
	{ "snapshot.reed error=EIO",
		"unknown point 'snapshot.reed' at column 1; did you mean 'snapshot.read'?" },
	{ "  explode", "unknown point 'explode' at column 3" },
	{ "", "a point is missing (try snapshot.read error=EIO) at column 1" },
	{ "live.read", "an action is missing (try error=EIO) at column 10" },
	{ "live.read times=1", "an action is missing (try error=EIO) at column 18" },
	{ "live.read eror=EIO", "unknown key 'eror' at column 11; did you mean 'error'?" },
	{ "live.read zero ofset=0..", "unknown key 'ofset' at column 16; did you mean 'offset'?" },
	{ "live.read error=EOI", "cannot read error 'EOI' (try error=EIO) at column 11" },
	{ "live.read error=0x800423f2",
		"cannot read error '0x800423f2' (try error=EIO) at column 11" },
	{ "writer.freeze error=0x800423f9",
		"cannot read error '0x800423f9' (try error=0x800423f2) at column 15" },
	{ "live.read zero writer=a",
		"'writer' makes no sense at point 'live.read': there is no writer there at column "
		"16" },
	{ "live.read error=", "cannot read error '' (try error=EIO) at column 11" },
	{ "live.read error", "a value is missing for 'error' (try error=EIO) at column 11" },
	{ "live.read delay=20", "cannot read delay '20' (try delay=20ms) at column 11" },
	{ "live.read flip=0", "cannot read flip '0' (try flip=1) at column 11" },
	{ "live.read flip=1KiB", "cannot read flip '1KiB' (try flip=1) at column 11" },
	{ "live.read hang=5s", "'hang' takes no value at column 11" },
	{ "live.read zero error=EIO", "a second action 'error' after 'zero' at column 16" },
	{ "live.read zero times=1 times=1", "a second 'times' at column 24" },
	{ "live.read error=EIO offset=..1 whole=1", "'whole' takes no value at column 32" },
	{ "live.read whole zero offset=..1",
		"'whole' makes no sense: only a read through the mount with an error at an offset "
		"could succeed in part at column 11" },
	{ "live.read error=EIO whole times=2",
		"'whole' makes no sense: only a read through the mount with an error at an offset "
		"could succeed in part at column 21" },
	{ "origin.read whole error=EIO offset=..1",
		"'whole' makes no sense: only a read through the mount with an error at an offset "
		"could succeed in part at column 13" },
	{ "live.write whole error=EIO offset=..1",
		"'whole' makes no sense: only a read through the mount with an error at an offset "
		"could succeed in part at column 12" },
	{ "live.read zero times", "a value is missing for 'times' (try times=1) at column 16" },
	{ "live.read zero times=0", "cannot read times '0' (try times=1) at column 16" },
	{ "live.read zero every=0", "cannot read every '0' (try every=10) at column 16" },
	{ "live.read zero after=-1", "cannot read after '-1' (try after=100) at column 16" },
	{ "live.read zero chance=101%", "cannot read chance '101%' (try chance=5%) at column 16" },
	{ "live.read zero chance=0%", "cannot read chance '0%' (try chance=5%) at column 16" },
	{ "live.read zero offset=24MB..",
		"cannot read offset '24MB..' (try offset=24MiB..32MiB) at column 16" },
	{ "live.read zero offset=5..5",
		"cannot read offset '5..5' (try offset=24MiB..32MiB) at column 16" },
	{ "live.read zero when=store.usd>=70%",
		"unknown gauge 'store.usd' at column 16; did you mean 'store.used'?" },
	{ "live.read zero when=store.used>=70",
		"cannot read when 'store.used>=70' (try when=store.used>=70%) at column 16" },
	{ "live.read zero when=store.used",
		"cannot read when 'store.used' (try when=store.used>=70%) at column 16" },
	{ "dm.ioctl error=EBUSY ioctl=tabel-load",
		"unknown ioctl 'tabel-load' at column 22; did you mean 'table-load'?" },
	{ "live.read zero device=vg0-b1",
		"'device' makes no sense at point 'live.read': there is no device there at column "
		"16" },
	{ "dm.udev drop ioctl=remove",
		"'ioctl' makes no sense at point 'dm.udev': there is no ioctl there at column 14" },
	{ "xapi.call reply=SR_BACKEND_FAILURE_4",
		"unknown reply 'SR_BACKEND_FAILURE_4' of 'xapi.call' at column 11; did you mean "
		"'SR_BACKEND_FAILURE_44'?" },
	{ "xapi.event reply=cut", "unknown reply 'cut' of 'xapi.event' at column 12" },
	{ "xapi.call reply", "a value is missing for 'reply' (try reply=reset) at column 11" },
	{ "live.read reply=reset",
		"'reply' makes no sense at point 'live.read': no door answers there (try "
		"xapi.call) at column 11" },
	{ "xapi.call hang method=snapshot",
		"cannot read method 'snapshot' (try method=VM.snapshot) at column 16" },
	{ "xapi.call hang method=VM.",
		"cannot read method 'VM.' (try method=VM.snapshot) at column 16" },
	{ "dm.ioctl hang method=VM.snapshot",
		"'method' makes no sense at point 'dm.ioctl': there is no method there at column "
		"15" },
	{ "xapi.export offset=8MiB.. reply=status-500",
		"'offset' makes no sense with reply 'status-500', which is decided before the "
		"first byte at column 13" },
	{ "live.read zero file=\"/a b\"", "a space in the value of 'file' at column 16" },
	{ "\"live.read", "a quote that is not closed at column 1" },
	{ "live.read zero name=\"a", "a quote that is not closed at column 16" },
	{ "live.read zero file=go", "cannot read file 'go' (try file=/tmp/go) at column 16" },
	{ "live.read zero name=1", "cannot read name '1' (try name=bad-sector) at column 16" },
	{ "live.read zero name=a/b", "cannot read name 'a/b' (try name=bad-sector) at column 16" },
	{ "live.read zero snapshot=s",
		"'snapshot' makes no sense at point 'live.read': there is no snapshot there at "
		"column 16" },
	{ "live.flush drop offset=0..",
		"'offset' makes no sense at point 'live.flush': nothing there has an offset at "
		"column 17" },
	{ "live.read tear=512",
		"'tear' makes no sense at point 'live.read': only a write can be torn at "
		"column 11" },
	{ "live.write tear=0", "'tear' makes no sense at point 'live.write': nothing would be left "
			       "(try drop) at column 12" },
	{ "live.write short=0",
		"'short' makes no sense at point 'live.write': no program continues after a write "
		"of 0 bytes (try error=ENOSPC) at column 12" },
	{ "live.read misdirect=0",
		"'misdirect' makes no sense at point 'live.read': nothing would be misdirected at "
		"column 11" },
	{ "live.read\nzero", "a control character at column 10" },
	{ "live.read zero phase=\xff", "a rule must be UTF-8 at column 1" },
};

START_TEST(a_mistake_is_told_with_its_column_and_what_was_meant)
{
	for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
		memset(&rule, 0xA5, sizeof rule);

		struct fault_rule before = rule;

		ck_assert_msg(parse(mistakes[i].text) == -EINVAL, "%s", mistakes[i].text);
		ck_assert_str_eq(message, mistakes[i].message);
		ck_assert_mem_eq(&rule, &before, sizeof rule);
	}
}
END_TEST

START_TEST(a_rule_that_is_too_long_is_refused)
{
	char text[RULE_TEXT_MAX + 2];

	memset(text, ' ', sizeof text);
	memcpy(text, "live.read zero", 14);
	text[RULE_TEXT_MAX + 1] = '\0';
	ck_assert_int_eq(parse(text), -EINVAL);
	ck_assert_str_eq(message, "a rule has at most 1024 bytes");
	text[RULE_TEXT_MAX] = '\0';
	ck_assert_int_eq(parse(text), 0);
}
END_TEST

START_TEST(what_looks_at_a_clock_a_file_or_the_machine_is_not_replayable)
{
	static const struct {
		const char *text;
		bool is_replayable;
	} rows[] = {
		{ "live.read zero after=1 every=2 chance=5% times=3 phase=p", true },
		{ "live.read zero when=store.used>=70%", true },
		{ "live.read delay=1s", true },
		{ "live.read zero from=1s", false },
		{ "live.read zero for=1s", false },
		{ "live.read zero file=/tmp/x", false },
		{ "live.read zero when=memory.used>=70%", false },
		{ "live.read zero when=snapshot.age>=1s", false },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ck_assert_int_eq(parse(rows[i].text), 0);
		ck_assert_msg(
			rule_is_replayable(&rule) == rows[i].is_replayable, "%s", rows[i].text);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("fault rule");
	TCase *tcase = tcase_create("fault rule");

	(void)argc;
	tcase_add_test(tcase, a_rule_is_written_in_one_way_and_read_back_the_same);
	tcase_add_test(tcase, what_stands_in_a_rule_is_in_its_fields);
	tcase_add_test(tcase, a_mistake_is_told_with_its_column_and_what_was_meant);
	tcase_add_test(tcase, a_rule_that_is_too_long_is_refused);
	tcase_add_test(tcase, what_looks_at_a_clock_a_file_or_the_machine_is_not_replayable);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
