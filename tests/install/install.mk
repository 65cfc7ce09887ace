# The Debian package on a PC: a disk with a real Debian, on a BIOS and on UEFI. Included by the top
# Makefile. `iso/setup install` installs what it needs; no root.
#
#   make test-install
#
# It is not part of make test: the disk takes ten minutes to make (it is kept in build/tests/install),
# and both PCs side by side, with QEMU as an emulator on a busy machine of two cores, 22 minutes. Each
# starts Debian three times, with all its services, and lets apt-get and update-grub run. make test
# checks what the packages hold, and GRUB's entries (tests/scripts/test_package.py,
# test_grub_menu.py).

INSTALL_DISK := $(BUILD)/tests/install/disk

.PHONY: test-install
test-install: deb $(INSTALL_DISK)
	@echo "the package on a PC"
	@PYTHONDONTWRITEBYTECODE=1 BATON_BUILD="$$(readlink -f $(BUILD))" /usr/bin/python3 -m pytest \
	    -p no:cacheprovider -p no:xdist --tb=short -q tests/install

$(INSTALL_DISK): tests/install/make-disk $(wildcard tests/install/guest/*)
	@mkdir -p $(@D)
	@tests/install/make-disk $@
