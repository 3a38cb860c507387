# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The front door: `make help` lists what there is.

KERNEL ?= 6.12
CPUS ?= 2
# Linux as the guest of VTL0.
GUEST ?= 6.12
INTERRUPTS ?= 2000
MINUTES ?= 30
SECONDS ?= 60
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
KDIR ?= /lib/modules/$(shell uname -r)/build

ifneq ($(words $(CURDIR)),1)
$(error the kernel's build cannot work below a directory whose name has a space: $(CURDIR))
endif
ifeq ($(filter 6.1 6.12 newest newest-builtin kasan kcsan,$(KERNEL)),)
$(error KERNEL=$(KERNEL): there are 6.1, 6.12, newest, newest-builtin, kasan and kcsan)
endif

VERSION := $(shell cat VERSION)
# Where DKMS looks for sources, whatever the prefix is.
DKMS := /usr/src/mshv_vtl-$(VERSION)

BUILD := build
BIN := $(BUILD)/bin
MODULES := $(BUILD)/modules/$(KERNEL)
MAKEFLAGS += --no-print-directory

CFLAGS ?= -O2 -g
USER_CFLAGS := $(CFLAGS) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror
HOST_CLIENT := lab/labhost/labhost_client.c
HOST_HEADERS := lab/hypervisor/l1/lab_host.h lab/labhost/labhost_client.h

# 6.1 is no TDX guest: there VTL0 cannot be entered.
TD := $(filter-out 6.1,$(KERNEL))
# QEMU counts instructions, and the clock of VTL0 counts none of the hypervisor's. With
# shift=2, Linux gets as many ticks for its instructions as without -icount.
COUNTING := --hypervisor clock=l2-stopped --qemu '-icount shift=2,sleep=off'

VM := lab/vm/run --kernel $(KERNEL) --cpus $(CPUS) --driver \
	--file $(BUILD)/vtl0/guest.bin:/lib/vtlirq/guest.bin \
	--program $(BIN)/vtlirq --program $(BIN)/labhost --program $(BIN)/paravisor

VM_LINUX = lab/vm/run --kernel $(KERNEL) --cpus $(CPUS) --driver --edu 0 --ivshmem 0 \
	--vtl0-memory 512 --nvme $(BUILD)/linux/disk --nic \
	--file $(realpath $(BUILD)/linux/$(GUEST)/vmlinuz):/lib/vtlirq/vmlinuz \
	--file $(BUILD)/linux/$(GUEST)/initrd:/lib/vtlirq/initrd \
	--program $(BIN)/vtlirq --program $(BIN)/labhost --program $(BIN)/paravisor

.PHONY: help setup two-cpus demo-images programs build-programs tests build-tests modules demo demo-relay vm vm-linux check check-newest \
	check-tdx check-hypervisor check-linux check-style check-models check-litmus check-static check-fuzz check-sanitizers check-unit check-vm bench bench-check proof soak driver install clean

help: ## list the targets
	@echo "Targets (KERNEL=6.1|6.12|newest and CPUS=N where a VM is booted):"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 20

demo demo-relay: two-cpus

two-cpus:
	@[ "$(CPUS)" != 1 ] || { echo 'CPUS=1: the demo needs 2 CPUs or more, one for each VP of the guest' >&2; exit 2; }

# The status of a VM counts, and not that of what its output goes through.
demo: private SHELL := /bin/bash
demo: private .SHELLFLAGS := -o pipefail -c
demo: setup programs modules demo-images ## follow device interrupts into VTL0: of a bare guest, then of Debian (INTERRUPTS=N)
	$(if $(TD),,$(error Linux $(KERNEL) is no TDX guest, and cannot enter VTL0: "make demo-relay KERNEL=$(KERNEL)" follows interrupts up to the run page))
	@echo 'Booting a VM of $(CPUS) CPUs with Linux $(KERNEL).' >&2
	@out=$$(mktemp) && trap 'rm -f "$$out"' EXIT && \
	$(VM) $(COUNTING) --program $(BIN)/demo --timeout 240 --log $(BUILD)/demo.console \
		--exec 'demo --interrupts $(INTERRUPTS)' </dev/null | tee "$$out" && \
	echo 'Booting a VM with a disk for the guest.' >&2 && \
	$(VM_LINUX) --program $(BIN)/demo-linux --file bench/linux/figures.jsonl:/lib/vtlirq/bench-linux.jsonl \
		--timeout 240 --log $(BUILD)/demo-linux.console \
		--exec demo-linux </dev/null | tee -a "$$out" && \
	sed -n 's/^demo-linux:/ Debian:/p; s/^demo:/The whole demo: bare guest:/p' "$$out" | paste -sd ';'

# Debian for the guest: its disk and the initial file system. Kernel GUEST boots.
demo-images: setup
	@lab/guest/image disk
	@lab/guest/image initrd $(GUEST)

demo-relay: setup programs modules ## the same without VTL0: up to the run page
	@$(VM) --program $(BIN)/demo-relay --timeout 240 --log $(BUILD)/demo.console \
		--exec 'demo-relay' </dev/null

vm: setup programs modules ## a shell in a VM with the driver and the devices
	@$(VM) --program $(BIN)/demo --program $(BIN)/demo-relay --log $(BUILD)/vm.console --hypervisor-log $(BUILD)/vm.below \
		--file /lib/terminfo:/lib/terminfo --program $(BIN)/minimal --file lab/vm/motd:/etc/motd

vm-linux: setup programs modules demo-images ## Debian in VTL0, with its console, and VTL2's beside it
	@$(VM_LINUX) --log $(BUILD)/vm.console --hypervisor-log $(BUILD)/vm.below \
		--program /usr/bin/tmux --file /lib/terminfo:/lib/terminfo \
		--file /usr/lib/locale/C.utf8:/usr/lib/locale/C.utf8 \
		--file lab/guest/session.sh:/root/session.sh --env ENV=/root/session.sh

check: setup ## all tests; the last line is "N passed, N failed"
	@scripts/check style build sparse static unit models litmus lib tools install bench fuzz soak tdx hypervisor demo linux vm

check-newest: setup ## build and VM tests on the newest kernel (builds it first)
	@scripts/check newest

check-tdx: setup ## the emulated TDX module against its specification, row by row
	@scripts/check tdx

check-hypervisor: setup ## the parts of lab/hypervisor, and the same table with a clock of instructions
	@scripts/check hypervisor

check-linux: setup ## Linux in VTL0: data verified, interrupts accounted for
	@scripts/check linux

check-style: setup ## sources: licences, checkpatch, man pages
	@scripts/check style

check-models: setup ## the protocols, model-checked, and mutants of each found out
	@scripts/check models

check-litmus: setup ## the barriers, under the kernel's memory model and on real threads
	@scripts/check litmus

check-static: setup ## clang's analyzer and gcc's, with the exceptions in scripts/static-exceptions
	@scripts/check static

check-fuzz: setup ## a minute of hostile VMMs, hosts and input
	@scripts/check fuzz

check-sanitizers: setup ## all VM tests on kernels with KASAN and KCSAN (builds them first)
	@scripts/check sanitizers

check-unit: setup ## unit tests in user space, under sanitizers
	@scripts/check unit lib tools

check-vm: setup programs tests ## VM tests of one kernel: make check-vm KERNEL=6.12 CPUS=4
	@scripts/build-modules $(KERNEL) >$(BUILD)/modules.log 2>&1 || \
		{ cat $(BUILD)/modules.log; exit 1; }
	@tests/vm/run $(KERNEL) $(CPUS)

proof: setup ## what it survives, in a table, in MINUTES=30 and what building takes
	@scripts/proof $(MINUTES)

soak: setup programs ## devices at full speed, all that moves moving (SECONDS=60, KERNEL, CPUS=4)
	@tests/soak/run --kernel $(KERNEL) --cpus $(if $(filter command line,$(origin CPUS)),$(CPUS),4) --seconds $(SECONDS)

bench: setup ## measure in instructions: tables, build/bench/results.json, plots
	@bench/run all

bench-check: setup ## the same, short, against the committed baseline
	@scripts/check bench

driver: ## the driver for a kernel of yours (KDIR=its build directory)
	$(MAKE) -C $(KDIR) M=$(CURDIR)/driver modules

install: programs ## library, commands, manual, headers, driver for DKMS (PREFIX, LIBDIR, DESTDIR)
	@$(MAKE) -C lib install PREFIX=$(PREFIX) LIBDIR=$(LIBDIR) DESTDIR=$(DESTDIR)
	@$(MAKE) -C tools install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)
	@$(MAKE) -C lab/hypervisor install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)
	install -D -m 644 include/uapi/linux/mshv_vtl.h \
		$(DESTDIR)$(PREFIX)/include/linux/mshv_vtl.h
	install -D -m 644 packaging/60-mshv-vtl.rules \
		$(DESTDIR)/usr/lib/udev/rules.d/60-mshv-vtl.rules
	install -d $(DESTDIR)$(DKMS)
	cp -r driver include $(DESTDIR)$(DKMS)
	sed 's/@VERSION@/$(VERSION)/' packaging/dkms.conf.in >$(DESTDIR)$(DKMS)/dkms.conf

