# The tests in a browser. Included by the top Makefile.
#
#   make check-browser   all of them: headless, in Debian's chromium (browser.py)

BROWSER_RUNS := $(patsubst tests/browser/test_%.py,run-browser-%,$(wildcard tests/browser/test_*.py))

.PHONY: check-browser $(BROWSER_RUNS)
check-browser: all record-needs
	@echo "browser"
	@iso/fetch-payloads playwright-core v86 686-pae busybox
	@$(MAKE) --no-print-directory -k $(if $(findstring jobserver,$(MAKEFLAGS)),,-j2) \
	    --output-sync=target $(BROWSER_RUNS)

# A process for each file: a page and its test wait for each other, on one processor.
$(BROWSER_RUNS): run-browser-%: tests/browser/test_%.py
	@mkdir -p $(BUILD)/tests/results
	@PYTHONDONTWRITEBYTECODE=1 BATON_BUILD="$$(readlink -f $(BUILD))" /usr/bin/python3 -m pytest \
	    -p no:cacheprovider -p no:xdist --tb=short -q \
	    --junitxml=$(BUILD)/tests/results/browser-$*.xml $<
