# The test payloads: the judge in its variants, the liar, the relay, the imitation of an old Linux, two
# multiboot kernels, the payload in real mode, and one that returns.
# Included by the top Makefile. A variant is one line below; it makes
# build/tests/payloads/judge-NAME. Each judge is linked at its base; then tests/payloads/seal fills
# and arranges its file.

PAYLOADS := tests/payloads
PAYLOAD_BUILD := $(BUILD)/tests/payloads
PAYLOAD_CFLAGS = $(CFLAGS32) -I$(PAYLOADS) -MMD -MP
PAYLOAD_ASFLAGS = $(ASFLAGS32) -I$(PAYLOADS) -MMD -MP
PAYLOAD_LD = $(LD32) -m elf_i386 -nostdlib -z noexecstack -z max-page-size=4096

JUDGE_PARTS := judge/entry.o judge/judge.o judge/bytes.o judge/registers.o judge/segments.o \
               judge/live.o judge/handover.o judge/trace.o judge/devices.o judge/efi.o \
               lib/console.o lib/crc32.o lib/string.o
LIAR_PARTS := liar/entry.o liar/liar.o liar/words.o liar/map.o liar/modules.o liar/strings.o \
              liar/loader.o liar/cpu.o liar/record.o \
              lib/console.o lib/crc32.o lib/string.o
RELAY_PARTS := relay/entry.o relay/relay.o lib/console.o lib/crc32.o lib/string.o
CALLED_TOLD := told_record told1 told2
CALLED_PARTS := called/entry.o called/called.o called/pattern.o lib/console.o lib/string.o
PAYLOAD_OBJECTS := $(addprefix $(PAYLOAD_BUILD)/,$(sort $(JUDGE_PARTS) $(LIAR_PARTS) $(CALLED_PARTS) \
                   $(RELAY_PARTS) $(CALLED_TOLD:%=called/%.o) \
                   judge/contract_record.o judge/contract_linux.o))

JUDGES :=
# $(call judge,NAME,BASE,PATTERN,TAIL,LAYOUT,CONTRACT): pattern and tail in bytes.
define judge
JUDGES += $(PAYLOAD_BUILD)/judge-$(strip $(1))
$(PAYLOAD_BUILD)/judge-$(strip $(1)).linked: $(addprefix $(PAYLOAD_BUILD)/,$(JUDGE_PARTS)) \
        $(PAYLOAD_BUILD)/judge/contract_$(strip $(6)).o $(PAYLOADS)/judge/judge.ld
	$$(call say,LD,$$@)
	$$(Q)$(PAYLOAD_LD) -T $(PAYLOADS)/judge/judge.ld --defsym=BASE=$(strip $(2)) \
	    --defsym=PATTERN=$(strip $(3)) --defsym=TAIL=$(strip $(4)) $$(filter %.o,$$^) -o $$@
$(PAYLOAD_BUILD)/judge-$(strip $(1)): $(PAYLOAD_BUILD)/judge-$(strip $(1)).linked \
        $(PAYLOADS)/seal $(PAYLOADS)/elf32.py
	$$(call say,SEAL,$$@)
	$$(Q)/usr/bin/python3 -B $(PAYLOADS)/seal $(strip $(5)) $$< $$@
endef

