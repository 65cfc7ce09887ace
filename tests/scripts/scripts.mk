# The tests of ./baton and of the scripts in iso/. Included by the top Makefile.
#
# Three processes in parallel: many tests wait for something, such as a network that does not answer.
#
#   make check-scripts   the quick ones
#   make test-scripts    all of them

SCRIPTS_RESULTS := $(BUILD)/tests/results/scripts.xml
SCRIPTS_PYTEST = PYTHONDONTWRITEBYTECODE=1 BATON_BUILD="$$(readlink -f $(BUILD))" \
                 /usr/bin/python3 -m pytest -n 3 --dist loadfile -p no:cacheprovider --tb=short -q \
                 --junitxml=$(SCRIPTS_RESULTS)

.PHONY: check-scripts test-scripts
check-scripts: all payloads
	@echo "scripts, the quick tests"
	@mkdir -p $(dir $(SCRIPTS_RESULTS))
	@$(SCRIPTS_PYTEST) -m quick tests/scripts

test-scripts: all payloads kernels
	@echo "scripts"
	@mkdir -p $(dir $(SCRIPTS_RESULTS))
	@$(SCRIPTS_PYTEST) tests/scripts
