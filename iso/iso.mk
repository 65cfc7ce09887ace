# The bootable ISO and its contents. The options of ./baton are variables here; iso/options.sh
# describes them:
#
#   make run MEMORY=64M PAGING=legacy
#   make iso KERNEL=vmlinuz INITRD=initrd APPEND="console=ttyS0,115200"

.PHONY: iso run debug kernels

iso: $(BUILD)/baton.boot
	@iso/make-iso $(BUILD)/baton.iso

run: $(BUILD)/baton.boot
	@iso/run-qemu

debug: $(BUILD)/baton.elf $(BUILD)/baton.boot
	@iso/debug

# The files that the tests boot: every kernel of the distribution, kexec-tools, the demo's initrd, and
# for each kernel the initrd that saves a dump. They are downloaded once, about 275 MiB.
kernels:
	@iso/fetch-payloads all
	@iso/make-initrd
	@for modules in build/payloads/modules-*; do iso/make-initrd "$${modules##*/modules-}"; done