# The address, the sizes, and the layout of the file. Modules are just above the old kernel at 1
# MiB, so a payload from 1 MiB to beyond 2 MiB overlaps its own source.
#                      name       base        pattern   tail      layout     contract
$(eval $(call judge,   low,       0x00100000, 0x010234, 0x003000, plain,     record))
$(eval $(call judge,   four,      0x00400000, 0x010234, 0x003000, plain,     record))
# For ./baton record: few enough pages to look at each; its destination begins below its own source.
$(eval $(call judge,   shown,     0x00190000, 0x024a34, 0x003000, plain,     record))
$(eval $(call judge,   tiny,      0x00300000, 0x000004, 0x000000, plain,     record))
$(eval $(call judge,   high,      0x90000000, 0x041238, 0x009000, plain,     record))
$(eval $(call judge,   top,       0xd0000000, 0x041238, 0x009000, plain,     record))
$(eval $(call judge,   lowmem,    0x00010000, 0x010234, 0x003000, plain,     record))
$(eval $(call judge,   bss,       0x00200000, 0x001234, 0x3f0000, plain,     record))
$(eval $(call judge,   odd,       0x00100000, 0x048a18, 0x003004, odd,       record))
$(eval $(call judge,   pieces,    0x00100000, 0x031004, 0x00107c, pieces,    record))
$(eval $(call judge,   oddpieces, 0x00123000, 0x1c1004, 0x00107c, oddpieces, record))
$(eval $(call judge,   span,      0x00100000, 0x2f0ab0, 0x010000, plain,     record))
$(eval $(call judge,   spanup,    0x00180000, 0x2f0ab0, 0x010000, plain,     record))
$(eval $(call judge,   swapped,   0x00100000, 0x3e0ab0, 0x000230, swapped,   record))
$(eval $(call judge,   shuffle,   0x00100000, 0x3e0ab0, 0x000230, shuffle,   record))
# For a module that the liar puts at 2 MiB: then the move is a permutation of the file's pages.
$(eval $(call judge,   halves,    0x00201000, 0x3e0ab0, 0x000230, swapped,   record))
$(eval $(call judge,   circles,   0x00201000, 0x3e0ab0, 0x000230, shuffle,   record))
$(eval $(call judge,   linux,     0x00100000, 0x028b90, 0x000000, bzimage,   linux))
$(eval $(call judge,   linuxhigh, 0x01000000, 0x028b94, 0x000000, bzimage,   linux))
$(eval $(call judge,   linux202,  0x00100000, 0x028b98, 0x000000, bzimage202, linux))
# 3.7 MiB, with a protocol that does not say how much memory the kernel unpacks into
$(eval $(call judge,   linux209,  0x00100000, 0x3a0004, 0x000000, bzimage209, linux))

# The judge in long mode: an ELF64, by the same compiler.
LONG_CFLAGS = -I$(PAYLOADS) $(filter-out -m32 -march=i486,$(PAYLOAD_CFLAGS)) -m64 -march=x86-64 -mno-red-zone
LONG_PARTS := judge64/entry.o judge64/judge.o judge/handover.o judge/live.o lib/console.o lib/crc32.o \
              lib/string.o
LONG_OBJECTS := $(addprefix $(PAYLOAD_BUILD)/long/,$(LONG_PARTS))

$(PAYLOAD_BUILD)/long/%.o: $(PAYLOADS)/%.c $(COMPILER)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC32) $(LONG_CFLAGS) -c $< -o $@

$(PAYLOAD_BUILD)/long/%.o: $(PAYLOADS)/%.S $(COMPILER)
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC32) $(LONG_CFLAGS) -c $< -o $@

$(PAYLOAD_BUILD)/judge64: $(LONG_OBJECTS) $(PAYLOADS)/judge64/judge.ld
	$(call say,LD,$@)
	$(Q)$(LD32) -m elf_x86_64 -nostdlib -z noexecstack -z max-page-size=4096 \
	    -T $(PAYLOADS)/judge64/judge.ld --defsym=BASE=0x100000 $(LONG_OBJECTS) -o $@

-include $(LONG_OBJECTS:.o=.d)

$(PAYLOAD_BUILD)/liar.elf: $(addprefix $(PAYLOAD_BUILD)/,$(LIAR_PARTS)) $(PAYLOADS)/liar/liar.ld
	$(call say,LD,$@)
	$(Q)$(PAYLOAD_LD) -T $(PAYLOADS)/liar/liar.ld $(filter %.o,$^) -o $@

$(PAYLOAD_BUILD)/relay.elf: $(addprefix $(PAYLOAD_BUILD)/,$(RELAY_PARTS)) $(PAYLOADS)/relay/relay.ld
	$(call say,LD,$@)
	$(Q)$(PAYLOAD_LD) -T $(PAYLOADS)/relay/relay.ld $(filter %.o,$^) -o $@

