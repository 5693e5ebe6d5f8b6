# SPDX-License-Identifier: Apache-2.0
#
# GNU make.  `make help` lists what there is.
#
#	make CONFIG=asan check		a configuration by variable ...
#	make asan check			... or by name; they live side by side in build/
#	make CC=clang check		another compiler has its own folder, too

MAKEFLAGS += --no-builtin-rules --no-builtin-variables
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# ---- configuration ---------------------------------------------------------

CONFIGS := release debug asan tsan nofaults
CONFIG := $(or $(firstword $(filter $(CONFIGS),$(MAKECMDGOALS))),release)
ifeq ($(filter $(CONFIG),$(CONFIGS)),)
$(error unknown configuration '$(CONFIG)' (one of: $(CONFIGS)))
endif

ifeq ($(origin CC),default)
CC := gcc
endif
CC ?= gcc
AR ?= ar
ifeq ($(origin AR),default)
AR := ar
endif
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local
SHARE_DIR := $(PREFIX)/share/snaprig
DESTDIR ?=

BUILD := build/$(CONFIG)$(if $(findstring clang,$(CC)),-clang)
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),@:,@printf '  %-6s %s\n' $(1) $(2))

# What is built by the way is built on all cores, and by one at a time: two who check the
# same tree do not write the same files.
build = +$(Q)mkdir -p build && flock -o build/lock $(MAKE) --no-print-directory CONFIG=$(CONFIG) CC='$(CC)' \
	$(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

# ---- flags -----------------------------------------------------------------

# What only XAPI takes brings 30 libraries along, so it is loaded by whoever needs it.
MAIN_PACKAGES := fuse3 liburing jansson yaml-0.1 libxxhash ext2fs
XAPI_PACKAGES := libmicrohttpd libcurl
PACKAGES := $(MAIN_PACKAGES) $(XAPI_PACKAGES)
# System headers: what they warn about is not ours to fix.
packages_cflags = $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null))
packages_libs = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
	-Wno-sign-conversion -Wpointer-arith -Wwrite-strings -Wvla -Werror

FLAGS_release := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
FLAGS_debug := -Og -g3
FLAGS_asan := -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS_tsan := -O1 -g3 -fsanitize=thread -fno-omit-frame-pointer
# What the points cost: see bench-faults.
FLAGS_nofaults = $(FLAGS_release) -DFAULTS_COMPILED_OUT
LINK_nofaults = $(LINK_release)
LINK_release := -Wl,-z,relro,-z,now
# Copying what debuggers read into each of 260 test programs took half of their linking; names of
# functions stay, and `make debug tests` has the rest.
LINK_TESTS_release := -Wl,--strip-debug
# The trace of a rig that stands still has names.
# ... and what is loaded finds what it has of the program.
LINK_TRACE := -rdynamic

# A library of its own, which the program carries.
PRELOAD := $(BUILD)/preload.so

BASE_CFLAGS := -std=gnu11 -pthread $(WARNINGS) $(FLAGS_$(CONFIG)) -D_GNU_SOURCE -I. \
	-DSNAPRIG_SHARE_DIR='"$(SHARE_DIR)"' -DPRELOAD_BUILT='"$(PRELOAD)"'
ALL_CFLAGS = $(BASE_CFLAGS) $(call packages_cflags,$(PACKAGES)) $(CFLAGS)
ALL_LDFLAGS = -pthread $(FLAGS_$(CONFIG)) $(LINK_$(CONFIG)) $(LINK_TRACE) $(LDFLAGS)
# A test starts without the libraries that nothing in it needs.
LIBS = -Wl,--as-needed $(call packages_libs,$(PACKAGES))

# ---- sources ---------------------------------------------------------------

MAIN := simfs/snaprig.c
PRELOAD_SOURCE := simfs/doors/dm/preload/preload.c
SOURCES := $(filter-out $(MAIN) $(PRELOAD_SOURCE),$(wildcard simfs/*.c simfs/*/*.c simfs/base/yaml/*.c simfs/volume/*/*.c simfs/doors/*/*/*.c faults/*.c scenarios/*/*.c))
LIBRARY := $(BUILD)/libsnaprig.a
PROGRAM := $(BUILD)/snaprig
# It is loaded by simfs/base/xapi_module.c, and what it does not contain is the program's.
XAPI_MODULE := $(BUILD)/xapi.so
XAPI_SOURCES := $(filter-out simfs/doors/xapi/vhd/%,$(filter simfs/doors/xapi/% scenarios/clients/reference_xapi%,$(SOURCES)))

