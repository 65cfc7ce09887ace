# The host tests: the core compiled for the build machine under ASan and UBSan, on a machine on
# paper. Included by the top Makefile.
#
#   make check-host    all tests, with few random machines, files and keys
#   make test-host     the same; and many more of these, without the sanitizers, which take three
#                      times as long. BATON_THOROUGH=1 make check-host has both.
#   make coverage      which lines of the core they reach: a table, build/coverage/; fails for one
#                      that they do not and that has no reason in tests/host/uncovered.txt
#
#   BATON_SEED=N|now   the seed of random tests      BATON_ROUNDS=N   how many rounds each makes

HOST := tests/host
HOST_BUILD := $(BUILD)/tests/host
HOST_RESULTS := $(BUILD)/tests/results

HOST_CC := gcc
HOST_WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
                 -Wpointer-arith -Wundef -Wvla -Wno-missing-field-initializers
HOST_CFLAGS := -std=c11 -O1 -g -fno-omit-frame-pointer -fno-common $(HOST_WARNINGS) -Iinclude -I. \
               $(NAMELESS)
HOST_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all

# The core, and the other parts that are pure C.
HOST_CORE_C := $(filter-out relocate/handoff/handoff.c relocate/handoff/call.c relocate/trampoline/home.c relocate/crash/leave.c,$(CORE_C)) \
               $(wildcard boot/*.c) $(wildcard kernel/options/*.c) kernel/crash/room.c kernel/memory/pages.c \
               kernel/load/reason.c kernel/devices/pci.c kernel/devices/timers.c kernel/devices/usb.c \
               lib/number.c lib/uart.c \
               $(addprefix kernel/console/,cells.c pixels.c) kernel/shell/decode.c \
               $(addprefix kernel/terminal/,complete.c edit.c i8042.c keys.c line.c words.c)
HOST_TESTS_C := $(sort $(wildcard $(HOST)/*/test_*.c))
HOST_SHARED_C := $(filter-out $(HOST_TESTS_C),$(wildcard $(HOST)/*/*.c))
HOST_TESTS := $(patsubst test_%.c,%,$(notdir $(HOST_TESTS_C)))

# One set of programs from one folder of objects: $(1) folder, $(2) extra flags.
define host_rules
$(1)/%.o: %.c $(1)/compiler
	$$(call say,HOSTCC,$$<)
	@mkdir -p $$(@D)
	$$(Q)$$(HOST_CC) $$(HOST_CFLAGS) $(2) -MMD -MP -c $$< -o $$@

$$(eval $$(call compiler_stamp,$(1)/compiler,$$(HOST_CC)))

$(1)/font.o: $(FONT) $(1)/compiler
	$$(call say,HOSTCC,$$<)
	$$(Q)$$(HOST_CC) $$(HOST_CFLAGS) $(2) -c $$< -o $$@

$(1)/shared.a: $$(patsubst %.c,$(1)/%.o,$$(HOST_CORE_C) $$(HOST_SHARED_C)) $(1)/font.o
	@rm -f $$@
	$$(Q)ar qcs $$@ $$^

$$(foreach test,$$(HOST_TESTS_C),$$(eval $(1)/$$(basename $$(notdir $$(test))): $(1)/$$(test:.c=.o)))
$(1)/test_%: $(1)/shared.a
	$$(call say,HOSTLD,$$@)
	$$(Q)$$(HOST_CC) $(2) $$(filter %.o,$$^) $$(filter %.a,$$^) -lcmocka -o $$@

.PRECIOUS: $(1)/%.o
-include $$(patsubst %.c,$(1)/%.d,$$(HOST_CORE_C) $$(HOST_SHARED_C) $$(HOST_TESTS_C))
endef

$(eval $(call host_rules,$(HOST_BUILD),$(HOST_SANITIZE)))
$(eval $(call host_rules,$(HOST_BUILD)/plain,-O2))
$(eval $(call host_rules,$(BUILD)/coverage/obj,--coverage -O0))

# Each program is one goal, so that make runs them side by side.
HOST_RUNS := $(addprefix run-host-,$(HOST_TESTS))
# The programs with random rounds.
HOST_RANDOM := $(patsubst test_%.c,%,$(notdir $(shell grep -lE 'dice_rounds|dice_thorough' $(HOST_TESTS_C))))
HOST_MANY := $(addprefix run-many-,$(HOST_RANDOM))
.PHONY: check-host test-host coverage $(HOST_RUNS) $(HOST_MANY)

$(HOST_RUNS): run-host-%: $(HOST_BUILD)/test_%
	@$(HOST)/run $< $(HOST_RESULTS)/host-$*.xml

$(HOST_MANY): run-many-%: $(HOST_BUILD)/plain/test_%
	@BATON_THOROUGH=1 $(HOST)/run $< $(HOST_RESULTS)/many-$*.xml

# All of them run, even when one has failed.
HOST_MAKE = $(MAKE) --no-print-directory -k \
            $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

check-host:
	@echo "host tests"
	@$(HOST_MAKE) $(HOST_RUNS)

test-host:
	@echo "host tests, and with many random rounds"
	@$(HOST_MAKE) $(HOST_RUNS) $(HOST_MANY)

# gcovr's table on the terminal, every line in build/coverage/index.html. Lines that are not reached
# must have a reason in uncovered.txt.
COVERAGE := $(BUILD)/coverage
.PHONY: coverage-tools
coverage-tools:
	@command -v gcovr > /dev/null || { echo "make coverage needs gcovr: package gcovr" >&2; exit 1; }

coverage: coverage-tools $(addprefix $(COVERAGE)/obj/test_,$(HOST_TESTS))
	@find $(COVERAGE) -name '*.gcda' -delete
	@status=0; for program in $(filter-out coverage-tools,$^); do $$program > $$program.log 2>&1 || \
	    { status=1; echo "$$program has failed, see $$program.log" >&2; }; done; exit $$status
	@gcovr -r . --object-directory $(COVERAGE)/obj $(addprefix -f ,$(HOST_CORE_C)) \
	    --exclude-unreachable-branches --html-details $(COVERAGE)/index.html \
	    --txt $(COVERAGE)/table.txt --json $(COVERAGE)/lines.json
	@cat $(COVERAGE)/table.txt
	@/usr/bin/python3 -B $(HOST)/uncovered $(COVERAGE)/lines.json
