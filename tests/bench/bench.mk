# The bench: what Baton needs, beside others, counted. Included by the top Makefile.
#
#   make bench   ./baton bench: prints a table; build/bench/ has it as Markdown, JSON and plots;
#                ONLY="sizes handoffs native" counts some groups, and only prints them:
#
#                sizes build                  files; how long a build takes
#                handoffs loads verify seal   Baton
#                growth singles maps          pieces of a payload, pages moved one by one, entries of a memory map
#                kexec tools qemu             others
#                native                       the innermost loops and a load, on this machine (native/)
#                whole seconds                from an ISO to user space, counted and timed

BENCH_INIT := $(BUILD)/tests/bench/init

$(BENCH_INIT): tests/bench/init.c $(COMPILER)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC32) -std=gnu11 -O2 -Wall -Wextra -Werror -march=i386 -ffreestanding -fno-pie -no-pie \
	    -fno-stack-protector -static -nostdlib -Wl,-Ttext=0x08048000 -Wl,--build-id=none $< -o $@

# The 32-bit programs: one runs Baton's innermost loops on this machine. It gets a global name for each
# label that it calls, in copies of two objects. The other one, planner, runs the library's load.
NATIVE := $(BUILD)/tests/bench/native
NATIVE_C := $(filter-out %/planner.c,$(wildcard tests/bench/native/*.c))
NATIVE_SHA := $(BUILD)/obj/lib/sha256.o $(BUILD)/obj/lib/sha256_extensions.o # as the kernel has them
NATIVE_CALLED := trampoline/Llist=trampoline_list digest/Lplain_blocks=plain_blocks \
                 digest/Lsha_blocks=sha_blocks
NATIVE_CFLAGS := -std=gnu11 -m32 -O2 -Wall -Wextra -Werror -march=i686 -fno-pie -fno-strict-aliasing \
                 -Iinclude -I. -Itests/bench/native

$(NATIVE)/%.o: relocate/trampoline/%.S $(COMPILER)
	$(call say,AS,$@)
	@mkdir -p $(@D)
	$(Q)$(CC32) $(ASFLAGS32) -Wa,--keep-locals -MMD -MP -MT $@ -c $< -o $@.part
	$(Q)$(OBJCOPY32) $(foreach name,$(patsubst $*/%,%,$(filter $*/%,$(NATIVE_CALLED))),\
	    --redefine-sym .$(name) --globalize-symbol=$(lastword $(subst =, ,$(name)))) $@.part $@
-include $(NATIVE)/trampoline.o.d $(NATIVE)/digest.o.d

$(NATIVE)/native: $(NATIVE_C) $(NATIVE_SHA) tests/bench/native/calls.S $(NATIVE)/trampoline.o $(NATIVE)/digest.o \
                  $(wildcard tests/bench/native/*.h lib/sha256*.h relocate/trampoline/digest.h include/baton/*.h)
	$(call say,CC,$@)
	$(Q)i686-linux-gnu-gcc $(NATIVE_CFLAGS) -no-pie $(filter %.c %.S %.o,$^) -Wl,-z,noexecstack,--no-warn-rwx-segments \
	    -ldl -o $@

$(NATIVE)/planner: tests/bench/native/planner.c tests/bench/native/measure.c $(BUILD)/libbaton.a \
                   $(wildcard tests/bench/native/*.h) include/baton.h
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)i686-linux-gnu-gcc $(NATIVE_CFLAGS) -no-pie $(filter %.c %.a,$^) \
	    -Wl,-z,noexecstack,--no-warn-rwx-segments -o $@

.PHONY: bench bench-needs
bench-needs: $(BUILD)/baton.elf $(BUILD)/baton.boot $(BUILD)/libbaton.a payloads $(STOREWATCH) $(FIRMWARE) $(BENCH_INIT) \
             $(NATIVE)/native $(NATIVE)/planner kernels
	@iso/fetch-payloads libcrypto

bench: bench-needs
	@BATON_BUILD="$$(readlink -f $(BUILD))" /usr/bin/python3 -B tests/bench/bench $(ONLY)
