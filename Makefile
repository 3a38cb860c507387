# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The targets for people; `make help` lists them. common.mk has the flags of all programs.

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

# Linux 6.1 cannot be a TDX guest, so VTL0 cannot be entered there.
TD := $(filter-out 6.1,$(KERNEL))
# QEMU counts instructions, and the clock of VTL0 stands still while the hypervisor works. With
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

STAGES := tdx hypervisor linux style models litmus static fuzz install newest sanitizers

.PHONY: help setup demo demo-relay demo-start demo-images vm vm-linux programs build-programs tests \
	build-tests modules check check-unit check-vm $(STAGES:%=check-%) proof mutants soak bench \
	bench-check driver install install-programs install-driver deb clean

help: ## this list
	@awk -f scripts/help.awk Makefile

##@ Run, in a virtual machine

# The exit status of a VM must survive the pipe behind it.
demo: private SHELL := /bin/bash
demo: private .SHELLFLAGS := -o pipefail -c
demo: demo-start setup programs modules demo-images ## follow device interrupts into VTL0: of a bare guest, then of Debian
	@echo 'make demo: booting a VM of $(CPUS) CPUs with Linux $(KERNEL) and a bare guest' >&2
	@out=$$(mktemp) && trap 'rm -f "$$out"' EXIT && \
	$(VM) $(COUNTING) --program $(BIN)/demo --timeout 240 --log $(BUILD)/demo.console \
		--exec 'demo --interrupts $(INTERRUPTS)' </dev/null | tee "$$out" && \
	echo 'make demo: booting a VM with Debian as the guest, from a disk of its own' >&2 && \
	$(VM_LINUX) --program $(BIN)/demo-linux --file bench/linux/figures.jsonl:/lib/vtlirq/bench-linux.jsonl \
		--timeout 900 --log $(BUILD)/demo-linux.console \
		--exec demo-linux </dev/null | tee -a "$$out" && \
	sed -n 's/^demo-linux:/ Debian:/p; s/^demo:/The whole demo: bare guest:/p' "$$out" | paste -sd ';'

# What is checked and said before anything is fetched, built or booted.
demo-start:
	$(if $(TD),,$(error Linux $(KERNEL) is no TDX guest, and cannot enter VTL0: "make demo-relay KERNEL=$(KERNEL)" follows interrupts up to the run page))
	@[ "$(CPUS)" != 1 ] || { echo 'CPUS=1: the demo needs 2 CPUs or more, one for each VP of the guest' >&2; exit 2; }
	@[ "$$(id -u)" -eq 0 ] || [ -e $(BUILD)/linux/disk ] || { echo \
		'make demo: it makes a Debian disk for the guest the first time, which root must do: "sudo make demo", or "make demo-relay" without VTL0' >&2; exit 1; }
	@echo 'make demo: the first time, this fetches a kernel and a Debian, which takes some minutes; later it takes about three' >&2

# Debian as the guest: its disk, and the initial file system with kernel GUEST.
demo-images: setup
	@lab/guest/image disk
	@lab/guest/image initrd $(GUEST)

demo-relay: setup programs modules ## the same without VTL0, up to the run page (also KERNEL=6.1)
	@[ "$(CPUS)" != 1 ] || { echo 'CPUS=1: the demo needs 2 CPUs or more, one for each VP of the guest' >&2; exit 2; }
	@echo 'make demo-relay: booting a VM of $(CPUS) CPUs with Linux $(KERNEL)' >&2
	@$(VM) --program $(BIN)/demo-relay --timeout 240 --log $(BUILD)/demo.console \
		--exec 'demo-relay' </dev/null

vm: setup programs modules ## a shell in a VM with the driver and the devices
	@$(VM) --program $(BIN)/demo --program $(BIN)/demo-relay --log $(BUILD)/vm.console --hypervisor-log $(BUILD)/vm.below \
		--file /lib/terminfo:/lib/terminfo --program $(BIN)/minimal --file lab/vm/motd:/etc/motd

vm-linux: setup programs modules demo-images ## Debian in VTL0 with its console, and VTL2's console beside it
	@$(VM_LINUX) --log $(BUILD)/vm.console --hypervisor-log $(BUILD)/vm.below \
		--program /usr/bin/tmux --file /lib/terminfo:/lib/terminfo \
		--file /usr/lib/locale/C.utf8:/usr/lib/locale/C.utf8 \
		--file lab/guest/session.sh:/root/session.sh --env ENV=/root/session.sh

##@ Test

check: setup ## the tests (half an hour on 2 CPUs); the last line is "N passed, N failed"
	@scripts/check style build sparse static unit models litmus lib tools install bench fuzz soak tdx hypervisor demo linux vm

check-unit: setup ## driver core, library and command in user space, under sanitizers (minutes)
	@scripts/check unit lib tools

check-vm: setup programs tests modules ## VM tests on one kernel: make check-vm KERNEL=6.12 CPUS=4
	@tests/vm/run $(KERNEL) $(CPUS)

