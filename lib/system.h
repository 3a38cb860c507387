/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the library asks of the system, the driver and the host, and the names and targets that
 * callers give. Nothing here knows of contexts, deliveries and routes.
 */
#ifndef VTLIRQ_SYSTEM_H
#define VTLIRQ_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

/* What the public header declares is visible in the shared library, and nothing else is. */
#pragma GCC visibility push(default)
#include "vtlirq.h"
#pragma GCC visibility pop

/*
 * ---- system.c ----
 * System calls with the library's conventions: they return a negative errno on failure, and
 * are repeated after EINTR.
 */

/* ioctl(). */
int system_ioctl(int file, unsigned long request, void *argument);
/* open() for reading and writing, with O_CLOEXEC. */
int system_open(const char *path);
/* Return the time since some moment in the past. */
uint64_t system_now_ms(void);
uint64_t system_now_ns(void);
/* Wait for the whole time, also if signals arrive. */
void system_pause_us(uint32_t microseconds);
/* Return a number that a guest cannot guess. */
uint64_t system_random(void);

/*
 * ---- strings.c ----
 * Names of routes: which ones are valid. They are printed on terminals and in JSON, so they
 * consist of printable ASCII characters.
 */

/**
 * route_name_copy() - copy a name if it is valid
 * @to:   filled with zeroes after the name; unchanged after an error
 * @name: NULL: no name
 *
 * Return: 0; -EINVAL: the name is too long, or has other characters.
 */
int route_name_copy(char to[VTLIRQ_ROUTE_NAME_SIZE], const char *name);

/* Make bytes from another process a valid name: terminate it, replace other characters. */
void route_name_clean(char name[VTLIRQ_ROUTE_NAME_SIZE]);

/*
 * ---- target.c ----
 * Targets: the VPs and the vector that a route leads to, checked and copied from what the
 * caller gave.
 */

#define TARGET_WORDS	(VTLIRQ_VPS_MAX / 64)
/* target_next() returns it after the last VP, and takes it to start. */
#define TARGET_NO_VP	UINT32_MAX

/**
 * struct target - the VPs and the vector that a route leads to
 * @vector: proxy vector, 16..255
 * @flags:  VTLIRQ_TARGET_*
 * @vps:    at least one bit is set
 */
struct target {
	uint32_t vector;
	uint32_t flags;
	uint64_t vps[TARGET_WORDS];
};

/**
 * target_read() - check the target that a caller gave, and copy it
 * @target: out
 * @asked:  from the caller
 *
 * Return: 0 or -EINVAL.
 */
int target_read(struct target *target, const struct vtlirq_target *asked);

/**
 * target_narrow() - copy a target with only one of its VPs
 * @narrow: out
 * @target: the target to copy
 * @vp:     the only VP of the copy
 */
void target_narrow(struct target *narrow, const struct target *target, uint32_t vp);

/**
 * target_next() - go through the VPs of a target in order
 * @target: the target
 * @after:  the previous VP; TARGET_NO_VP to start
 *
 * Return: the next VP, or TARGET_NO_VP at the end.
 */
uint32_t target_next(const struct target *target, uint32_t after);

#define target_for_each_vp(vp, target) \
	for ((vp) = target_next(target, TARGET_NO_VP); (vp) != TARGET_NO_VP; \
	     (vp) = target_next(target, vp))

/* Return the number of VPs. */
uint32_t target_count(const struct target *target);
/* Return whether a VP is one of them. */
bool target_has(const struct target *target, uint32_t vp);
bool target_equal(const struct target *one, const struct target *other);
/* Return whether each interrupt goes to several VPs. */
bool target_is_multicast(const struct target *target);

/*
 * ---- driver.c ----
 * The driver: its files, and the calls on a VTL file.
 */

/**
 * enum driver_redirects - whether the driver can redirect interrupts
 * @DRIVER_REDIRECTS_UNKNOWN: the driver does not know this capability number; the first
 *                            attempt to map a vector will show
 */
enum driver_redirects {
	DRIVER_REDIRECTS_UNKNOWN,
	DRIVER_REDIRECTS_NO,
	DRIVER_REDIRECTS_YES,
};

/**
 * struct driver - the driver
 * @vtl:       VTL file
 * @is_own:    the library created @vtl, and closes it
 * @counts:    the driver has MSHV_GET_VP_INTERRUPTS
 * @redirects: enum driver_redirects; atomic
 */
struct driver {
	int vtl;
	bool is_own;
	bool counts;
	int redirects;
};

/**
 * struct driver_vp - what the driver knows of a VP
 * @apic_id: identifies the VP
 * @quota:   most hardware vectors that it may have; 0: no limit
 * @taken:   hardware vectors that count against the quota
 */
struct driver_vp {
	uint32_t apic_id;
	uint32_t quota;
	uint32_t taken;
};

/**
 * struct driver_counts - interrupts that arrived at a VP with a vector
 */
struct driver_counts {
	uint64_t redirected;
	uint64_t proxied;
};

