# The documents against the code.

.PHONY: check-docs
check-docs: $(BUILD)/baton.elf $(BUILD)/libbaton.a
	@echo "documents"
	@mkdir -p $(BUILD)/tests/results
	@BATON_BUILD="$$(readlink -f $(BUILD))" /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/docs \
	    --junitxml=$(BUILD)/tests/results/docs.xml
