# The documents against the code.

.PHONY: check-docs
check-docs:
	@echo "documents"
	@mkdir -p $(BUILD)/tests/results
	@/usr/bin/python3 -m pytest -q -p no:cacheprovider tests/docs \
	    --junitxml=$(BUILD)/tests/results/docs.xml
