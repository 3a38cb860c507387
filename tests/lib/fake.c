// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The simulated driver and host: see fake.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/mshv_vtl.h>

#include "fake.h"

#define FILES_MAX	1024
#define VTLS_MAX	8
#define SELF		(~0ULL)

enum role {
	ROLE_NONE,
	ROLE_MSHV,
	ROLE_HVCALL,
	ROLE_VTL,
};

/* The kinds of file descriptors; each VTL file has a number. */
static struct {
	enum role role;
	int vtl;
	bool is_set_up;
	uint8_t allowed[16];
} files[FILES_MAX];

static uint32_t references_of[VTLS_MAX][FAKE_VPS][256];
static bool vtl_used[VTLS_MAX];
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static uint64_t generations;
static uint64_t chance = 88172645463325252ULL;

struct fake fake;

int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
/* How long a message may take to arrive, as in the library. */
#define LINGER_MS 10000

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __real_nanosleep(const struct timespec *wanted, struct timespec *left);

void fake_lock(void)
{
	pthread_mutex_lock(&lock);
}

void fake_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

uint32_t fake_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 16;
}

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	memset(references_of, 0, sizeof(references_of));
	fake.redirects = 1;
	fake.counts = 1;
	fake.capabilities = 1ULL << 34;
	fake.vectors = 32;
}

void fake_violation(const char *format, ...)
{
	va_list arguments;

	if (fake.violations++)
		return;
	va_start(arguments, format);
	vsnprintf(fake.first_violation, sizeof(fake.first_violation), format, arguments);
	va_end(arguments);
}

uint32_t fake_apic_id(uint32_t vp)
{
	return 2 * vp + 1;
}

/* ---- the table of the host ---- */

struct fake_delivery *fake_find(const struct vtlirq_interrupt *interrupt)
{
	for (int i = 0; i < FAKE_DELIVERIES_MAX && fake.deliveries[i].is_used; i++) {
		struct fake_delivery *delivery = &fake.deliveries[i];

		if (delivery->interrupt.device_id == interrupt->device_id &&
		    delivery->interrupt.address == interrupt->address &&
		    delivery->interrupt.data == interrupt->data)
			return delivery;
	}
	return NULL;
}

static struct fake_delivery *find_or_make(const struct vtlirq_interrupt *interrupt)
{
	struct fake_delivery *delivery = fake_find(interrupt);

	for (int i = 0; !delivery && i < FAKE_DELIVERIES_MAX; i++) {
		if (!fake.deliveries[i].is_used)
			delivery = &fake.deliveries[i];
	}
	if (!delivery)
		abort();
	return delivery;
}

uint64_t fake_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

void fake_message(uint64_t vps, uint32_t vector)
{
	for (uint32_t vp = 0; vp < FAKE_VPS && vector < 256; vp++) {
		if (vps >> vp & 1)
			fake.messages_until_ms[vp][vector] = fake_now_ms() + LINGER_MS;
	}
}

static uint32_t first_vp(uint64_t vps)
{
	return __builtin_ctzll(vps);
}

static void check_delivery(struct fake_delivery *delivery)
{
	for (uint32_t vp = 0; vp < FAKE_VPS; vp++) {
		uint32_t vector = delivery->vector;

		if (!(delivery->vps >> vp & 1))
			continue;
		if (delivery->is_redirected) {
			struct fake_mapping *mapping = &fake.mappings[vp][vector];

			if (!mapping->references)
				fake_violation("host uses vector %#x of VP %u: not mapped",
					       vector, vp);
			delivery->generation = mapping->generation;
			vector = mapping->proxy_vector;
		}
		if (fake.is_filtered && !fake.filter[vp][vector])
			fake_violation("host uses VP %u, vector %u: filter closed", vp,
				       vector);
	}
}

/* ---- hypercalls ---- */

struct input {
	uint64_t partition, device_id;
	uint32_t source, reserved0, address, data;
	uint64_t reserved1;
	uint32_t vector, flags;
	uint64_t format, valid_banks, banks[64];
};

static bool is_sound(const struct mshv_hvcall *call, const struct input *input)
{
	uint64_t banks = __builtin_popcountll(input->valid_banks);

	if (call->input_size != 64 + banks * 8 || !banks ||
	    call->control != (0x7e | (1 + banks) << 17) || call->output_size)
		return false;
	if (input->partition != SELF || input->source != 1 || input->reserved0 ||
	    input->reserved1 || input->format || !(input->flags & 2) || input->flags & ~7u)
		return false;
	if (input->flags & 4)
		return !(input->flags & 1) && banks == 1 &&
		       __builtin_popcountll(input->banks[0]) == 1;
	return true;
}

