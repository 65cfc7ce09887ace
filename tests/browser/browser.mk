# The tests in a browser. Included by the top Makefile.
#
#   make check-browser   all of them: headless, in Debian's chromium (browser.py)

BROWSER_RESULTS := $(BUILD)/tests/results/browser.xml

.PHONY: check-browser
check-browser: all record-needs
	@echo "browser"
	@mkdir -p $(dir $(BROWSER_RESULTS))
	@iso/fetch-payloads playwright-core v86 686-pae busybox
	@PYTHONDONTWRITEBYTECODE=1 BATON_BUILD="$$(readlink -f $(BUILD))" /usr/bin/python3 -m pytest \
	    -p no:cacheprovider -p no:xdist --tb=short -q --junitxml=$(BROWSER_RESULTS) tests/browser
