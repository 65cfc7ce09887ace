# Baton's build. `make` builds build/baton.elf; ./baton help shows what else there is.
#
#   CROSS=PREFIX    the cross compiler's prefix, such as i686-elf-, or clang; found if not given
#   OPTIMIZE=...    how the kernel is compiled, such as -O0, -Os or "-O2 -flto"; -O2 if not given
#   V=1             shows the commands

BUILD := build
.DEFAULT_GOAL := all

# Every rule is written down here. Make would try its own ones for each file: 0.6 s a call.
MAKEFLAGS += --no-builtin-rules

# i686-elf-gcc if it is there, else Debian's i686-linux-gnu-gcc, else clang with lld.
ifeq ($(origin CROSS),undefined)
CROSS := $(firstword $(foreach p,i686-elf- i686-linux-gnu-,$(if $(shell command -v $(p)gcc),$(p))) \
                     clang)
endif
ifneq ($(CROSS),clang)
CC32 := $(CROSS)gcc
LD32 := $(CROSS)ld
NM32 := $(CROSS)nm
AR32 := $(CROSS)ar
OBJDUMP32 := $(CROSS)objdump
OBJCOPY32 := $(CROSS)objcopy
else
CC32 := clang --target=i686-elf
LD32 := ld.lld
NM32 := $(firstword $(foreach p,llvm-nm nm,$(shell command -v $(p))))
AR32 := $(firstword $(foreach p,llvm-ar ar,$(shell command -v $(p))))
OBJDUMP32 := $(firstword $(foreach p,llvm-objdump objdump,$(shell command -v $(p))))
OBJCOPY32 := $(firstword $(foreach p,llvm-objcopy objcopy,$(shell command -v $(p))))
endif

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wundef -Wvla
OPTIMIZE := -O2
# No object has the folder's name in it: the same sources make the same bytes wherever they lie.
NAMELESS := -ffile-prefix-map="$$PWD"=.
# No SSE, no FPU, nothing that a 486 lacks; no code that jumps out of the trampoline's page; no frame
# pointer, which clang would push on a stack that may be gone (vault_take).
CFLAGS32 := -std=c11 -m32 -march=i486 -mgeneral-regs-only -g -ffreestanding -fno-pic \
            -fno-stack-protector -fno-asynchronous-unwind-tables -fomit-frame-pointer \
            -fno-strict-aliasing -fno-common -fcf-protection=none $(WARNINGS) -Iinclude -I. \
            $(OPTIMIZE) $(NAMELESS)
ASFLAGS32 := -m32 -march=i486 -g -Iinclude -I. $(NAMELESS)

# Two segments are writable and executable: .boot, which is data and code of the first instants, and
# the trampoline's template. Linkers that warn of that are told that it is meant.
LDFLAGS32 := -m elf_i386 -nostdlib -z noexecstack -z max-page-size=4096 \
             $(if $(findstring no-warn-rwx,$(shell $(LD32) --help 2> /dev/null)),--no-warn-rwx-segments)

# The linker, by way of GCC, which knows where its plugin for -flto lies; lld needs none.
comma := ,
ifneq ($(CROSS),clang)
LINK32 = $(CC32) $(CFLAGS32) -static -no-pie -nostdlib -Wl,--build-id=none \
         $(subst $() ,$(comma),-Wl $(strip $(LDFLAGS32)))
LINK32_OBJECT = $(CC32) $(CFLAGS32) -r -nostdlib \
                $(if $(findstring -flto,$(OPTIMIZE)),-flinker-output=nolto-rel)
else
LINK32 = $(LD32) $(LDFLAGS32)
LINK32_OBJECT = $(LD32) -m elf_i386 -r
endif

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(2)')

# What the core needs of lib/, and what is the kernel's alone: a host of the core has its own memcpy.
CORE_C := $(wildcard pagetable/*.c relocate/*.c relocate/*/*.c payload/*.c payload/*/*.c) \
          lib/text.c lib/number.c lib/sha256.c lib/sha256_extensions.c lib/crc32.c