static struct fake_answer decide(const struct fake_delivery *delivery)
{
	struct fake_answer answer = { 0 };

	if (fake.decide)
		return fake.decide(delivery);
	answer.is_done = true;
	return answer;
}

/* It is unknown what the host did, so the library may retain the vector. */
static void note_unsure(const struct fake_delivery *delivery, const struct fake_answer *answer)
{
	bool is_clear = !answer->error && !answer->elements && answer->status != 0x78;

	if (delivery->is_redirected && !is_clear)
		fake.mappings[first_vp(delivery->vps)][delivery->vector].may_be_used = true;
}

static int retarget(struct mshv_hvcall *call)
{
	struct input input = { 0 };
	struct fake_answer answer;
	struct fake_delivery delivery = { .is_used = true };

	memcpy(&input, (void *)(uintptr_t)call->input,
	       call->input_size < sizeof(input) ? call->input_size : sizeof(input));
	if (!is_sound(call, &input)) {
		fake_violation("retarget: malformed input");
		call->status = 5;
		return 0;
	}
	delivery.interrupt.device_id = input.device_id;
	delivery.interrupt.address = input.address;
	delivery.interrupt.data = input.data;
	delivery.is_redirected = input.flags & 4;
	delivery.is_multicast = input.flags & 1;
	delivery.vector = input.vector;
	delivery.vps = input.valid_banks & 1 ? input.banks[0] : 0;
	fake.valid_banks = input.valid_banks;
	memcpy(fake.banks, input.banks, sizeof(fake.banks));
	if (!delivery.is_redirected)
		fake_message(delivery.vps, delivery.vector);
	answer = decide(&delivery);
	note_unsure(&delivery, &answer);
	if (answer.is_done) {
		struct fake_delivery *now = find_or_make(&delivery.interrupt);

		check_delivery(&delivery);
		if (!now->is_redirected)
			fake_message(now->vps, now->vector);
		*now = delivery;
	}
	call->status = answer.status | (uint64_t)answer.elements << 32;
	return answer.error;
}

static int get_registers(struct mshv_hvcall *call)
{
	const uint32_t *input = (void *)(uintptr_t)call->input;
	uint64_t *output = (void *)(uintptr_t)call->output;

	if (call->control != (0x50 | 1ULL << 32) || call->input_size != 20 ||
	    call->output_size != 16 || input[0] != ~0u || input[1] != ~0u ||
	    input[2] != 0xfffffffe || input[3] || input[4] != 0x000d0006)
		fake_violation("get registers: malformed input");
	if (fake.register_timeouts) {
		fake.register_timeouts--;
		call->status = 0x78;
		return 0;
	}
	output[0] = fake.capabilities;
	output[1] = 0;
	call->status = 1ULL << 32;
	return 0;
}

static int hvcall(int fd, struct mshv_hvcall *call)
{
	unsigned int code = call->control & 0xffff;

	if (code >= 128 || !(files[fd].allowed[code / 8] >> code % 8 & 1))
		return EPERM;
	return code == 0x7e ? retarget(call) : get_registers(call);
}

static int hvcall_setup(int fd, const struct mshv_hvcall_setup *setup)
{
	const uint8_t *bitmap = (void *)(uintptr_t)setup->bitmap;
	int bits = 0;

	if (files[fd].is_set_up || setup->bitmap_size > sizeof(files[fd].allowed))
		return EINVAL;
	for (uint64_t i = 0; i < setup->bitmap_size; i++)
		bits += __builtin_popcount(bitmap[i]);
	if (bits != 2)
		fake_violation("setup: %d calls allowed, not 2", bits);
	memcpy(files[fd].allowed, bitmap, setup->bitmap_size);
	files[fd].is_set_up = true;
	return 0;
}

/* ---- ioctls of the driver ---- */

/* Without APIC ids from the driver, the library uses those of this machine. */
static int vp_of(uint32_t apic_id)
{
	for (uint32_t vp = 0; vp < FAKE_VPS; vp++) {
		uint32_t own = fake_apic_id(vp);

		if (fake.counts <= 0 && vtlirq_vp_apic_id(vp, &own))
			return -1;
		if (own == apic_id)
			return vp;
	}
	return -1;
}

