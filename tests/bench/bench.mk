# The bench: what Baton needs, beside others, counted. Included by the top Makefile.
#
#   make bench   ./baton bench: prints a table; build/bench/ has it as Markdown, JSON and plots;
#                ONLY="sizes handoffs loads verify kexec" counts some, and only prints them

BENCH_INIT := $(BUILD)/tests/bench/init

$(BENCH_INIT): tests/bench/init.c $(COMPILER)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC32) -std=gnu11 -O2 -Wall -Wextra -Werror -march=i386 -ffreestanding -fno-pie -no-pie \
	    -fno-stack-protector -static -nostdlib -Wl,-Ttext=0x08048000 -Wl,--build-id=none $< -o $@

.PHONY: bench bench-needs
bench-needs: $(BUILD)/baton.elf payloads $(STOREWATCH) $(BENCH_INIT) kernels

bench: bench-needs
	@BATON_BUILD="$$(readlink -f $(BUILD))" /usr/bin/python3 -B tests/bench/bench $(ONLY)
