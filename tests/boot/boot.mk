# The boot tests: what they need, and how they are run. Included by the top Makefile.
#
#   make check-boot   the quick ones (marked so in the tables)
#   make test-boot    all of them; ONLY="cpu-486 or shell" picks some, here and for the quick ones
#   make layouts      the random layouts alone (BATON_SEED, BATON_LAYOUTS: see test_layouts.py)
#
# Results go to build/tests/results/boot.xml, for tests/summary.

BOOT_TESTS := tests/boot
BOOT_RESULTS := $(BUILD)/tests/results/boot.xml
STOREWATCH := $(BUILD)/tests/boot/storewatch.so
FIRMWARE := $(BUILD)/tests/boot/firmware.bin
PYTEST = PYTHONDONTWRITEBYTECODE=1 BATON_BUILD="$$(readlink -f $(BUILD))" /usr/bin/python3 -m pytest \
         -p no:cacheprovider -p no:xdist --tb=short -q --junitxml=$(BOOT_RESULTS)

BOOT_NEEDS = $(BUILD)/baton.elf $(BUILD)/spoil/baton.elf $(BUILD)/inject/baton.elf \
             $(BUILD)/examples/embed.elf payloads $(STOREWATCH) \
             $(FIRMWARE) $(EXIT_LINES)

# The builds of builds.txt: one sub-make each, which knows best what is out of date. A build that
# fails leaves no file, and so fails its own tests (test_builds.py), not all of the boot tests.
BUILDS := $(shell sed -n '/^name/d; s/^\([a-z0-9-]*\) *|.*/\1/p' $(BOOT_TESTS)/hardware/builds.txt)
BUILDS_ELF := $(patsubst %,$(BUILD)/builds/%/baton.elf,$(BUILDS))

.PHONY: builds
builds: $(BUILDS_ELF)

# Several compilers at once, unless make was told how many.
BUILDS_JOBS = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

$(BUILDS_ELF): $(BUILD)/builds/%/baton.elf: FORCE
	$(Q)sed -n 's/^$* *| *\([a-z]*\) *| *[a-z0-9]* *| *\(.*\)/\1 \2/p' $(BOOT_TESTS)/hardware/builds.txt | { \
	    read -r compiler optimize && \
	    $(MAKE) $(BUILDS_JOBS) --no-print-directory BUILD=$(BUILD)/builds/$* \
	        $$([ "$$compiler" = gcc ] || echo "CROSS=$$compiler") OPTIMIZE="$$optimize" $@; } || { rm -f $@; exit 1; }

# QEMU's plugins are built for the QEMU at hand: $(PLUGIN_API) says which that is, is looked at each
# time, and is newer only if that QEMU is another one.
PLUGIN_API := $(BUILD)/tests/boot/plugin-api
PLUGIN_PROBE := $(BUILD)/tests/boot/plugin-probe.so
PLUGIN_CC = $(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden

$(PLUGIN_PROBE): $(addprefix $(BOOT_TESTS)/plugin/,plugin-probe.c plugin.h)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(PLUGIN_CC) $(filter %.c,$^) -o $@

$(PLUGIN_API): $(PLUGIN_PROBE) $(BOOT_TESTS)/plugin/plugin-api FORCE
	$(Q)$(BOOT_TESTS)/plugin/plugin-api $(PLUGIN_PROBE) $@

$(STOREWATCH): $(addprefix $(BOOT_TESTS)/plugin/,storewatch.c fetches.c fetches.h address.c address.h plugin.h) \
               $(PLUGIN_API)
	$(call say,CC,$@)
	$(Q)$(PLUGIN_CC) -DBATON_PLUGIN_API=$$(tail -n 1 $(PLUGIN_API)) $(filter %.c,$^) -o $@

# Flat, as it lies in its ROM: the last 64 KiB below 4 GiB.
$(FIRMWARE): $(BOOT_TESTS)/layouts/firmware.S
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC32) $(ASFLAGS32) -c $< -o $@.o
	$(Q)$(LD32) -m elf_i386 -Ttext 0xffff0000 -e 0xfffffff0 --oformat binary $@.o -o $@

.PHONY: check-boot test-boot layouts
check-boot: $(BOOT_NEEDS) kernels
	@echo "boot tests, the quick ones"
	@rm -f $(BOOT_RESULTS)
	@$(PYTEST) -m quick $(if $(ONLY),-k "$(ONLY)") $(BOOT_TESTS)

test-boot: $(BOOT_NEEDS) kernels
	@$(MAKE) --no-print-directory -k builds || :
	@echo "boot tests"
	@rm -f $(BOOT_RESULTS)
	@$(PYTEST) $(if $(ONLY),-k "$(ONLY)") $(BOOT_TESTS)

layouts: $(BUILD)/baton.elf $(BUILD)/spoil/baton.elf $(STOREWATCH) $(FIRMWARE)
	@$(PYTEST) -rP $(BOOT_TESTS)/layouts/test_layouts.py
