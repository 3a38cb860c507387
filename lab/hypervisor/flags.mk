# SPDX-License-Identifier: GPL-2.0-only
#
# The flags of the hypervisor and of its test kernel. They are not in the common.mk of the
# tree, since lab/hypervisor also builds when it is copied out of the tree alone.

# Both run on the bare machine: no FPU, no red zone, no help from a C library.
FREESTANDING := -O2 -g -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter \
	-Wno-sign-compare -ffreestanding -fno-pic -mno-red-zone -mgeneral-regs-only -mcmodel=small \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing
# An image at a fixed address: $(LD) $(FLAT) FILE.ld.
FLAT := -nostdlib -no-pie -z max-page-size=4096 --no-warn-rwx-segments -z noexecstack -T