setup: ## what this machine lacks (as root; else says what is missing)
	@scripts/setup

# Into the log goes what the builds say, and not what is fetched and built.
modules: setup
	@mkdir -p $(BUILD)
	@lab/vm/kernel $(KERNEL)
	@[ -e $(MODULES)/driver/mshv_vtl.ko ] || \
		echo 'Building the driver for Linux $(KERNEL).' >&2
	@scripts/build-modules $(KERNEL) >$(BUILD)/modules.log 2>&1 || \
		{ cat $(BUILD)/modules.log; exit 1; }

# Two calls at once would write to the same objects.
programs:
	@mkdir -p $(BUILD)
	@[ -e $(BIN)/demo ] || echo 'Building the library, the command and the demo.' >&2
	@flock $(BUILD)/programs.lock $(MAKE) -s build-programs

build-programs: $(BIN)/labhost $(BIN)/minimal
	@$(MAKE) -s -C tools >/dev/null
	@$(MAKE) -s -C lab/vtl0 >/dev/null
	@$(MAKE) -s -C lab/paravisor >/dev/null
	@$(MAKE) -s $(BIN)/demo $(BIN)/demo-linux $(BIN)/demo-relay

# As with the programs.
tests: programs
	@flock $(BUILD)/programs.lock $(MAKE) -s build-tests

