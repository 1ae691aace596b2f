// SPDX-License-Identifier: BSD-2-Clause
/*
 * Built into the small kernel: with lethe_jump=PA the kernel ends its start by a jump to PA. The
 * jump keeps the exception level, MMU off, as in kexec. Everything below stays as it is: at EL1 KVM
 * stays resident at EL2.
 */
#include <linux/cpu.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/kexec.h>
#include <linux/kernel.h>
#include <linux/reboot.h>
#include <linux/smp.h>

#include <asm/daifflags.h>
#include <asm/kexec.h>
#include <asm/mmu_context.h>
#include <asm/sections.h>

static unsigned long target __initdata;

static int __init set_target(char *text)
{
	return kstrtoul(text, 0, &target) == 0;
}
__setup("lethe_jump=", set_target);

static int __init jump(void)
{
	typeof(cpu_soft_restart) *restart = (void *)__pa_symbol(cpu_soft_restart);

	if (target == 0) {
		return 0;
	}
	pr_info("lethe_jump: to 0x%lx\n", target);
	migrate_to_reboot_cpu();
	cpu_hotplug_enable();	/* which that disabled */
	smp_shutdown_nonboot_cpus(smp_processor_id());
	local_daif_mask();
	cpu_install_idmap();
	restart(0, target, 0, 0, 0);
	unreachable();
}
/* Behind KVM's own init, and behind KVM's protection from the host. */
late_initcall_sync(jump);