CORE_S := $(wildcard relocate/*/*.S)
KERNEL_C := $(filter-out $(CORE_C),$(wildcard lib/*.c boot/*.c kernel/*.c kernel/*/*.c))
KERNEL_S := $(wildcard boot/*.S kernel/*/*.S)

.PHONY: all clean distclean spoil inject FORCE
all: $(BUILD)/baton.elf $(BUILD)/baton.boot $(BUILD)/baton.lst

# What a failed command leaves half written (on a full disk, say) is not taken as made; nor is an
# empty object, which a power cut may leave.
.DELETE_ON_ERROR:
$(shell find $(BUILD) -name '*.o' -empty -delete 2> /dev/null)

# Everything is compiled again when the compiler is another one, or a newer one, or has other options.
# $(call compiler_stamp,FILE,COMPILER,OPTIONS)
define compiler_stamp
$(1): FORCE
	@mkdir -p $$(@D)
	@{ $(2) --version && echo '$(3)'; } > $$@.new && \
	    { cmp -s $$@.new $$@ && rm $$@.new || mv $$@.new $$@; }
endef
COMPILER := $(BUILD)/compiler
$(eval $(call compiler_stamp,$(COMPILER),$(CC32),$(filter-out $(NAMELESS),$(CFLAGS32))))

# The font of the framebuffer's screen, as C.
FONT := $(BUILD)/font.c
$(FONT): kernel/console/font.txt kernel/console/mkfont
	@mkdir -p $(@D)
	$(Q)kernel/console/mkfont < $< > $@

# The objects of one folder: $(1) folder, $(2) extra flags.
define object_rules
$(1)_OBJECTS := $$(patsubst %.c,$(1)/obj/%.o,$$(CORE_C) $$(KERNEL_C)) $(1)/obj/font.o \
                $$(patsubst %.S,$(1)/obj/%.S.o,$$(KERNEL_S) $$(CORE_S))

$(1)/obj/%.o: %.c $(COMPILER)
	$$(call say,CC,$$<)
	@mkdir -p $$(@D)
	$$(Q)$$(CC32) $$(CFLAGS32) $(2) -MMD -MP -c $$< -o $$@

$(1)/obj/font.o: $(FONT) $(COMPILER)
	$$(call say,CC,$$<)
	@mkdir -p $$(@D)
	$$(Q)$$(CC32) $$(CFLAGS32) $(2) -MMD -MP -c $$< -o $$@

$(1)/obj/%.S.o: %.S $(COMPILER)
	$$(call say,AS,$$<)
	@mkdir -p $$(@D)
	$$(Q)$$(CC32) $$(ASFLAGS32) $(2) -MMD -MP -c $$< -o $$@

-include $$($(1)_OBJECTS:.o=.d)
endef

# One ELF: $(1) its folder, $(2) its objects.
define link_rules
$(1)/linker.ld: linker.ld kernel/machine/layout.h
	@mkdir -p $$(@D)
	$$(Q)$$(CC32) -E -P -undef -x assembler-with-cpp -I. $$< -o $$@

# Two links: the symbol table holds what the first one says of the code, whose addresses do not depend
# on the table's size.
$(1)/baton.elf: $(2) $(1)/linker.ld kernel/console/mksymbols | $(1)/trampoline.checked
	$$(call say,LD,$$@)
	$$(Q)kernel/console/mksymbols < /dev/null > $(1)/symbols0.S
	$$(Q)$$(CC32) $$(ASFLAGS32) -c $(1)/symbols0.S -o $(1)/symbols0.o
	$$(Q)$$(LINK32) -T $(1)/linker.ld \
	    $(2) $(1)/symbols0.o -o $(1)/first.elf
	$$(Q)$$(NM32) -n $(1)/first.elf | kernel/console/mksymbols > $(1)/symbols.S
	$$(Q)$$(CC32) $$(ASFLAGS32) -c $(1)/symbols.S -o $(1)/symbols.o
	$$(Q)$$(LINK32) -T $(1)/linker.ld \
	    $(if $(filter clang,$(CROSS)),,-Wl$$(comma))-Map=$(1)/baton.map $(2) $(1)/symbols.o -o $$@.part
	$$(Q)rm -f $(1)/first.elf $(1)/symbols0.*
	$$(Q)mv $$@.part $$@