/**
 * driver_open() - open the driver
 * @driver: out
 * @vtl:    the VTL file to use, or -1 to create one
 *
 * Return: 0 or a negative errno.
 */
int driver_open(struct driver *driver, int vtl);
void driver_close(struct driver *driver);

/* Return whether the driver is known to redirect. */
bool driver_redirects(const struct driver *driver);
/* Return whether the driver may be able to redirect. */
bool driver_may_redirect(const struct driver *driver);

/**
 * driver_map() - map a proxy vector of a VP to a hardware vector, and take a reference
 * @driver:   the driver
 * @vector:   proxy vector
 * @apic_id:  identifies the VP
 * @hardware: out: the hardware vector
 *
 * Return: 0; -ENODEV: the VP has no vector left; or another negative errno of the driver.
 */
int driver_map(struct driver *driver, uint32_t vector, uint32_t apic_id, uint32_t *hardware);

/* Drop one reference. When it returns, what was pending has been relayed. */
int driver_unmap(struct driver *driver, uint32_t hardware, uint32_t apic_id);

/* Return: 0; -EOPNOTSUPP: the driver does not have these calls; -EINVAL: no such VP. */
int driver_vp(struct driver *driver, uint32_t vp, struct driver_vp *facts);
int driver_counts(struct driver *driver, uint32_t vp, uint32_t vector,
		  struct driver_counts *counts);

/*
 * ---- hypercall.c ----
 * Hypercalls: the calls to the host that the library needs, as the Hyper-V TLFS specifies
 * them. Knows nothing of the purpose of a call.
 */

#define HYPERCALL_STATUS_TIMEOUT	0x78

/**
 * struct retarget_request - where a device interrupt has to go
 * @vector:   proxy vector; hardware vector if @redirect
 * @redirect: post the interrupt to that vector of the only VP
 * @to:       the VPs; the vector in it is not used
 */
struct retarget_request {
	uint32_t vector;
	bool redirect;
	const struct target *to;
};

/**
 * struct hypercall_result - the result of a call
 * @status:    Hyper-V status; 0: success, or the host was not called
 * @is_unsure: the call failed, but the host may have done what was asked
 * @calls:     how often the host was called
 */
struct hypercall_result {
	uint32_t status;
	bool is_unsure;
	uint32_t calls;
};

/**
 * hypercall_open() - open the file for hypercalls
 * @file: out; -1 if there is no host to call
 *
 * Return: 0, also without a host; or a negative errno.
 */
int hypercall_open(int *file);

/**
 * hypercall_can_redirect() - ask the host whether it offers redirection
 * @file: from hypercall_open()
 *
 * The call is repeated for a while if the host says that it ran out of time.
 *
 * Return: 1, 0; or -ENOMEM.
 */
int hypercall_can_redirect(int file);

/**
 * hypercall_retarget() - tell the host where a device interrupt has to go
 * @file:      from hypercall_open()
 * @interrupt: the device interrupt
 * @request:   where it has to go
 * @result:    out
 *
 * The call is repeated for a while if the host says that it ran out of time.
 *
 * Return: 0; -ENXIO: the host refused, and @result says how; -EOPNOTSUPP: there is no
 * host; -EPROTO: the answer of the host is not valid; another negative errno of the
 * driver.
 */
int hypercall_retarget(int file, const struct vtlirq_interrupt *interrupt,
		       const struct retarget_request *request, struct hypercall_result *result);

/*
 * ---- socket_path.c ----
 * Socket paths: a process that publishes its routes has a socket in a directory, named
 * after the process.
 */

/**
 * socket_path_make() - make the address of a process's socket
 * @address:   out
 * @directory: NULL: VTLIRQ_DIRECTORY
 * @pid:       the process
 *
 * Return: 0 or -ENAMETOOLONG.
 */
int socket_path_make(struct sockaddr_un *address, const char *directory, pid_t pid);

/**
 * socket_path_connect() - connect to a process
 * @address: of the process
 *
 * The connection waits at most WIRE_SECONDS, and so does each send and receive on it.
 *
 * Return: a socket; -ENOENT: there is no such path; -ECONNREFUSED: no process listens
 * there; or another negative errno.
 */
int socket_path_connect(const struct sockaddr_un *address);

/* Like socket_path_connect(), but removes the path if its process is dead. */
int socket_path_connect_or_remove(const char *directory, const struct sockaddr_un *address);

/**
 * socket_path_lock() - let no other process create or remove a path in the directory
 * @directory: NULL: VTLIRQ_DIRECTORY
 *
 * Return: a file descriptor, whose close() unlocks; or a negative errno.
 */
int socket_path_lock(const char *directory);

/* Return whether the process at the other end runs as root or as this user. */
int socket_is_trusted(int socket);

/* Return the directory of the paths: VTLIRQ_DIRECTORY for NULL. */
const char *socket_path_directory(const char *directory);

#endif /* VTLIRQ_SYSTEM_H */