static unsigned int mapped_on(int vp)
{
	unsigned int mapped = 0;

	for (int i = 0; i < 256; i++)
		mapped += !!fake.mappings[vp][i].references;
	return mapped;
}

static struct fake_mapping *find_mapping(int vp, uint32_t proxy_vector)
{
	for (int i = 0; i < 256; i++) {
		struct fake_mapping *mapping = &fake.mappings[vp][i];

		if (mapping->references && mapping->proxy_vector == proxy_vector)
			return mapping;
	}
	return NULL;
}

static bool is_aside(const struct fake_mapping *mapping)
{
	return !mapping->references && fake_now_ms() < mapping->quarantined_until_ms;
}

static unsigned int aside_on(int vp)
{
	unsigned int aside = 0;

	for (int i = 0; i < 256; i++)
		aside += is_aside(&fake.mappings[vp][i]);
	return aside;
}

/* A vector in quarantine may be used again for the same proxy vector. */
static bool may_take(const struct fake_mapping *mapping, uint32_t proxy_vector, bool has_room)
{
	if (mapping->references)
		return false;
	if (is_aside(mapping))
		return mapping->proxy_vector == proxy_vector;
	return has_room;
}

static struct fake_mapping *make_mapping(int vp, uint32_t proxy_vector)
{
	unsigned int taken = mapped_on(vp) + aside_on(vp);
	bool has_room = taken < fake.vectors && (!fake.quota || taken < fake.quota);

	for (unsigned int i = 0; i < fake.vectors; i++) {
		struct fake_mapping *mapping = &fake.mappings[vp][FAKE_FIRST_VECTOR + i];

		if (!may_take(mapping, proxy_vector, has_room))
			continue;
		mapping->proxy_vector = proxy_vector;
		mapping->generation = ++generations;
		mapping->pending = 0;
		mapping->may_be_used = false;
		return mapping;
	}
	return NULL;
}

static int map(int fd, struct mshv_map_device_intr *asked)
{
	int vp = vp_of(asked->apic_id);
	struct fake_mapping *mapping;

	if (fake.map_errno)
		return fake.map_errno;
	if (vp < 0 || fake.offline[vp] || asked->vector < 16 || asked->vector > 255)
		return EINVAL;
	mapping = find_mapping(vp, asked->vector);
	if (!mapping)
		mapping = make_mapping(vp, asked->vector);
	if (!mapping)
		return ENODEV;
	mapping->references++;
	asked->vector = mapping - fake.mappings[vp];
	references_of[files[fd].vtl][vp][asked->vector]++;
	return 0;
}

static void relay(int vp, struct fake_mapping *mapping)
{
	fake.redirected[vp][mapping->proxy_vector] += mapping->pending;
	mapping->pending = 0;
}

static void drop_reference(int vp, uint32_t vector)
{
	struct fake_mapping *mapping = &fake.mappings[vp][vector];

	if (--mapping->references)
		return;
	mapping->quarantined_until_ms = fake_now_ms() + fake.quarantine_ms;
	relay(vp, mapping);
	for (int i = 0; i < FAKE_DELIVERIES_MAX && fake.deliveries[i].is_used; i++) {
		const struct fake_delivery *delivery = &fake.deliveries[i];

		if (delivery->is_redirected && delivery->vector == vector &&
		    delivery->vps >> vp & 1)
			fake_violation("vector %#x of VP %d unmapped: the host uses it",
				       vector, vp);
	}
}

static int unmap(int fd, const struct mshv_map_device_intr *asked)
{
	int vp = vp_of(asked->apic_id);

	if (vp < 0 || asked->vector > 255 ||
	    !references_of[files[fd].vtl][vp][asked->vector]) {
		fake_violation("unmap of vector %#x, APIC id %u: no reference", asked->vector,
			       asked->apic_id);
		return ENOENT;
	}
	references_of[files[fd].vtl][vp][asked->vector]--;
	drop_reference(vp, asked->vector);
	return 0;
}

static int vp_interrupts(struct mshv_vp_interrupts *asked)
{
	struct mshv_vector_counts *counts = (void *)(uintptr_t)asked->counts;

	if (fake.counts <= 0)
		return ENOTTY;
	if (asked->vp >= FAKE_VPS || asked->reserved || asked->counts_first > 256 ||
	    asked->counts_len > 256 - asked->counts_first)
		return EINVAL;
	for (uint32_t i = 0; i < asked->counts_len; i++) {
		counts[i].redirected = fake.redirected[asked->vp][asked->counts_first + i];
		counts[i].proxied = fake.proxied[asked->vp][asked->counts_first + i];
	}
	asked->apic_id = fake_apic_id(asked->vp);
	asked->quota = fake.quota;
	asked->mapped = mapped_on(asked->vp);
	asked->quarantined = aside_on(asked->vp);
	return 0;
}