# What is copied into control pages is position independent: no relocations at all. What else the
# trampoline must be (one page, aligned, alone in its section) linker.ld asserts.
$(1)/trampoline.checked: $(foreach part,trampoline trampoline_copy digest call exit_flat32 exit_long64 exit_real16 exit_call,$(filter %/$(part).S.o,$(2)))
	@mkdir -p $$(@D)
	$$(Q)for object in $$^; do \
	    name=$$$$($$(OBJDUMP32) -h $$$$object | grep -oE ' \.(trampoline|rodata\.(trampoline|digest|call|exits)) ') || { \
	        echo "$$$$object has none of .trampoline, .rodata.trampoline, .rodata.digest, .rodata.call, .rodata.exits" >&2; exit 1; }; \
	    said=$$$$($$(OBJDUMP32) -r -j $$$$name $$$$object) || exit 1; \
	    case $$$$said in *R_386*) \
	        echo "$$$$object has relocations; its source must be position independent:" >&2; \
	        echo "$$$$said" >&2; exit 1;; esac; done
	$$(Q)$$(OBJCOPY32) -O binary -j .trampoline $$< $(1)/trampoline.bin
	$$(Q)$$(OBJCOPY32) -O binary -j .rodata.trampoline $(filter %/trampoline_copy.S.o,$(2)) \
	    $(1)/trampoline_copy.bin
	$$(Q)cmp $(1)/trampoline.bin $(1)/trampoline_copy.bin || { \
	    echo "the trampoline's two copies differ: both must assemble to the same bytes" >&2; exit 1; }
	@touch $$@
endef

# One ELF from one folder of objects: $(1) folder, $(2) extra flags.
define kernel_rules
$(eval $(call object_rules,$(1),$(2)))
$(eval $(call link_rules,$(1),$($(1)_OBJECTS)))
endef

$(call kernel_rules,$(BUILD),)
$(call kernel_rules,$(BUILD)/spoil,-DBATON_SPOIL)
$(call kernel_rules,$(BUILD)/inject,-DBATON_INJECT)

# The core as a library for other kernels: include/baton.h is its header. It is one object, in which
# only baton_* is global, so that no name of the core can meet one of the host's.
CORE_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(CORE_C)) \
                $(patsubst %.S,$(BUILD)/obj/%.S.o,$(CORE_S))

.PHONY: core
core: $(BUILD)/libbaton.a

$(BUILD)/libbaton.a: $(CORE_OBJECTS) Makefile
	$(call say,AR,$@)
	$(Q)$(LINK32_OBJECT) $(CORE_OBJECTS) -o $(BUILD)/libbaton.o
	$(Q)$(OBJCOPY32) --wildcard --keep-global-symbol='baton_*' $(BUILD)/libbaton.o
	$(Q)rm -f $@
	$(Q)$(AR32) rcs $@ $(BUILD)/libbaton.o
	$(Q)rm $(BUILD)/libbaton.o

.PHONY: print-compiler
print-compiler:
	@echo '$(CC32)'

# What each function of the core calls, and the stack that it uses, for tests/docs/stack.py. GCC only.
# ccache would bring the object without GCC's other file, which has this.
CALLGRAPH := $(patsubst %.c,$(BUILD)/callgraph/%.o,$(CORE_C))
.PHONY: callgraph
callgraph: $(CALLGRAPH)
$(BUILD)/callgraph/%.o: %.c $(COMPILER)
	@mkdir -p $(@D)
	$(Q)CCACHE_DISABLE=1 $(CC32) $(CFLAGS32) -fcallgraph-info=su -MMD -MP -c $< -o $@
