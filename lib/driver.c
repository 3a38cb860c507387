// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The driver: see system.h.
 */
#include <errno.h>
#include <linux/mshv_vtl.h>
#include <string.h>
#include <unistd.h>

#include "system.h"

static int capability(int mshv, uint32_t number)
{
	__u32 asked = number;

	return system_ioctl(mshv, MSHV_CHECK_EXTENSION, &asked);
}

static enum driver_redirects ask_redirects(int mshv)
{
	int answer = capability(mshv, MSHV_CAP_REDIRECTED_INTERRUPT);

	if (answer == -EOPNOTSUPP)
		return DRIVER_REDIRECTS_UNKNOWN;
	return answer > 0 ? DRIVER_REDIRECTS_YES : DRIVER_REDIRECTS_NO;
}

int driver_open(struct driver *driver, int vtl)
{
	int mshv = system_open("/dev/mshv");
	int error = 0;

	if (mshv < 0)
		return mshv;
	memset(driver, 0, sizeof(*driver));
	driver->redirects = ask_redirects(mshv);
	driver->counts = capability(mshv, MSHV_CAP_VP_INTERRUPTS) > 0;
	driver->is_own = vtl < 0;
	driver->vtl = driver->is_own ? system_ioctl(mshv, MSHV_CREATE_VTL, NULL) : vtl;
	if (driver->vtl < 0)
		error = driver->vtl;
	close(mshv);
	return error;
}

void driver_close(struct driver *driver)
{
	if (driver->is_own)
		close(driver->vtl);
}

bool driver_redirects(const struct driver *driver)
{
	return __atomic_load_n(&driver->redirects, __ATOMIC_RELAXED) == DRIVER_REDIRECTS_YES;
}

bool driver_may_redirect(const struct driver *driver)
{
	return __atomic_load_n(&driver->redirects, __ATOMIC_RELAXED) != DRIVER_REDIRECTS_NO;
}

/*
 * Where the driver does not know the capability number, the first result of a map call
 * decides. ENOSPC and EINVAL are about one CPU, and ENOMEM about this moment; any other
 * result is about the driver.
 */
static void learn(struct driver *driver, int error)
{
	int unknown = DRIVER_REDIRECTS_UNKNOWN;
	int known = error ? DRIVER_REDIRECTS_NO : DRIVER_REDIRECTS_YES;

	if (error == -ENOSPC || error == -EINVAL || error == -ENOMEM)
		return;
	__atomic_compare_exchange_n(&driver->redirects, &unknown, known, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
}

int driver_map(struct driver *driver, uint32_t vector, uint32_t apic_id, uint32_t *hardware)
{
	struct mshv_map_device_intr map = {
		.vector = vector,
		.apic_id = apic_id,
		.create_mapping = 1,
	};
	int error = system_ioctl(driver->vtl, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, &map);

	learn(driver, error);
	if (error)
		return error == -ENOSPC ? -ENODEV : error;
	*hardware = map.vector;
	return 0;
}

int driver_unmap(struct driver *driver, uint32_t hardware, uint32_t apic_id)
{
	struct mshv_map_device_intr map = {
		.vector = hardware,
		.apic_id = apic_id,
	};

	return system_ioctl(driver->vtl, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, &map);
}

static int vp_interrupts(struct driver *driver, struct mshv_vp_interrupts *asked)
{
	if (!driver->counts)
		return -EOPNOTSUPP;
	return system_ioctl(driver->vtl, MSHV_GET_VP_INTERRUPTS, asked);
}

int driver_vp(struct driver *driver, uint32_t vp, struct driver_vp *facts)
{
	struct mshv_vp_interrupts asked = { .vp = vp };
	int error = vp_interrupts(driver, &asked);

	if (error)
		return error;
	facts->apic_id = asked.apic_id;
	facts->quota = asked.quota;
	facts->taken = asked.mapped + asked.quarantined;
	return 0;
}

int driver_counts(struct driver *driver, uint32_t vp, uint32_t vector,
		  struct driver_counts *counts)
{
	struct mshv_vector_counts one = { 0 };
	struct mshv_vp_interrupts asked = {
		.vp = vp,
		.counts_first = vector,
		.counts_len = 1,
		.counts = (uintptr_t)&one,
	};
	int error = vp_interrupts(driver, &asked);

	if (error)
		return error;
	counts->redirected = one.redirected;
	counts->proxied = one.proxied;
	return 0;
}
