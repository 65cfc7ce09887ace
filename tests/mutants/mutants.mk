# Mutants: the code broken on purpose, in the ways of table.txt; the tests must notice each one.
# Included by the top Makefile.
#
#   make mutants                 all of them, into tests/mutants/RESULT.md
#   make mutants ONLY="a b"      these; the other rows stay as they are
#   make mutants JOBS=N          so many trees side by side (2)

JOBS := 2
MUTANT_PROGRAMS := $(addprefix $(HOST_BUILD)/test_,$(HOST_TESTS)) \
                   $(addprefix $(FUZZ_BUILD)/replay_,$(FUZZ_TARGETS))

.PHONY: mutants mutant-programs mutant-host
mutants: all spoil $(BUILD)/inject/baton.elf payloads $(STOREWATCH) $(FIRMWARE) mutant-programs
	@/usr/bin/python3 -B tests/mutants/run $(BUILD) $(JOBS) $(ONLY)

# What is called in a mutant's tree: the quick host tests without -k, for the first failure is enough.
mutant-programs: $(MUTANT_PROGRAMS)
mutant-host: $(HOST_RUNS)
