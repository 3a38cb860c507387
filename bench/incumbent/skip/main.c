// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets KVM skip an instruction without decoding it.
 *
 * An AMD CPU reports where the next instruction begins ("next-RIP save"). QEMU's
 * emulated CPU does not, so that KVM reads and decodes the instruction: a cost that
 * current hardware does not have. While the parameter "length" is not 0, that many
 * bytes are skipped instead, as KVM does with the address from the CPU. While it is 0,
 * KVM is unmodified.
 *
 * For the bench only: a guest that exits by an instruction of another length would
 * continue at a wrong address.
 *
 * Owns: the hook on kvm_emulate_instruction(). Must not know: what is measured.
 */
#include <linux/build_bug.h>
#include <linux/ftrace.h>
#include <linux/kvm_host.h>
#include <linux/module.h>

#include "skip.h"

static unsigned int fixed_skip_length;

static_assert(FIXED_SKIP_TYPE == EMULTYPE_SKIP);

/* SVM enters the guest at this RIP; it need not be marked as changed. */
notrace int fixed_skip(struct kvm_vcpu *vcpu)
{
	vcpu->arch.regs[VCPU_REGS_RIP] += fixed_skip_length;
	return 1;
}

static int hook(void)
{
	return register_ftrace_direct((unsigned long)kvm_emulate_instruction,
				      (unsigned long)fixed_skip_hook);
}

static int unhook(void)
{
	int error;

	error = unregister_ftrace_direct((unsigned long)kvm_emulate_instruction,
					 (unsigned long)fixed_skip_hook);
	/* A task may still be in the hook. */
	synchronize_rcu_tasks();
	return error;
}

/* The kernel serializes writes of parameters. */
static int length_set(const char *text, const struct kernel_param *parameter)
{
	unsigned int length;
	int error;

	error = kstrtouint(text, 0, &length);
	if (error)
		return error;
	if (!length != !fixed_skip_length)
		error = length ? hook() : unhook();
	if (!error)
		fixed_skip_length = length;
	return error;
}

static const struct kernel_param_ops length_ops = {
	.set = length_set,
	.get = param_get_uint,
};
module_param_cb(length, &length_ops, &fixed_skip_length, 0600);
MODULE_PARM_DESC(length, "Length of the instructions that are skipped; 0: decode them");

static int __init fixed_skip_init(void)
{
	return 0;
}

static void __exit fixed_skip_exit(void)
{
	if (fixed_skip_length)
		WARN_ON(unhook());
}

module_init(fixed_skip_init);
module_exit(fixed_skip_exit);

MODULE_DESCRIPTION("Bench: KVM skips instructions of a known length without decoding them");
MODULE_LICENSE("GPL");