# What is called, and returns. $(call called,NAME,TAIL,TOLD): tail in bytes, and the object files that
# know what it is told. The small one is for many calls.
CALLED :=
define called
CALLED += $(PAYLOAD_BUILD)/called-$(strip $(1))
$(PAYLOAD_BUILD)/called-$(strip $(1)): $(addprefix $(PAYLOAD_BUILD)/,$(CALLED_PARTS) $(3)) \
        $(PAYLOADS)/called/called.ld
	$$(call say,LD,$$@)
	$$(Q)$(PAYLOAD_LD) -T $(PAYLOADS)/called/called.ld --defsym=TAIL=$(strip $(2)) \
	    $$(filter %.o,$$^) -o $$@
endef
$(eval $(call called, big,        0x200000, called/told_record.o))
$(eval $(call called, small,      0x001234, called/told_record.o))
$(eval $(call called, multiboot1, 0x200000, mbkernel/header1.o called/told1.o))
$(eval $(call called, multiboot2, 0x200000, mbkernel/header2.o called/told2.o))

# All of its memory is in the file.
CALLED += $(PAYLOAD_BUILD)/called-flat
$(PAYLOAD_BUILD)/called-flat: $(PAYLOAD_BUILD)/called-small
	$(call say,OBJCOPY,$@)
	$(Q)$(OBJCOPY32) -O binary --set-section-flags .bss=alloc,load,contents \
	    --set-section-flags .tail=alloc,load,contents $< $@

$(PAYLOAD_BUILD)/old.bin: $(PAYLOAD_BUILD)/old/old.o
	$(call say,LD,$@)
	$(Q)$(PAYLOAD_LD) -Ttext 0x100000 -e entry --oformat binary $< -o $@

# Code of 16 bits, at offset 0 of its segment.
$(PAYLOAD_BUILD)/real.bin: $(PAYLOAD_BUILD)/real/real.o
	$(call say,LD,$@)
	$(Q)$(PAYLOAD_LD) -Ttext 0 -e 0 --oformat binary $< -o $@

# Multiboot kernels that report how they were entered, of version 1 and of version 2; 0 is a plain ELF
# file.
MBKERNELS := $(foreach n,0 1 2,$(PAYLOAD_BUILD)/mbkernel$(n))
MBKERNEL_PARTS := $(addprefix $(PAYLOAD_BUILD)/,judge/entry.o mbkernel/report.o lib/console.o \
                  lib/crc32.o lib/string.o)
PAYLOAD_OBJECTS += $(PAYLOAD_BUILD)/mbkernel/report.o \
                   $(foreach n,0 1 2,$(PAYLOAD_BUILD)/mbkernel/report$(n).o $(PAYLOAD_BUILD)/mbkernel/header$(n).o)

$(PAYLOAD_BUILD)/mbkernel0: $(PAYLOAD_BUILD)/called/pattern.o
$(foreach n,0 1 2,$(PAYLOAD_BUILD)/mbkernel/header$(n).o): $(PAYLOAD_BUILD)/mbkernel/header%.o: \
        $(PAYLOADS)/mbkernel/header.S $(COMPILER)
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC32) $(PAYLOAD_ASFLAGS) -DMULTIBOOT=$* -c $< -o $@

$(MBKERNELS): $(PAYLOAD_BUILD)/mbkernel%: $(PAYLOAD_BUILD)/mbkernel/header%.o \
        $(PAYLOAD_BUILD)/mbkernel/report%.o $(MBKERNEL_PARTS) $(PAYLOADS)/mbkernel/mbkernel.ld
	$(call say,LD,$@)
	$(Q)$(PAYLOAD_LD) -T $(PAYLOADS)/mbkernel/mbkernel.ld $(filter %.o,$^) -o $@

$(PAYLOAD_BUILD)/%.o: $(PAYLOADS)/%.c $(COMPILER)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC32) $(PAYLOAD_CFLAGS) -c $< -o $@

$(PAYLOAD_BUILD)/%.o: $(PAYLOADS)/%.S $(COMPILER)
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC32) $(PAYLOAD_ASFLAGS) -c $< -o $@

-include $(PAYLOAD_OBJECTS:.o=.d)

.PHONY: payloads
payloads: $(JUDGES) $(MBKERNELS) $(PAYLOAD_BUILD)/judge64 $(PAYLOAD_BUILD)/liar.elf \
          $(PAYLOAD_BUILD)/relay.elf $(PAYLOAD_BUILD)/old.bin $(PAYLOAD_BUILD)/real.bin $(CALLED)
