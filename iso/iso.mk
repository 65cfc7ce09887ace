# The bootable ISO and what is on it. The options of ./baton are variables here, described in
# iso/options.sh:
#
#   make run MEMORY=64M PAGING=legacy
#   make iso KERNEL=vmlinuz INITRD=initrd APPEND="console=ttyS0,115200"

.PHONY: iso run debug kernels

iso: $(BUILD)/baton.elf
	@iso/make-iso $(BUILD)/baton.iso

run: $(BUILD)/baton.elf
	@iso/run-qemu

debug: $(BUILD)/baton.elf
	@iso/debug

# What the tests boot: every kernel that the distribution has, the demo's initrd, and for each kernel
# the initrd that saves a dump. About 170 MiB, once.
kernels:
	@iso/fetch-payloads all
	@iso/make-initrd
	@for modules in build/payloads/modules-*; do iso/make-initrd "$${modules##*/modules-}"; done