-include $(CALLGRAPH:.o=.d)

# The library, for a kernel that is built elsewhere. What a PC gets is in pc/pc.mk.
PREFIX := /usr/local
LIBDIR = $(PREFIX)/lib
PKGCONFIG = $(LIBDIR)/pkgconfig
VERSION = $(shell sed -n 's/^.define BATON_VERSION "\(.*\)"/\1/p' include/baton.h)

.PHONY: install install-library
install: install-library install-pc
install-library: $(BUILD)/libbaton.a
	install -d "$(DESTDIR)$(PREFIX)/include/baton" "$(DESTDIR)$(LIBDIR)" "$(DESTDIR)$(PKGCONFIG)"
	install -m 644 include/baton.h "$(DESTDIR)$(PREFIX)/include"
	install -m 644 include/baton/crash.h include/baton/elfcore.h include/baton/record.h \
	    "$(DESTDIR)$(PREFIX)/include/baton"
	install -m 644 $(BUILD)/libbaton.a "$(DESTDIR)$(LIBDIR)"
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'Name: baton' 'Version: $(VERSION)' \
	    'Description: kexec and crash dumps for i386 kernels, freestanding' \
	    'Cflags: -I$${prefix}/include' 'Libs: -L$${libdir} -lbaton' \
	    > "$(DESTDIR)$(PKGCONFIG)/baton.pc"

# The same without symbols and debug information, for a boot loader: GRUB reads those, too.
$(BUILD)/baton.boot: $(BUILD)/baton.elf
	$(call say,STRIP,$@)
	$(Q)$(OBJCOPY32) --strip-all $< $@

# A disassembly with source.
$(BUILD)/baton.lst: $(BUILD)/baton.elf
	$(call say,OBJDUMP,$@)
	$(Q)$(OBJDUMP32) -dS $< > $@

# Wrong builds on purpose, see kernel/load/spoil.h and kernel/load/inject.h.
spoil: $(BUILD)/spoil/baton.elf
inject: $(BUILD)/inject/baton.elf

# The tests. Every part runs, even when one has failed; the last line adds them up. Many of them build
# the same sources again, in other folders: ccache, where it is installed, has the objects by then.
.PHONY: check test test-ready
check test test-ready: export PATH := /usr/lib/ccache:$(PATH)
check test test-ready: export CCACHE_DIR := $(abspath $(BUILD))/ccache
test-ready: all spoil inject
check: TEST_PARTS := check-docs check-scripts check-host check-labs check-boot
test: TEST_PARTS := check-docs test-scripts test-host test-labs check-fuzz check-browser test-boot
check test:
	@rm -rf $(BUILD)/tests/results; status=0; \
	for part in $(TEST_PARTS); do $(MAKE) --no-print-directory $$part || status=1; done; \
	tests/summary $(BUILD)/tests/results || status=1; exit $$status

# All but the fetched kernels, which take long to come; distclean takes them, too.
clean:
	@find $(BUILD) -mindepth 1 -maxdepth 1 ! -name payloads -exec rm -rf {} + 2>/dev/null || true

distclean:
	rm -rf $(BUILD)

# A build with a student's file needs no more than these two, and reads them for each answer.
-include tests/host/host.mk labs/labs.mk
ifndef LAB
-include examples/embed/embed.mk pc/pc.mk
-include iso/iso.mk tests/payloads/payloads.mk record/record.mk tests/boot/boot.mk tests/prove/prove.mk
-include tests/scripts/scripts.mk tests/docs/docs.mk tests/fuzz/fuzz.mk tests/mutants/mutants.mk
-include tests/bench/bench.mk tests/fresh/fresh.mk tests/install/install.mk tests/browser/browser.mk
endif