build-tests:
	@$(MAKE) -s -C tests/vm >/dev/null
	@$(MAKE) -s -C tests/tdx >/dev/null

LABHOST := $(addprefix lab/labhost/,labhost.c arguments.c commands.c run.c)
$(BIN)/labhost: $(LABHOST) lab/labhost/labhost.h $(HOST_CLIENT) $(HOST_HEADERS) | $(BIN)
	@$(CC) $(USER_CFLAGS) -o $@ $(LABHOST) $(HOST_CLIENT)

# By `make programs`, after the libraries.
DEMO := lab/demo/demo.c lab/demo/run.c lab/demo/instructions.c lab/demo/common.c
VMM := $(BUILD)/paravisor/libparavisor.a $(BUILD)/lib/libvtlirq.a
$(BIN)/demo: $(DEMO) $(wildcard lab/demo/*.h) $(VMM) lab/hypervisor/l1/lab_tdx.h lab/paravisor/vmm.h \
		lab/vtl0/report.h lib/vtlirq.h | $(BIN)
	@$(CC) $(USER_CFLAGS) -Iinclude/uapi -o $@ $(DEMO) $(VMM) -pthread

DEMO_LINUX := $(addprefix lab/demo/,linux.c disk.c table.c common.c)
$(BIN)/demo-linux: $(DEMO_LINUX) lab/demo/disk.h lab/demo/table.h lab/demo/common.h lab/paravisor/vmm.h \
		lab/paravisor/linux/linux.h $(VMM) | $(BIN)
	@$(CC) $(USER_CFLAGS) -Iinclude/uapi -o $@ $(DEMO_LINUX) $(VMM) -pthread

$(BIN)/demo-relay: lab/demo/relay.c lab/demo/common.c lab/demo/common.h $(HOST_CLIENT) $(HOST_HEADERS) \
		include/uapi/linux/mshv_vtl.h lib/vtlirq.h $(BUILD)/lib/libvtlirq.a | $(BIN)
	@$(CC) $(USER_CFLAGS) -Iinclude/uapi -o $@ lab/demo/relay.c lab/demo/common.c \
		$(HOST_CLIENT) $(BUILD)/lib/libvtlirq.a -pthread

$(BIN)/minimal: examples/minimal.c | $(BIN)
	@$(CC) $(USER_CFLAGS) -o $@ $<

$(BIN):
	@mkdir -p $@

clean: ## remove all that was built (kernels too)
	rm -rf $(BUILD)