# A folder's test_*.c are programs, fuzz_*.c are fuzz targets, and whatever else
# is there (and in tests/lib) helps them all.
CHECK_DIRS := unit model sweep durability conformance long
TEST_MAINS := $(wildcard $(CHECK_DIRS:%=tests/%/test_*.c))
FUZZ_MAINS := $(wildcard tests/fuzz/fuzz_*.c)
E2E_MAINS := $(wildcard tests/e2e/*.c)
FUZZ_REPLAY := tests/lib/fuzz_replay.c
CONFORM_MAIN := tests/conform/replay.c
HELPERS := $(filter-out $(TEST_MAINS) $(FUZZ_MAINS) $(FUZZ_REPLAY),\
	$(wildcard $(CHECK_DIRS:%=tests/%/*.c) tests/fuzz/*.c tests/lib/*.c))
HELPER_LIBRARY := $(BUILD)/libtests.a
TEST_PROGRAMS := $(TEST_MAINS:%.c=$(BUILD)/%) $(FUZZ_MAINS:%.c=$(BUILD)/%)
E2E_PROGRAMS := $(E2E_MAINS:%.c=$(BUILD)/%)
# Libraries to preload into the program: what another machine would do.
OTHER_SOURCES := $(wildcard tests/preload/*.c)
OTHER_LIBRARIES := $(OTHER_SOURCES:tests/preload/%.c=$(BUILD)/tests/e2e/%.so)
# One of them has a folder.
LOAD_PROGRAM := $(BUILD)/tests/e2e/volume_load
LOAD_SOURCES := $(wildcard tests/e2e/load/*.c)
BENCH_MAINS := $(wildcard tests/bench/*.c)
BENCH_PROGRAMS := $(BENCH_MAINS:%.c=$(BUILD)/%)
# What `snaprig bench` measures the rig against; it is installed with the program.
LIMIT_MAIN := bench/limit.c
LIMIT_PROGRAM := $(LIMIT_MAIN:%.c=$(BUILD)/%)
CONFORM_PROGRAM := $(CONFORM_MAIN:%.c=$(BUILD)/%)

objects = $(patsubst %.c,$(BUILD)/%.o,$(1))
C_FILES := $(wildcard $(MAIN)) $(SOURCES) $(PRELOAD_SOURCE) $(TEST_MAINS) $(FUZZ_MAINS) $(E2E_MAINS) $(LOAD_SOURCES) $(BENCH_MAINS) $(LIMIT_MAIN) $(CONFORM_MAIN) $(FUZZ_REPLAY) $(HELPERS) $(OTHER_SOURCES)
H_FILES := $(wildcard simfs/*.h simfs/*/*.h simfs/base/yaml/*.h simfs/volume/*/*.h simfs/doors/*/*/*.h faults/*.h scenarios/*/*.h tests/*/*.h tests/e2e/load/*.h)

# ---- goals -----------------------------------------------------------------

.PHONY: all tests help demo check check-long catalog matrix matrix-lvm commands pictures bench bench-results bench-before bench-faults bench-fallbacks \
	bench-instructions bench-layers bench-export bench-latency bench-lvm tidy lint format install uninstall deb check-packages clean deps compdb mutants lvm2-tests conform conform-kernels conform-lvm pressure fuzz $(CONFIGS)

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22
	@echo '  configurations (before a goal or alone): $(CONFIGS); CC=clang; V=1 shows commands'

all: $(PROGRAM) $(XAPI_MODULE) $(LIMIT_PROGRAM) $(if $(filter build/release,$(BUILD)),snaprig) ## build the program: ./snaprig

# Beside another goal the name only chooses.
$(CONFIGS): $(if $(filter-out $(CONFIGS),$(MAKECMDGOALS)),,all)
	@:

tests: $(PROGRAM) $(XAPI_MODULE) $(LIMIT_PROGRAM) $(TEST_PROGRAMS) $(E2E_PROGRAMS) $(OTHER_LIBRARIES) $(LOAD_PROGRAM) $(BENCH_PROGRAMS) \
	$(CONFORM_PROGRAM) ## build every test program

deps: ## find what the build, the clients and the tests need, and install it
	$(Q)tools/deps build clients tests

demo: ## six backup tools, four ways in which a snapshot breaks, one table
	$(Q)tools/deps build clients
	$(build) all
	$(Q)$(PROGRAM) demo

check: deps ## every test; TESTS="pattern ..." runs some
	$(build) all tests
	$(Q)tools/run-tests $(BUILD) $(CONFIG) $(TESTS)

check-long: deps ## what takes longer than a push should wait (LONG_SECONDS); TESTS="pattern ..." runs some
	$(build) all tests
	$(Q)TEST_SET=long TEST_SECONDS_MAX=$${TEST_SECONDS_MAX:-3600} RUN_SECONDS_MAX=$${RUN_SECONDS_MAX:-14400} \
		tools/run-tests $(BUILD) $(CONFIG) $(TESTS)

catalog: ## every scenario of the catalog; the page about them is in build/
	$(Q)tools/deps build clients tests
	$(build) all
	$(Q)tools/catalog $(PROGRAM) $(BUILD)

matrix: ## docs/matrix.md anew: every client under every failure; half an hour (root)
	$(Q)tools/deps build clients tests
	$(build) all
	$(Q)tools/matrix $(PROGRAM) $(BUILD)

matrix-lvm: ## docs/matrix-lvm.md anew: the clients that are given LVM; a quarter of an hour (root)
	$(Q)tools/deps build clients tests
	$(build) all
	$(Q)tools/matrix $(PROGRAM) $(BUILD) lvm

commands: all ## what manual pages, completions and schemas take from tables of the program
	$(Q)tools/deps tests
	$(Q)tools/commands $(PROGRAM)
	$(Q)tools/schemas $(PROGRAM)
	$(Q)tools/manuals $(PROGRAM)

mutants: ## is a wrong line noticed? each of tests/mutants is (MUTANTS="pattern ...")
	$(Q)tools/deps build tests
	$(Q)tools/mutants $(MUTANTS)

lvm2-tests: ## LVM2's own shell tests through the door (LVM2=a checkout of v2_03_16; TESTS)
	$(Q)tools/deps build tests
	$(build) all
	$(Q)tests/lvm2/run $(BUILD)

conform: ## fresh traces on the real kernel's dm-snapshot and on the rig (SEED, COUNT); then conform-kernels
	$(Q)tools/deps build tests conform
	$(build) tests
	$(Q)tests/conform/run $(BUILD)
	$(Q)tests/conform/kernels $(BUILD)

conform-kernels: ## the program on Linux 5.10 and 6.1, emulated (KERNELS="release or path of an own one ...")
	$(Q)tools/deps build tests conform
	$(build) all $(BUILD)/tests/unit/test_ring_kernels
	$(Q)tests/conform/kernels $(BUILD)

conform-lvm: ## the same LVM commands on the real kernel and in `snaprig lvm` (SCRIPTS, SEED, COUNT, RECORD=1)
	$(Q)tools/deps build tests conform
	$(build) all
	$(Q)tests/conform/lvm $(BUILD)

pressure: ## memory is pressed in a cgroup of version 2, on Debian's kernel, emulated
	$(Q)tools/deps build conform
	$(build) all
	$(Q)tests/conform/pressure $(BUILD)

bench: ## how fast it is, against the disk, a limit program and peers (BENCH="--quick randread-4k")
	$(Q)tools/deps build bench
	$(build) all
	$(Q)flock -o build/bench.lock $(PROGRAM) bench $(or $(BENCH),--peers --artifacts build/bench \
		--report json=build/bench.json --report html=build/bench.html)

bench-results: ## bench/RESULTS.md anew: all jobs and peers, on a machine that does nothing else (root)
	$(Q)tools/deps build bench
	$(build) all
	$(Q)flock -o build/bench.lock $(PROGRAM) bench --peers --artifacts build/bench \
		--report md=bench/RESULTS.md --report json=build/bench.json --report html=build/bench.html

bench-before: ## the same jobs on another build, BEFORE=PROGRAM, in turn: what a change has cost
	$(Q)tools/deps build bench
	$(build) all
	$(Q)bench/before $(PROGRAM) $(BEFORE)

bench-instructions: ## how many instructions a request takes, here and in BEFORE=PROGRAM (BENCH_REQUESTS)
	$(Q)tools/deps build bench valgrind
	$(build) all
	$(Q)bench/instructions $(PROGRAM) $(BEFORE)

bench-latency: ## how long a live write takes while a store goes, snapshots come and go, a leaf merges
	$(Q)tools/deps build bench
	$(build) all tests
	$(Q)bench/latency $(PROGRAM) $(BUILD)/tests/bench/bench_latency

bench-layers: ## where the processor time of a 1 MiB read of a snapshot goes, here and in BEFORE=PROGRAM (needs perf)
	$(Q)tools/deps build bench
	$(build) all
	$(Q)bench/layers.py $(PROGRAM) $(BEFORE)

bench-export: ## the export of a XenServer's disk against cat of the snapshot into a socket
	$(Q)tools/deps build bench
	$(build) all tests
	$(Q)bench/export $(PROGRAM) $(BUILD)/tests/bench/bench_export

bench-lvm: ## the door for LVM's tools: fio on a logical volume and on the mount, lvcreate and lvs (root)
	$(Q)tools/deps build bench clients
	$(build) all
	$(Q)bench/lvm $(PROGRAM)

bench-fallbacks: ## what it costs where the machine lacks O_DIRECT, memory, a processor ...
	$(Q)tools/deps build bench
	$(build) all $(BUILD)/tests/e2e/old_ring.so
	$(Q)bench/fallbacks $(PROGRAM) $(BUILD)/tests/e2e/old_ring.so

bench-faults: ## what fault points cost that do not strike (BENCH_SECONDS, _SIZE, _ROUNDS)
	$(Q)tools/deps build bench
	+$(Q)$(MAKE) --no-print-directory CONFIG=release CC='$(CC)' all
	+$(Q)$(MAKE) --no-print-directory CONFIG=nofaults CC='$(CC)' all
	$(Q)bench/faults build/release/snaprig build/nofaults/snaprig

tidy: ## sizes, layers, banned calls, formatting
	$(Q)tools/deps lint
	$(Q)tools/tidy

pictures: all ## what pages show: the demo's table, a report in a browser (Chromium), top (tmux)
	$(Q)$(PROGRAM) demo >$(BUILD)/demo && tools/picture 'make demo' <$(BUILD)/demo >docs/demo.svg
	$(Q)tools/report-picture $(PROGRAM)
	$(Q)tools/top-picture $(PROGRAM) >$(BUILD)/top.svg && mv $(BUILD)/top.svg docs/top.svg

lint: compdb ## cppcheck, clang-tidy, shellcheck; files for CI systems by tools of npm
	$(Q)tools/lint

format: ## let clang-format write the C files
	$(Q)tools/deps lint
	$(Q)clang-format -i $(C_FILES) $(H_FILES)

clean: ## remove everything that was built
	$(Q)rm -rf build snaprig compile_commands.json

install: all ## install under $(DESTDIR)$(PREFIX)
	$(Q)tools/install $(PROGRAM) "$(DESTDIR)" "$(PREFIX)"

uninstall: ## remove from there what install has put there
	$(Q)tools/install $(PROGRAM) "$(DESTDIR)" "$(PREFIX)" --remove

deb: ## the Debian package: build/snaprig_*.deb
	$(Q)tools/deps build deb
	$(Q)tools/deb build

check-packages: ## the package and the source in fresh Debians, 12 and 13; half an hour (root; RELEASES, STEPS)
	$(Q)tools/deps packages
	$(Q)tests/packages/run build $(STEPS)

# ---- rules -----------------------------------------------------------------

# Rewritten only when it differs: whoever changes a flag, rebuilds.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@$(PKG_CONFIG) --exists $(PACKAGES) || { \
		echo "snaprig: a library is missing (of: $(PACKAGES)); 'make deps' installs it" >&2; \
		exit 1; }
	@printf '%s\n' "$$FLAGS_TEXT" | cmp -s - $@ || printf '%s\n' "$$FLAGS_TEXT" >$@
$(BUILD)/flags: export FLAGS_TEXT = $(CC) $(ALL_CFLAGS) | $(ALL_LDFLAGS) $(LINK_TESTS_$(CONFIG)) | $(LOADED_CFLAGS) $(XAPI_SOURCES)
.PHONY: FORCE
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CACHED_CFLAGS) $(PLACE_CFLAGS) $(TEST_CFLAGS) -MMD -MP -c -o $@ $<

# pkg-config runs once and not for every file.
CACHED_CFLAGS := $(ALL_CFLAGS)
CACHED_LIBS := $(LIBS)
LOADED_CFLAGS := -fPIC
# pkg-config names libraries, too, that only static linking needs.
CACHED_MAIN_LIBS := -Wl,--as-needed $(call packages_libs,$(MAIN_PACKAGES))
CACHED_XAPI_LIBS := $(call packages_libs,$(XAPI_PACKAGES) jansson)
$(BUILD)/tests/%.o: TEST_CFLAGS = $(call packages_cflags,check)
# A test computes little itself, and optimising it takes as long as all the rest of its compilation.
$(patsubst %.c,$(BUILD)/%.o,$(TEST_MAINS) $(FUZZ_MAINS)): TEST_CFLAGS = $(call packages_cflags,check) -O0 -U_FORTIFY_SOURCE
$(TEST_PROGRAMS): TEST_LIBS = $(call packages_libs,check)

# It goes into programs that know no sanitizer.
$(PRELOAD): $(PRELOAD_SOURCE) simfs/doors/dm/preload/wire.h $(BUILD)/flags
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 $(WARNINGS) -D_GNU_SOURCE -I. -fPIC -fvisibility=hidden -shared -o $@ $< -ldl
$(BUILD)/simfs/doors/dm/intercept/preload_library.o: $(PRELOAD)

# Nor do these: they come before it.
$(OTHER_LIBRARIES): $(BUILD)/tests/e2e/%.so: tests/preload/%.c $(BUILD)/flags
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 $(WARNINGS) -D_GNU_SOURCE -fPIC -shared -o $@ $< -ldl

# An archive is made anew, lest it keep the object of a file that is gone.
$(LIBRARY): $(call objects,$(SOURCES)) $(BUILD)/sources
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) qcs $@ $(filter %.o,$^)

$(HELPER_LIBRARY): $(call objects,$(HELPERS) $(FUZZ_REPLAY)) $(BUILD)/sources
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) qcs $@ $(filter %.o,$^)

$(BUILD)/sources: FORCE
	@mkdir -p $(@D)
	@echo '$(SOURCES) $(HELPERS)' | cmp -s - $@ || echo '$(SOURCES) $(HELPERS)' >$@

# No archive: of two functions of one name it would give the first to everybody.
$(PROGRAM): $(call objects,$(MAIN) $(filter-out $(XAPI_SOURCES),$(SOURCES))) $(BUILD)/sources
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(CACHED_MAIN_LIBS)

# Nor does a function of the program take the place of one of the module: all together are linked
# once, for that alone.
$(call objects,$(XAPI_SOURCES)): PLACE_CFLAGS = $(LOADED_CFLAGS)
$(XAPI_MODULE): $(call objects,$(SOURCES)) $(BUILD)/sources
	$(call say,LD,$@)
	$(Q)$(CC) -nostdlib -r -o $@.all $(filter %.o,$^) && rm $@.all
	$(Q)$(CC) $(ALL_LDFLAGS) -shared -o $@ $(call objects,$(XAPI_SOURCES)) $(CACHED_XAPI_LIBS)

# The archive of helpers comes first; libtests has the main() of a fuzz target.
# What is wrapped: see tests/lib/check_places.c.
$(TEST_PROGRAMS): $(BUILD)/%: $(BUILD)/%.o $(HELPER_LIBRARY) $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) $(LINK_TESTS_$(CONFIG)) -Wl,--wrap=_mark_point -o $@ $^ $(CACHED_LIBS) $(TEST_LIBS)

# They look from outside and are linked with nothing of ours.
$(BUILD)/tests/e2e/field: E2E_LIBS = $(call packages_libs,jansson)
$(E2E_PROGRAMS): $(BUILD)/%: $(BUILD)/%.o
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(E2E_LIBS)

$(LOAD_PROGRAM): $(call objects,$(LOAD_SOURCES))
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^

# It runs in a machine without libraries, sanitizers' included.
$(CONFORM_PROGRAM): $(CONFORM_MAIN) simfs/base/mix.h $(BUILD)/flags
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 $(WARNINGS) -D_GNU_SOURCE -I. -static -o $@ $<

$(BENCH_PROGRAMS) $(LIMIT_PROGRAM): $(BUILD)/%: $(BUILD)/%.o $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(CACHED_LIBS)

snaprig: $(PROGRAM)
	@ln -sfn $< $@

# Fuzzing for as long as FUZZ_SECONDS: clang's libFuzzer instead of the replay.
FUZZ_SECONDS ?= 60
fuzz: $(PRELOAD) ## fuzz each target, or FUZZ_TARGETS, for FUZZ_SECONDS (clang)
	$(Q)tools/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)
# In the environment, where no shell takes their quotes away.
fuzz: export FUZZ_CFLAGS = $(BASE_CFLAGS) $(call packages_cflags,$(PACKAGES))
fuzz: export FUZZ_LIBS = $(LIBS)

compdb: ## write compile_commands.json
	@tools/compdb $(C_FILES) >compile_commands.json
compdb: export COMPILE = $(CC) $(CACHED_CFLAGS)

-include $(patsubst %.c,$(BUILD)/%.d,$(C_FILES))