static int new_file(enum role role)
{
	int fd = __real_open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fd >= FILES_MAX)
		abort();
	memset(&files[fd], 0, sizeof(files[fd]));
	files[fd].role = role;
	return fd;
}

static int create_vtl(void)
{
	int fd = new_file(ROLE_VTL);
	int vtl = 0;

	while (vtl_used[vtl])
		vtl++;
	if (vtl >= VTLS_MAX)
		abort();
	vtl_used[vtl] = true;
	files[fd].vtl = vtl;
	return fd;
}

/* Return: the result of the ioctl, or a negative errno. */
static int check_extension(uint32_t capability)
{
	switch (capability) {
	case MSHV_CAP_REDIRECTED_INTERRUPT:
		return fake.redirects;
	case MSHV_CAP_VP_INTERRUPTS:
		return fake.counts;
	default:
		return -EOPNOTSUPP;
	}
}

/* ---- wrapped functions ---- */

static bool plan_fails(enum fake_call call)
{
	return ++fake.calls[call] == fake.fail_at[call];
}

static enum fake_call kind_of(unsigned long request, const void *argument)
{
	switch (request) {
	case MSHV_CHECK_EXTENSION:
		return FAKE_CHECK_EXTENSION;
	case MSHV_CREATE_VTL:
		return FAKE_CREATE_VTL;
	case MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT:
		return ((const struct mshv_map_device_intr *)argument)->create_mapping ?
		       FAKE_MAP : FAKE_UNMAP;
	case MSHV_GET_VP_INTERRUPTS:
		return FAKE_VP_INTERRUPTS;
	case MSHV_HVCALL_SETUP:
		return FAKE_HVCALL_SETUP;
	case MSHV_HVCALL:
		return (((const struct mshv_hvcall *)argument)->control & 0xffff) == 0x7e ?
		       FAKE_RETARGET : FAKE_GET_REGISTERS;
	default:
		return FAKE_CALLS;
	}
}

static enum role role_of(enum fake_call call)
{
	if (call == FAKE_CHECK_EXTENSION || call == FAKE_CREATE_VTL)
		return ROLE_MSHV;
	if (call == FAKE_MAP || call == FAKE_UNMAP || call == FAKE_VP_INTERRUPTS)
		return ROLE_VTL;
	return ROLE_HVCALL;
}

static int carry_out(int fd, enum fake_call call, void *argument)
{
	switch (call) {
	case FAKE_CHECK_EXTENSION:
		return check_extension(*(uint32_t *)argument);
	case FAKE_CREATE_VTL:
		return create_vtl();
	case FAKE_MAP:
		return -map(fd, argument);
	case FAKE_UNMAP:
		return -unmap(fd, argument);
	case FAKE_VP_INTERRUPTS:
		return -vp_interrupts(argument);
	case FAKE_HVCALL_SETUP:
		return -hvcall_setup(fd, argument);
	default:
		return -hvcall(fd, argument);
	}
}