check-tdx: ## the emulated TDX module against its specification, row by row
check-hypervisor: ## the parts of lab/hypervisor, and the same table on a clock of instructions
check-linux: ## Linux in VTL0: data verified, interrupts accounted for
check-install: ## "make install", the Debian packages, DKMS
check-style: ## sources: licences, checkpatch, shellcheck, man pages
check-static: ## clang's analyzer and gcc's, with the exceptions in scripts/static-exceptions
check-models: ## the protocols, model-checked; each mutant of a model must fail
check-litmus: ## the barriers, under the kernel's memory model and on real threads
check-fuzz: ## a minute of hostile VMMs, hosts and input
check-newest: ## build and VM tests on the newest kernel, which is built first
check-sanitizers: ## all VM tests on kernels with KASAN and KCSAN, which are built first

$(STAGES:%=check-%): check-%: setup
	@scripts/check $*

soak: setup programs ## devices at full speed while routes move (SECONDS=60 KERNEL CPUS=4); with GUEST=6.12, Linux in VTL0
	@$(if $(filter command line,$(origin GUEST)),$(SOAK_LINUX),$(SOAK))

SOAK = tests/soak/run --kernel $(KERNEL) --cpus $(if $(filter command line,$(origin CPUS)),$(CPUS),4) --seconds $(SECONDS)
SOAK_LINUX = $(MAKE) modules && tests/linux/run --cpus $(CPUS) --seconds $(SECONDS) $(KERNEL) $(GUEST) soak

proof: setup ## test the claims about robustness for MINUTES=30, after building
	@scripts/proof $(MINUTES)

mutants: setup programs tests modules ## break the driver in COUNT=100 ways, one at a time: do the tests notice?
	@tests/mutants/run $(COUNT)

##@ Measure, in instructions

bench: setup ## all figures: tables, build/bench/results.json, plots
	@bench/run all

bench-check: setup ## the short form, against the committed baseline
	@scripts/check bench

##@ Install

setup: ## install the packages that this machine lacks; as another user than root, name them
	@scripts/setup

driver: ## the driver for a kernel of yours (KDIR=its build directory)
	$(MAKE) -C $(KDIR) M=$(CURDIR)/driver modules

install: ## library, command, manual, headers, driver for DKMS, tdx-lab (PREFIX LIBDIR DESTDIR)
	@mkdir -p $(BUILD)
	@flock $(BUILD)/programs.lock $(MAKE) install-programs
	@$(MAKE) -C lab/hypervisor install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)
	install -D -m 644 include/uapi/linux/mshv_vtl.h \
		$(DESTDIR)$(PREFIX)/include/linux/mshv_vtl.h
	@$(MAKE) install-driver DESTDIR=$(DESTDIR)

install-programs:
	@$(MAKE) -C lib install PREFIX=$(PREFIX) LIBDIR=$(LIBDIR) DESTDIR=$(DESTDIR)
	@$(MAKE) -C tools install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

# The sources alone, and not what kbuild may have left beside them.
install-driver:
	install -D -m 644 packaging/60-mshv-vtl.rules \
		$(DESTDIR)/usr/lib/udev/rules.d/60-mshv-vtl.rules
	find driver include \( -name '*.[chS]' ! -name '*.mod.c' \) -o -name Kbuild -o -name Kconfig | \
		xargs -I{} install -D -m 644 {} $(DESTDIR)$(DKMS)/{}
	sed 's/@VERSION@/$(VERSION)/' packaging/dkms.conf.in >$(DESTDIR)$(DKMS)/dkms.conf

deb: setup ## Debian packages of the same, in build/deb
	@scripts/deb

clean: ## remove all that was built (kernels too)
	rm -rf $(BUILD)

# --- what these need ---

# The output of the builds goes to the log; what is fetched and built is said here.
modules: setup
	@mkdir -p $(BUILD)
	@lab/vm/kernel $(KERNEL)
	@[ -e $(MODULES)/driver/mshv_vtl.ko ] || \
		echo 'make: building the driver for Linux $(KERNEL)' >&2
	@scripts/build-modules $(KERNEL) >$(BUILD)/modules.log 2>&1 || \
		{ cat $(BUILD)/modules.log; exit 1; }

# Two calls at once would write to the same objects, so one waits for the other.
programs:
	@mkdir -p $(BUILD)
	@[ -e $(BIN)/demo ] || echo 'make: building the library, the command and the programs of the lab' >&2
	@flock $(BUILD)/programs.lock $(MAKE) -s -j$(shell nproc) build-programs

# Each part after those that it links.
build-programs:
	@set -e; for part in tools lab/vtl0 lab/paravisor lab/labhost lab/demo examples; do \
		$(MAKE) -s -C $$part >/dev/null; done

tests: programs
	@flock $(BUILD)/programs.lock $(MAKE) -s -j$(shell nproc) build-tests

build-tests:
	@set -e; for part in tests/vm tests/tdx; do $(MAKE) -s -C $$part >/dev/null; done
