// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Strings for people: deliveries, reasons, the statuses of the host, the version; and which
 * names of routes are valid.
 */
#include <errno.h>
#include <string.h>

#include "system.h"

const char *vtlirq_version(void)
{
	return VTLIRQ_VERSION;
}

const char *vtlirq_delivery_name(enum vtlirq_delivery delivery)
{
	switch (delivery) {
	case VTLIRQ_REDIRECTED:
		return "redirected";
	case VTLIRQ_PROXIED:
		return "proxied";
	}
	return "unknown";
}

const char *vtlirq_reason_name(enum vtlirq_reason reason)
{
	switch (reason) {
	case VTLIRQ_REASON_NONE:
		return "none";
	case VTLIRQ_REASON_DISABLED:
		return "redirection is disabled";
	case VTLIRQ_REASON_DRIVER:
		return "the driver cannot redirect";
	case VTLIRQ_REASON_HOST:
		return "the host does not offer redirection";
	case VTLIRQ_REASON_MULTICAST:
		return "multicast";
	case VTLIRQ_REASON_NO_VECTOR:
		return "no vector left on the CPU";
	case VTLIRQ_REASON_QUOTA:
		return "the quota is used up";
	case VTLIRQ_REASON_REFUSED:
		return "the host refused";
	case VTLIRQ_REASON_PREFERRED:
		return "the VMM asked for proxied delivery";
	case VTLIRQ_REASON_DEMOTED:
		return "gave its vector to a busier route";
	case VTLIRQ_REASON_ERROR:
		return "the driver failed";
	}
	return "unknown reason";
}

/* Status codes of the Hyper-V TLFS; HvError in openvmm, vm/hv1/hvdef/src/lib.rs. */
static const struct {
	uint16_t status;
	const char *name;
} statuses[] = {
	{ 0x00, "success" },
	{ 0x02, "invalid hypercall code" },
	{ 0x03, "invalid hypercall input" },
	{ 0x04, "invalid alignment" },
	{ 0x05, "invalid parameter" },
	{ 0x06, "access denied" },
	{ 0x07, "invalid partition state" },
	{ 0x08, "operation denied" },
	{ 0x09, "unknown property" },
	{ 0x0a, "property value out of range" },
	{ 0x0b, "insufficient memory" },
	{ 0x0c, "partition too deep" },
	{ 0x0d, "invalid partition ID" },
	{ 0x0e, "invalid VP index" },
	{ 0x10, "not found" },
	{ 0x11, "invalid port ID" },
	{ 0x12, "invalid connection ID" },
	{ 0x13, "insufficient buffers" },
	{ 0x14, "not acknowledged" },
	{ 0x15, "invalid VP state" },
	{ 0x16, "acknowledged" },
	{ 0x17, "invalid save or restore state" },
	{ 0x18, "invalid SynIC state" },
	{ 0x19, "object in use" },
	{ 0x1a, "invalid proximity domain info" },
	{ 0x1b, "no data" },
	{ 0x1c, "inactive" },
	{ 0x1d, "no resources" },
	{ 0x1e, "feature unavailable" },
	{ 0x1f, "partial packet" },
	{ 0x20, "processor feature not supported" },
	{ 0x30, "incompatible cache line flush size" },
	{ 0x33, "insufficient buffer" },
	{ 0x37, "incompatible processor" },
	{ 0x38, "insufficient device domains" },
	{ 0x3c, "wrong CPUID features" },
	{ 0x3d, "wrong XSAVE features in CPUID" },
	{ 0x3e, "processor startup timeout" },
	{ 0x3f, "SMX is enabled" },
	{ 0x41, "invalid LP index" },
	{ 0x50, "invalid register value" },
	{ 0x51, "invalid VTL state" },
	{ 0x55, "NX not detected" },
	{ 0x57, "invalid device ID" },
	{ 0x58, "invalid device state" },
	{ 0x59, "pending page requests" },
	{ 0x60, "page request invalid" },
	{ 0x65, "key already exists" },
	{ 0x66, "device already in domain" },
	{ 0x6f, "invalid CPU group ID" },
	{ 0x70, "invalid CPU group state" },
	{ 0x71, "operation failed" },
	{ 0x72, "not allowed with nested virtualization active" },
	{ 0x73, "insufficient root memory" },
	{ 0x74, "event buffer already freed" },
	{ 0x78, "timeout" },
	{ 0x79, "call pending" },
	{ 0x86, "VTL already enabled" },
	{ 0x87, "unknown register name" },
};

const char *vtlirq_hv_status_name(uint32_t status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].status == status)
			return statuses[i].name;
	}
	return "unknown status";
}

/* isprint() depends on the locale of the program. */
static bool is_printable(char byte)
{
	return byte >= ' ' && byte <= '~';
}

int route_name_copy(char to[VTLIRQ_ROUTE_NAME_SIZE], const char *name)
{
	size_t length = 0;

	for (; name && name[length]; length++) {
		if (length == VTLIRQ_ROUTE_NAME_SIZE - 1 || !is_printable(name[length]))
			return -EINVAL;
	}
	memset(to, 0, VTLIRQ_ROUTE_NAME_SIZE);
	if (length)
		memcpy(to, name, length);
	return 0;
}

void route_name_clean(char name[VTLIRQ_ROUTE_NAME_SIZE])
{
	name[VTLIRQ_ROUTE_NAME_SIZE - 1] = '\0';
	for (; *name; name++) {
		if (!is_printable(*name))
			*name = '?';
	}
}
