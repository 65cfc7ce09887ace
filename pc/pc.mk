# What a PC that boots with GRUB gets. Included by the top Makefile.
#
#   make install-pc     baton.elf and the script that offers each kernel through Baton
#   make uninstall-pc   removes them
#   make deb            the Debian packages, in build/deb; lintian must find nothing
#
# After the first two, update-grub makes the new menu; the Debian package runs it by itself.

# GRUB reads /boot, which may be a partition of its own: it need not be able to read /usr.
BOOT := /boot
GRUB_D := /etc/grub.d

.PHONY: install-pc uninstall-pc deb
install-pc: $(BUILD)/baton.boot
	install -d "$(DESTDIR)$(BOOT)" "$(DESTDIR)$(GRUB_D)"
	install -m 644 $< "$(DESTDIR)$(BOOT)/baton.elf"
	install -m 755 pc/42_baton "$(DESTDIR)$(GRUB_D)"

uninstall-pc:
	rm -f "$(DESTDIR)$(BOOT)/baton.elf" "$(DESTDIR)$(GRUB_D)/42_baton"

deb:
	@pc/make-deb
