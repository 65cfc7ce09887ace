# The teaching labs. Included by the top Makefile.
#
#   make check-labs    the quick tests of the labs
#   make test-labs     all of them
#   make labs-points   grades the real sources, and writes tests/labs/RESULT.md
#
# labs/grader/build.py sets these for a build with a student's files, build/labs/NAME/student/...:
#   LAB=NAME LAB_FILES="pagetable/walk.c ..."
#   LAB_INCLUDERS="..."   the sources that include an .inc file

# A half-done answer has parts that nothing uses yet.
LAB_LENIENT := -Wno-error -Wno-unused-function -Wno-unused-variable -Wno-unused-parameter \
               -Wno-unused-but-set-variable

# In a repository that ./baton lab handout has made, the sources themselves have the holes.
-include labs/handout.mk
ifdef LAB_CUT
$(addprefix %/,$(LAB_CUT:.c=.o)): CFLAGS32 += $(LAB_LENIENT)
$(addprefix %/,$(LAB_CUT:.c=.o)): HOST_CFLAGS += $(LAB_LENIENT)
endif

ifdef LAB
LAB_BUILD := $(BUILD)/labs/$(LAB)
LAB_STUDENT := $(addprefix $(LAB_BUILD)/student/,$(LAB_FILES))
LAB_C := $(patsubst %.c,%.o,$(filter %.c,$(LAB_FILES)))
LAB_SOURCES := $(LAB_C) $(LAB_INCLUDERS:=.o)

# What a lab has in the place of a file of Baton's: labs/NAME/instead/FILE.
LAB_INSTEAD := $(patsubst labs/$(LAB)/instead/%.c,%.o,$(wildcard labs/$(LAB)/instead/*/*/*.c))

# Baton's own objects, but for the student's and these: $(1) what is before /obj in their folders' names.
lab_objects = $(foreach own,$(LAB_SOURCES) $(LAB_INSTEAD),$(LAB_BUILD)$(1)/obj/$(own)) \
              $(filter-out $(foreach own,$(LAB_SOURCES) $(LAB_INSTEAD),$(BUILD)$(1)/obj/$(own)),$($(BUILD)$(1)_OBJECTS))

# lab_instead FOLDER, OBJECT
define lab_instead
$(1)/obj/$(2): labs/$(LAB)/instead/$(2:.o=.c) $(COMPILER)
	@mkdir -p $$(@D)
	$$(Q)$$(CC32) $$(CFLAGS32) -MMD -MP -c $$< -o $$@
-include $(1)/obj/$(2:.o=.d)
endef
$(foreach own,$(LAB_INSTEAD),$(eval $(call lab_instead,$(LAB_BUILD),$(own)))$(eval $(call lab_instead,$(LAB_BUILD)/inject,$(own))))

# A file that others include is found in the student's folder first.
$(LAB_BUILD)/obj/%.S.o: %.S $(LAB_STUDENT) $(COMPILER)
	@mkdir -p $(@D)
	$(Q)$(CC32) -I$(LAB_BUILD)/student $(ASFLAGS32) -MMD -MP -c $< -o $@

# lab_object FOLDER, FLAGS, OBJECT
define lab_object
$(1)/obj/$(3): $(LAB_BUILD)/student/$(3:.o=.c) $(COMPILER)
	@mkdir -p $$(@D)
	$$(Q)$$(CC32) $$(CFLAGS32) $$(LAB_LENIENT) $(2) -MMD -MP -c $$< -o $$@
endef
$(foreach own,$(LAB_C),$(eval $(call lab_object,$(LAB_BUILD),,$(own)))$(eval $(call lab_object,$(LAB_BUILD)/inject,-DBATON_INJECT,$(own))))

$(eval $(call link_rules,$(LAB_BUILD),$(call lab_objects,)))
$(eval $(call link_rules,$(LAB_BUILD)/inject,$(call lab_objects,/inject)))
-include $(foreach kind,obj inject/obj host,$(addprefix $(LAB_BUILD)/$(kind)/,$(LAB_SOURCES:.o=.d)))

# This machine's objects are the same for every lab. In the judging program the student's objects
# come before the archive, so that they are taken from there.
LAB_HOST := $(BUILD)/labs/host
$(eval $(call host_rules,$(LAB_HOST),$(HOST_SANITIZE)))

$(LAB_BUILD)/host/%.o: $(LAB_BUILD)/student/%.c $(LAB_HOST)/compiler
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) $(LAB_LENIENT) $(HOST_SANITIZE) -MMD -MP -c $< -o $@

LAB_JUDGE := $(patsubst %.c,$(LAB_HOST)/%.o,$(wildcard labs/$(LAB)/judge*.c) labs/grader/exam.c)
$(LAB_BUILD)/judge: $(LAB_JUDGE) $(addprefix $(LAB_BUILD)/host/,$(LAB_C)) $(LAB_HOST)/shared.a
	$(Q)$(HOST_CC) $(HOST_SANITIZE) $^ -lcmocka -o $@

-include $(LAB_JUDGE:.o=.d)
endif

LABS_RESULTS := $(BUILD)/tests/results/labs.xml
LABS_PYTEST = PYTHONDONTWRITEBYTECODE=1 BATON_BUILD="$$(readlink -f $(BUILD))" \
              /usr/bin/python3 -m pytest -n 2 --dist loadfile -p no:cacheprovider --tb=short -q \
              --junitxml=$(LABS_RESULTS)

.PHONY: check-labs test-labs labs-points
check-labs: payloads
	@echo "labs, the quick tests"
	@mkdir -p $(dir $(LABS_RESULTS))
	@$(LABS_PYTEST) -m quick tests/labs

test-labs: payloads
	@echo "labs"
	@mkdir -p $(dir $(LABS_RESULTS))
	@$(LABS_PYTEST) tests/labs

labs-points: payloads
	@PYTHONDONTWRITEBYTECODE=1 BATON_BUILD="$$(readlink -f $(BUILD))" /usr/bin/python3 tests/labs/points.py
