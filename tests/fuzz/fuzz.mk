# Fuzzing: the core's readers and its dry run, fed with bytes. Included by the top Makefile.
#
#   make fuzz MINUTES=N          libFuzzer on every target, N minutes each (1), two side by side
#   make fuzz TARGETS="a b"      on these alone
#   make fuzz-repro FILE=...     one file again, with the sanitizers' full report
#   make check-fuzz              everything in regress/, without libFuzzer; part of make test
#
# A target is fuzz_NAME.c. Its corpus is kept in build/tests/fuzz/corpus/NAME from run to run.

FUZZ := tests/fuzz
FUZZ_BUILD := $(BUILD)/tests/fuzz
FUZZ_TARGETS := $(patsubst $(FUZZ)/fuzz_%.c,%,$(filter-out %/fuzz_replay.c,\
                  $(sort $(wildcard $(FUZZ)/fuzz_*.c))))
FUZZ_SHARED_C := $(FUZZ)/fuzz.c $(FUZZ)/loader.c $(FUZZ)/stage.c
FUZZ_RESULTS := $(BUILD)/tests/results
MINUTES := 1
TARGETS = $(FUZZ_TARGETS)

# libFuzzer: clang, and its runtime library. The host tests' objects, compiled once more.
FUZZ_CC := clang
FUZZ_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
# No target reads what belongs to the kernel alone, which would need its panic() and its font.
FUZZ_C = $(filter-out kernel/memory/% kernel/console/%,$(HOST_CORE_C)) $(HOST_SHARED_C) $(FUZZ_SHARED_C)

$(eval $(call compiler_stamp,$(FUZZ_BUILD)/clang/compiler,$(FUZZ_CC)))

# What is fuzzed is traced and checked; the machine and the judge are neither, but fast.
FUZZ_CFLAGS = $(if $(filter tests/%,$<),-O2 -fsanitize=address,$(FUZZ_SANITIZE) -fsanitize=fuzzer-no-link)

$(FUZZ_BUILD)/clang/%.o: %.c $(FUZZ_BUILD)/clang/compiler
	$(call say,FUZZCC,$<)
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(HOST_CFLAGS) $(FUZZ_CFLAGS) -MMD -MP -c $< -o $@

$(FUZZ_BUILD)/fuzz_%: $(FUZZ_BUILD)/clang/$(FUZZ)/fuzz_%.o \
                      $(patsubst %.c,$(FUZZ_BUILD)/clang/%.o,$(FUZZ_C))
	$(call say,FUZZLD,$@)
	$(Q)$(FUZZ_CC) $(FUZZ_SANITIZE) -fsanitize=fuzzer $^ -lcmocka -o $@

# The same targets for files, with the host tests' compiler and objects.
$(FUZZ_BUILD)/replay_%: $(HOST_BUILD)/$(FUZZ)/fuzz_%.o $(HOST_BUILD)/$(FUZZ)/fuzz_replay.o \
                        $(patsubst %.c,$(HOST_BUILD)/%.o,$(FUZZ_SHARED_C)) $(HOST_BUILD)/shared.a
	$(call say,HOSTLD,$@)
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_SANITIZE) $^ -lcmocka -o $@

.PRECIOUS: $(FUZZ_BUILD)/clang/%.o
-include $(patsubst %.c,$(FUZZ_BUILD)/clang/%.d,$(FUZZ_C) $(wildcard $(FUZZ)/fuzz_*.c))
-include $(patsubst %.c,$(HOST_BUILD)/%.d,$(FUZZ_SHARED_C) $(wildcard $(FUZZ)/fuzz_*.c))

# Seeds from the payloads that are there now; small made ones are always among them.
FUZZ_SEEDS = /usr/bin/python3 -B $(FUZZ)/seeds $(BUILD) $(FUZZ_BUILD)/seeds

.PHONY: fuzz fuzz-repro fuzz-tools fuzz-seeds check-fuzz
fuzz-tools:
	@echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' | \
	    $(FUZZ_CC) $(FUZZ_SANITIZE) -fsanitize=fuzzer -x c - -o /dev/null 2> /dev/null || { \
	    echo "make fuzz needs clang with libFuzzer and the sanitizers' libraries:" \
	         "packages clang and libclang-rt-dev" >&2; exit 1; }

fuzz-seeds:
	@$(FUZZ_SEEDS)

fuzz: fuzz-tools fuzz-seeds $(addprefix $(FUZZ_BUILD)/fuzz_,$(TARGETS))
	@/usr/bin/python3 -B $(FUZZ)/run fuzz $(FUZZ_BUILD) $(MINUTES) $(TARGETS)

# The file's folder names its target: regress/TARGET/..., crashes/TARGET/...
FUZZ_OF_FILE = $(notdir $(patsubst %/,%,$(dir $(FILE))))
fuzz-repro: fuzz-tools $(if $(FILE),$(FUZZ_BUILD)/fuzz_$(FUZZ_OF_FILE))
	@test -n "$(FILE)" || { echo "which file? make fuzz-repro FILE=..." >&2; exit 2; }
	$(FUZZ_BUILD)/fuzz_$(FUZZ_OF_FILE) -artifact_prefix=$(FUZZ_BUILD)/ $(FILE)

check-fuzz: $(addprefix $(FUZZ_BUILD)/replay_,$(FUZZ_TARGETS))
	@echo "fuzz findings again"
	@mkdir -p $(FUZZ_RESULTS)
	@/usr/bin/python3 -B $(FUZZ)/run check $(FUZZ_BUILD) $(FUZZ_RESULTS)/fuzz.xml $(FUZZ_TARGETS)
