# The boot tests: what they need, and how they are run. Included by the top Makefile.
#
#   make check-boot   the quick ones (marked so in the tables)
#   make test-boot    all of them
#   make figures      instructions from the hand-off to the payload
#
# Results go to build/tests/results/boot.xml, for tests/summary.

BOOT_TESTS := tests/boot
BOOT_RESULTS := $(BUILD)/tests/results/boot.xml
STOREWATCH := $(BUILD)/tests/boot/storewatch.so
PYTEST = PYTHONDONTWRITEBYTECODE=1 BATON_BUILD=$(abspath $(BUILD)) /usr/bin/python3 -m pytest \
         -p no:cacheprovider -p no:xdist --tb=short -q --junitxml=$(BOOT_RESULTS)

BOOT_NEEDS = $(BUILD)/baton.elf $(BUILD)/spoil/baton.elf $(BUILD)/examples/embed.elf payloads $(STOREWATCH)

$(STOREWATCH): $(BOOT_TESTS)/storewatch.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden $< -o $@

.PHONY: check-boot test-boot figures
check-boot: $(BOOT_NEEDS)
	@echo "boot tests, the quick ones"
	@rm -f $(BOOT_RESULTS)
	@$(PYTEST) -m quick $(BOOT_TESTS)

test-boot: $(BOOT_NEEDS) kernels
	@echo "boot tests"
	@rm -f $(BOOT_RESULTS)
	@$(PYTEST) $(BOOT_TESTS)

figures: $(BUILD)/baton.elf $(STOREWATCH) kernels
	@BATON_BUILD=$(abspath $(BUILD)) /usr/bin/python3 -B $(BOOT_TESTS)/figures
