# The teaching labs. Included by the top Makefile.
#
#   make check-labs   the quick tests of the labs
#   make test-labs    all of them
#
# labs/grader/build.py sets these for a build with a student's file:
#   BUILD=build/labs/NAME LAB=NAME LAB_FILE=pagetable/walk.c LAB_STUDENT=build/labs/NAME/student/pagetable/walk.c

ifdef LAB
# A file that others include is found in the student's folder first.
ifeq ($(suffix $(LAB_FILE)),.inc)
ASFLAGS32 := -I$(BUILD)/student $(ASFLAGS32)
else
LAB_OBJECT := $(BUILD)/obj/$(LAB_FILE:.c=.o)
endif
# A half-done answer has parts that nothing uses yet.
LAB_LENIENT := -Wno-error -Wno-unused-function -Wno-unused-variable -Wno-unused-parameter \
               -Wno-unused-but-set-variable
# This machine's objects are the same for every lab.
LAB_HOST := $(dir $(BUILD:%/=%))host
LAB_SHARED := $(LAB_HOST)/shared.a

ifdef LAB_OBJECT
$(LAB_OBJECT): $(LAB_STUDENT) $(COMPILER)
	@mkdir -p $(@D)
	$(Q)$(CC32) $(CFLAGS32) $(LAB_LENIENT) -MD -MP -c $< -o $@
endif

$(eval $(call host_rules,$(LAB_HOST),$(HOST_SANITIZE)))

# The judging program: the student's object comes before the archive, so that it is taken from there.
$(BUILD)/host.o: $(LAB_STUDENT) $(LAB_HOST)/compiler
	$(Q)$(HOST_CC) $(HOST_CFLAGS) $(LAB_LENIENT) $(HOST_SANITIZE) -MMD -MP -c $< -o $@

$(BUILD)/judge: $(LAB_HOST)/labs/$(LAB)/judge.o $(LAB_HOST)/labs/grader/exam.o $(BUILD)/host.o $(LAB_SHARED)
	$(Q)$(HOST_CC) $(HOST_SANITIZE) $^ -lcmocka -o $@

-include $(BUILD)/host.d $(addprefix $(LAB_HOST)/labs/,$(LAB)/judge.d grader/exam.d)
endif

LABS_RESULTS := $(BUILD)/tests/results/labs.xml
LABS_PYTEST = PYTHONDONTWRITEBYTECODE=1 BATON_BUILD="$$(readlink -f $(BUILD))" \
              /usr/bin/python3 -m pytest -p no:cacheprovider -p no:xdist --tb=short -q \
              --junitxml=$(LABS_RESULTS)

.PHONY: check-labs test-labs
check-labs: payloads
	@echo "labs, the quick tests"
	@mkdir -p $(dir $(LABS_RESULTS))
	@$(LABS_PYTEST) -m quick tests/labs

test-labs: payloads
	@echo "labs"
	@mkdir -p $(dir $(LABS_RESULTS))
	@$(LABS_PYTEST) tests/labs
