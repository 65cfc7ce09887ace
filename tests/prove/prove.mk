# The proof behind ./baton prove. Included by the top Makefile, after payloads.mk and boot.mk.
#
#   make prove                 both formats
#   make prove PAGING=legacy   one

PROVE_NEEDS = $(BUILD)/baton.elf $(BUILD)/spoil/baton.elf $(PAYLOAD_BUILD)/judge-span $(PAYLOAD_BUILD)/judge-linux \
              $(STOREWATCH)

.PHONY: prove prove-needs
prove-needs: $(PROVE_NEEDS)

prove: prove-needs
	@BATON_BUILD="$$(readlink -f $(BUILD))" tests/prove/prove $(PAGING)
