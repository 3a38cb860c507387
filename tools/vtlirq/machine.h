/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the command reads of this machine, the driver, and the processes that publish routes.
 */
#ifndef VTLIRQ_MACHINE_H
#define VTLIRQ_MACHINE_H

#include <linux/mshv_vtl.h>
#include <sys/types.h>

#include <vtlirq.h>

#include "base.h"

/* ---- paths.c ---- */

#define DRIVER_MODULE	"mshv_vtl"

/**
 * enum place - a file or folder, which a variable of the environment overrides
 * @NODE: the driver's node; the names of the others begin with it (VTLIRQ_NODE)
 * @DEBUGFS: the folder in which the driver shows its state (VTLIRQ_DEBUGFS)
 * @CPUINFO: shows the flags of each CPU (VTLIRQ_CPUINFO)
 * @FILESYSTEMS: lists the types of file system of the kernel (VTLIRQ_FILESYSTEMS)
 * @KMSG: the kernel's log (VTLIRQ_KMSG)
 * @PUBLICATIONS: the folder in which processes publish their routes (VTLIRQ_DIRECTORY)
 * @MODULES: has a folder for each module of the kernel (VTLIRQ_MODULES)
 */
enum place { NODE, DEBUGFS, CPUINFO, FILESYSTEMS, KMSG, PUBLICATIONS, MODULES };

const char *path_of(enum place place);
int file_read(const char *path, char **text);
char *module_file(const char *file);
bool module_is_listed(void);
void explain_node(int error, struct problem *problem);
void explain_debugfs(const char *file, int error, struct problem *problem);

/* ---- machine.c ---- */

/* Twelve letters, by which a CPU names its hypervisor, and a zero. */
#define HYPERVISOR_NAME_SIZE	13

bool cpu_has_flag(const char *flag);
void hypervisor_name(char name[HYPERVISOR_NAME_SIZE]);
int kernel_log_count(const char *text, unsigned int *count);

/* ---- driver.c ---- */

int driver_open_node(struct problem *problem);
int driver_capability(int node, unsigned int capability);
bool driver_is_known(int node);
bool driver_is_ours(int node);
int driver_create_file(int node, struct problem *problem);
int driver_open_file(struct problem *problem);
int driver_map(int file, unsigned int proxy_vector, unsigned int apic_id);
int driver_unmap(int file, unsigned int hardware_vector, unsigned int apic_id);
int driver_vp_interrupts(int file, struct mshv_vp_interrupts *asked);

/* ---- state.c ---- */

#define WORD_SIZE	16

/* A hardware vector that stands for a proxy vector; vtlirq(8) explains the members. */
struct mapping {
	u64 cpu;
	u64 apic_id;
	u64 hardware_vector;
	u64 proxy_vector;
	/* "mapped", or "quarantined" after it was unmapped. */
	char state[WORD_SIZE];
	u64 references;
	u64 relayed;
	u64 blocked;
	u64 late;
	u64 age_ms;
};

/*
 * A VP, which is a CPU of Linux; vtlirq(8) explains the members. Each may be UNKNOWN, since
 * they have two sources: debugfs, and the driver's ioctl.
 */
struct vp {
	u64 vp;
	u64 apic_id;
	u64 online;
	u64 mapped;
	u64 quarantined;
	u64 free;
	u64 quota;
	u64 redirected;
	u64 proxied;
	u64 blocked;
	u64 unmapped;
	/* From here on, the file "vps" is the source. */
	u64 merged;
	u64 entries;
	u64 handled;
	u64 halts;
	u64 user_returns;
	u64 kicks;
};

extern const struct columns mapping_columns;
extern const struct columns vp_columns;

int state_mappings(struct mapping **mappings, size_t *count, struct problem *problem);
int state_vps(struct vp **vps, size_t *count, struct problem_list *missing);
bool mapping_is_live(const struct mapping *mapping);

/* ---- routes.c, route_words.c ---- */

#define PROCESS_NAME_SIZE	32
#define ROUTE_TEXT_SIZE		64

/**
 * struct route - a route of a process, at one moment, as it is shown
 * @hardware_vector: UNKNOWN if it is proxied
 * @vp_text: its VP, and how many others its set has: "0", or "0+3"
 * @label: its name, or else the device id
 * @reason: why it is proxied, in one word; NULL if it is redirected
 * @reason_text: the same, with the host's answer or the errno: "refused:invalid-device-ID"
 * @what: the same in a sentence; empty if it is redirected
 * @next: what to do about it
 * @redirected_rate: interrupts per second that come redirected; negative: unknown
 * @proxied_rate: that come proxied
 */
struct route {
	u64 pid;
	struct vtlirq_route_state state;
	u64 hardware_vector;
	char vp_text[ROUTE_TEXT_SIZE];
	char label[ROUTE_TEXT_SIZE];
	const char *delivery;
	const char *reason;
	char reason_text[ROUTE_TEXT_SIZE];
	const char *host_status;
	char what[sizeof(((struct problem *)0)->what)];
	const char *next;
	double redirected_rate;
	double proxied_rate;
};

/* A process that publishes its routes; its name is "?" if it ended meanwhile. */
struct process {
	u64 pid;
	char name[PROCESS_NAME_SIZE];
	struct vtlirq_summary summary;
};

/* The routes of all processes, sorted, and why some processes could not be asked (@silent). */
struct routes {
	size_t count;
	struct route *all;
	size_t process_count;
	struct process *processes;
	struct problem_list silent;
};

extern const struct columns route_columns;

int routes_read(struct routes *routes, u64 only, struct problem *problem);
void routes_free(struct routes *routes);
void explain_process(pid_t pid, int error, struct problem *problem);

struct route route_describe(pid_t pid, const struct vtlirq_route_state *state);
void route_explain_failure(int error, uint32_t status, struct problem *problem);

#endif /* VTLIRQ_MACHINE_H */
