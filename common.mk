# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What all Makefiles share that build programs: flags, places, and the rules that compile
# and link with dependencies. A Makefile sets O, the folder of its results, and includes this.
#
# Two builds stand apart. The driver and the modules are built by kbuild. lab/hypervisor has
# flags of its own, since it also builds when it is copied out of the tree alone.

TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
# The folder of the Makefile that make was called with, and its name below the root.
HERE := $(abspath $(dir $(firstword $(MAKEFILE_LIST))))
PART := $(HERE:$(TOP)/%=%)
BUILD := $(TOP)/build
VERSION := $(shell cat $(TOP)/VERSION)
override O := $(abspath $(O))

# Each Makefile has its own objects, since they depend on its flags.
OBJECTS := $(O)/objects/$(PART)

# The libraries that `make programs` builds. libparavisor.a contains lab/labhost's client.
LIBVTLIRQ := $(BUILD)/lib/libvtlirq.a
LIBPARAVISOR := $(BUILD)/paravisor/libparavisor.a

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Werror
USER_FLAGS := -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -pthread -I$(TOP)/include/uapi
# The functions of tests, callbacks and threads have parameters that few of them need. Code that
# is installed marks each.
USER_FLAGS += $(if $(filter tests/% bench bench/%,$(PART)),-Wno-unused-parameter)
# A Makefile that needs other flags for its objects sets FLAGS.
FLAGS = $(USER_FLAGS)

# Tests under sanitizers. -O1 keeps the sanitizers' reports readable.
SANITIZED := -O1 -g
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
TSAN := -fsanitize=thread
# Kernel code that is compiled for user space is not written for these warnings.
KERNEL_CODE := -fno-strict-aliasing -Wno-sign-compare
# $(call run,TEST) - run a test with cmocka. ThreadSanitizer does not know the address layout
# that newer kernels randomize.
run = CMOCKA_MESSAGE_OUTPUT=TAP setarch -R $(1)

# $(call objects,SOURCE...) - the objects of these sources.
objects = $(patsubst $(TOP)/%,$(OBJECTS)/%.o,$(abspath $(1)))

# The name of an object contains the whole name of its source: a.c and a.S do not collide.
$(OBJECTS)/%.o: $(TOP)/% $(HERE)/Makefile $(TOP)/common.mk
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(FLAGS) -MMD -MP -c -o $@ $<

# $(eval $(call program,FILE,SOURCES,LIBRARIES)) - the rule for one program. LIBRARIES are
# archives and options of the linker, in their order.
define program
$(1): $(call objects,$(2)) $(filter %.a,$(3))
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $$(LDFLAGS) -pthread -o $$@ $$(filter %.o,$$^) $(3)
-include $(patsubst %.o,%.d,$(call objects,$(2)))
endef