int __wrap_ioctl(int fd, unsigned long request, void *argument)
{
	enum fake_call call = kind_of(request, argument);
	int result;

	fake_lock();
	if (call == FAKE_CALLS || fd < 0 || fd >= FILES_MAX || files[fd].role != role_of(call)) {
		fake_violation("ioctl %#lx on file %d: wrong kind of file", request, fd);
		result = -EBADF;
	} else if (fake_random(&chance) % 100 < fake.interrupted) {
		result = -EINTR;
	} else if (plan_fails(call)) {
		result = -fake.fail_errno[call];
	} else {
		result = carry_out(fd, call, argument);
	}
	fake_unlock();
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

static int open_node(const char *path)
{
	bool is_hvcall = !strcmp(path, "/dev/mshv_hvcall");
	enum fake_call call = is_hvcall ? FAKE_OPEN_HVCALL : FAKE_OPEN_MSHV;

	if (fake_random(&chance) % 100 < fake.interrupted)
		return -EINTR;
	if (plan_fails(call))
		return -fake.fail_errno[call];
	return new_file(is_hvcall ? ROLE_HVCALL : ROLE_MSHV);
}

int __wrap_open(const char *path, int flags, ...)
{
	int fd;

	if (strncmp(path, "/dev/mshv", 9))
		return __real_open(path, flags, 0600);
	fake_lock();
	fd = open_node(path);
	fake_unlock();
	if (fd >= 0)
		return fd;
	errno = -fd;
	return -1;
}

static void end_vtl(int vtl)
{
	for (int vp = 0; vp < FAKE_VPS; vp++) {
		for (int vector = 0; vector < 256; vector++) {
			struct fake_mapping *mapping = &fake.mappings[vp][vector];

			mapping->references -= references_of[vtl][vp][vector];
			references_of[vtl][vp][vector] = 0;
		}
	}
	vtl_used[vtl] = false;
}

int __wrap_close(int fd)
{
	fake_lock();
	if (fd >= 0 && fd < FILES_MAX) {
		if (files[fd].role == ROLE_VTL)
			end_vtl(files[fd].vtl);
		files[fd].role = ROLE_NONE;
	}
	fake_unlock();
	return __real_close(fd);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	uint64_t time = __atomic_load_n(&fake.now_ns, __ATOMIC_RELAXED);

	if (!time)
		return __real_clock_gettime(clock, now);
	now->tv_sec = time / 1000000000;
	now->tv_nsec = time % 1000000000;
	return 0;
}

int __wrap_nanosleep(const struct timespec *wanted, struct timespec *left)
{
	if (!__atomic_load_n(&fake.now_ns, __ATOMIC_RELAXED))
		return __real_nanosleep(wanted, left);
	__atomic_fetch_add(&fake.now_ns, wanted->tv_sec * 1000000000ULL + wanted->tv_nsec,
			   __ATOMIC_RELAXED);
	return 0;
}

/* ---- devices, and the state of the model ---- */

void fake_raise(const struct vtlirq_interrupt *interrupt, uint64_t times)
{
	const struct fake_delivery *delivery;
	uint32_t vp, vector;

	fake_lock();
	delivery = fake_find(interrupt);
	if (!delivery) {
		fake_unlock();
		return;
	}
	vp = first_vp(delivery->vps);
	vector = delivery->vector;
	if (!delivery->is_redirected) {
		fake.proxied[vp][vector] += times;
	} else {
		struct fake_mapping *mapping = &fake.mappings[vp][vector];

		if (!mapping->references || mapping->generation != delivery->generation)
			fake_violation("interrupt on vector %#x of VP %u: lost", vector, vp);
		mapping->pending += times;
		vector = mapping->proxy_vector;
	}
	if (fake.is_filtered && !fake.filter[vp][vector])
		fake_violation("interrupt for VP %u, vector %u: filter closed", vp, vector);
	fake_unlock();
}

void fake_settle(void)
{
	fake_lock();
	for (int vp = 0; vp < FAKE_VPS; vp++) {
		for (int vector = 0; vector < 256; vector++)
			relay(vp, &fake.mappings[vp][vector]);
	}
	fake_unlock();
}

int fake_files(void)
{
	int count = 0;

	for (int i = 0; i < FILES_MAX; i++)
		count += files[i].role != ROLE_NONE;
	return count;
}

uint32_t fake_references(void)
{
	uint32_t count = 0;

	for (int vp = 0; vp < FAKE_VPS; vp++) {
		for (int vector = 0; vector < 256; vector++)
			count += fake.mappings[vp][vector].references;
	}
	return count;
}

uint32_t fake_open_filters(void)
{
	uint32_t count = 0;

	for (int vp = 0; vp < FAKE_VPS; vp++) {
		for (int vector = 0; vector < 256; vector++)
			count += fake.filter[vp][vector];
	}
	return count;
}

struct fake_answer fake_refuse_redirection(const struct fake_delivery *delivery)
{
	if (delivery->is_redirected)
		return (struct fake_answer) { .status = 5 };
	return (struct fake_answer) { .is_done = true };
}

int fake_allow(void *context, uint32_t vp, uint32_t vector)
{
	fake_lock();
	if (vp < FAKE_VPS && fake.filter[vp][vector]++)
		fake_violation("VP %u, vector %u allowed twice", vp, vector);
	fake_unlock();
	return 0;
}

void fake_forbid(void *context, uint32_t vp, uint32_t vector)
{
	fake_lock();
	if (vp < FAKE_VPS && !fake.filter[vp][vector]--)
		fake_violation("VP %u, vector %u forbidden, but was not allowed", vp, vector);
	fake_unlock();
}
