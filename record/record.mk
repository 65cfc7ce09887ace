# What ./baton record needs. Included by the top Makefile, after payloads.mk.

EXIT_LINES := $(BUILD)/record/exit_flat32.o
RECORD_NEEDS = $(BUILD)/baton.elf $(BUILD)/spoil/baton.elf $(PAYLOAD_BUILD)/judge-shown \
               $(EXIT_LINES)

# The exit is linked as data, and for data an assembler writes no line numbers: this is the same
# once more, as code, for gdb alone.
$(EXIT_LINES): relocate/trampoline/exit_flat32.S $(COMPILER)
	$(call say,AS,$@)
	@mkdir -p $(@D)
	$(Q)sed 's/\.section \.rodata\.exits, .*/.text/' $< | \
	    $(CC32) $(ASFLAGS32) -x assembler-with-cpp -MMD -MP -MT $@ -MF $(@:.o=.d) -c - -o $@
-include $(EXIT_LINES:.o=.d)

.PHONY: record-needs
record-needs: $(RECORD_NEEDS)
