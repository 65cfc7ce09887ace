# Runs every verb in a minimal system of every current distribution. Included by the top Makefile.
# Not part of make test: it needs hours, the network, and root.
#
#   make fresh                                        all: into build/fresh/table.md
#   make fresh MACHINES="debian12 sid" VERBS="run crash" USERS="root user"
#
# tests/fresh/run lists the other variables.

.PHONY: fresh check-fresh
fresh:
	@tests/fresh/run $(BUILD)

# The judge's own tests; make check and make test have this part, too.
check test: TEST_PARTS += check-fresh
check-fresh:
	@echo "verdicts of make fresh"
	@mkdir -p $(BUILD)/tests/results
	@/usr/bin/python3 -m pytest -q -p no:cacheprovider tests/fresh \
	    --junitxml=$(BUILD)/tests/results/fresh.xml
