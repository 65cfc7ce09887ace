# The example kernel: its own files and libbaton.a.

EMBED := $(BUILD)/examples/embed

.PHONY: examples
examples: $(BUILD)/examples/embed.elf

$(EMBED)/%.o: examples/embed/%.c $(COMPILER)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC32) $(CFLAGS32) -MMD -MP -c $< -o $@

$(EMBED)/%.S.o: examples/embed/%.S $(COMPILER)
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC32) $(ASFLAGS32) -MMD -MP -c $< -o $@

$(BUILD)/examples/embed.elf: $(EMBED)/entry.S.o $(EMBED)/embed.o $(EMBED)/crash.o $(BUILD)/libbaton.a \
                             examples/embed/embed.ld
	$(call say,LD,$@)
	$(Q)$(LD32) $(LDFLAGS32) -T examples/embed/embed.ld $(filter %.o %.a,$^) -o $@

-include $(EMBED)/embed.d $(EMBED)/crash.d
