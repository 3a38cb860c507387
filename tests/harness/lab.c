// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The driver and the lab's host for the tests in the VM; see lab.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab.h"

#define DEBUGFS "/sys/kernel/debug/mshv_vtl/"

struct lab lab;

void node_check_root_only(const char *path)
{
	struct stat node;

	check(!stat(path, &node), "%s: %s", path, strerror(errno));
	assert_true(S_ISCHR(node.st_mode));
	assert_int_equal(node.st_mode & 07777, 0600);
	assert_int_equal(node.st_uid, 0);
}

void node_check_unknown_ioctls(int fd)
{
	int mark = kernel_log_mark();
	unsigned int number;

	/* The driver has no command with this size. */
	for (number = 0; number < 256; number++)
		assert_errno(ioctl(fd, _IOWR(MSHV_IOCTL, number, char[20]), 0), ENOTTY);
	assert_int_equal(kernel_log_count(mark, "mshv"), 0);
}

int must_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	check(fd >= 0, "%s: %s", path, strerror(errno));
	return fd;
}

uint64_t frame_of(const volatile void *place)
{
	const unsigned long size = sysconf(_SC_PAGESIZE);
	int file = must_open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry = 0;

	check(pread(file, &entry, sizeof(entry), (uintptr_t)place / size * 8) == sizeof(entry),
	      "pagemap: %s", strerror(errno));
	close(file);
	return (entry & ((1ULL << 55) - 1)) * size;
}

int mshv_extension(uint32_t capability)
{
	int mshv = must_open("/dev/mshv", O_RDWR);
	int ret = ioctl(mshv, MSHV_CHECK_EXTENSION, &capability);

	if (ret < 0)
		ret = -errno;
	close(mshv);
	return ret;
}

int vtl_open(void)
{
	int mshv = must_open("/dev/mshv", O_RDWR);
	int vtl = ioctl(mshv, MSHV_CREATE_VTL, 0);

	check(vtl >= 0, "CREATE_VTL: %s", strerror(errno));
	close(mshv);
	return vtl;
}

int vtl_map_ioctl(int vtl, struct mshv_map_device_intr *args)
{
	return ioctl(vtl, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, args) ? -errno : 0;
}

int vtl_map(int vtl, unsigned int proxy_vector, unsigned int cpu)
{
	struct mshv_map_device_intr args = {
		.vector = proxy_vector,
		.apic_id = apic_id(cpu),
		.create_mapping = 1,
	};
	int ret = vtl_map_ioctl(vtl, &args);

	return ret ? ret : (int)args.vector;
}

unsigned int vtl_map_all(int vtl, unsigned int cpu, int vectors[PROXY_COUNT])
{
	unsigned int count;

	for (count = 0; count < PROXY_COUNT; count++) {
		vectors[count] = vtl_map(vtl, PROXY_FIRST + count, cpu);
		if (vectors[count] < 0)
			return count;
	}
	fail_msg("CPU %u has a vector for each proxy vector", cpu);
	return count;
}

int vtl_unmap(int vtl, unsigned int vector, unsigned int cpu)
{
	struct mshv_map_device_intr args = { .vector = vector, .apic_id = apic_id(cpu) };

	return vtl_map_ioctl(vtl, &args);
}

struct mshv_vtl_run *vtl_page(int vtl, unsigned long index)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, vtl, index * 4096);

	check(page != MAP_FAILED, "mmap of page %#lx: %s", index, strerror(errno));
	return page;
}

void others_run(void)
{
	sched_yield();
	__builtin_ia32_pause();
}

bool run_take(struct mshv_vtl_run *run, uint32_t bits[8])
{
	unsigned int bank;

	memset(bits, 0, 8 * sizeof(*bits));
	if (!__atomic_load_n(&run->scan_proxy_irr, __ATOMIC_ACQUIRE))
		return false;

	__atomic_exchange_n(&run->scan_proxy_irr, 0, __ATOMIC_SEQ_CST);
	for (bank = 0; bank < 8; bank++) {
		if (__atomic_load_n(&run->proxy_irr[bank], __ATOMIC_RELAXED))
			bits[bank] = __atomic_exchange_n(&run->proxy_irr[bank], 0,
							 __ATOMIC_RELAXED);
	}
	return true;
}

bool run_wait(struct mshv_vtl_run *run, unsigned int vector, unsigned int ms)
{
	uint64_t deadline = now_ms() + patience(ms);
	uint32_t bits[8];

	do {
		if (run_take(run, bits) && bits[vector / 32] >> vector % 32 & 1)
			return true;
		others_run();
	} while (now_ms() < deadline);
	return false;
}

unsigned int run_quiet(struct mshv_vtl_run *run, unsigned int ms)
{
	uint64_t deadline = now_ms() + ms;
	unsigned int count = 0;
	uint32_t bits[8];

	while (now_ms() < deadline) {
		if (run_take(run, bits)) {
			count++;
			deadline = now_ms() + ms;
		}
		others_run();
	}
	return count;
}

void runs_clear(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < lab.cpus; cpu++) {
		if (lab.run[cpu])
			memset(lab.run[cpu], 0, 4096);
	}
}

static FILE *file_open(const char *path)
{
	FILE *file = fopen(path, "re");

	check(file, "%s: %s", path, strerror(errno));
	return file;
}

unsigned int apic_id(unsigned int cpu)
{
	static unsigned int ids[CPUS_MAX];
	static bool known;
	unsigned int processor = 0, id;
	char line[4096];
	FILE *file;

	if (!known) {
		file = file_open("/proc/cpuinfo");
		while (fgets(line, sizeof(line), file)) {
			if (sscanf(line, "processor : %u", &id) == 1)
				processor = id;
			if (sscanf(line, "apicid : %u", &id) == 1 && processor < CPUS_MAX)
				ids[processor] = id;
		}
		fclose(file);
		known = true;
	}
	return ids[cpu];
}

void cpu_pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	check(!sched_setaffinity(0, sizeof(set), &set), "CPU %u: %s", cpu, strerror(errno));
}

void cpu_pin_away(unsigned int cpu)
{
	cpu_pin(lab.cpus > 1 && !cpu ? 1 : 0);
}

int text_write(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags), ret = 0;
	ssize_t length = strlen(text), written;

	if (fd < 0)
		return -errno;
	written = write(fd, text, length);
	if (written != length)
		ret = written < 0 ? -errno : -EIO;
	close(fd);
	return ret;
}

int cpu_set_online(unsigned int cpu, bool online)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	return text_write(path, 0, online ? "1" : "0");
}

unsigned long totals(const char *name)
{
	FILE *file = file_open(DEBUGFS "totals");
	unsigned long value, found = 0;
	bool seen = false;
	char key[64];

	while (fscanf(file, "%63s %lu", key, &value) == 2) {
		if (!strcmp(key, name)) {
			found = value;
			seen = true;
		}
	}
	fclose(file);
	check(seen, "no total '%s'", name);
	return found;
}

void totals_wait(const char *name, unsigned long value)
{
	wait_until(totals(name) >= value, "%s: %lu, not %lu", name, totals(name), value);
	assert_int_equal(totals(name), value);
}

static int column_find(char *header, const char *name)
{
	int column = 0;
	char *save, *word;

	for (word = strtok_r(header, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		if (!strcmp(word, name))
			return column;
		column++;
	}
	fail_msg("no column '%s'", name);
	return -1;
}

static char *column_word(char *line, int column)
{
	char *save, *word = strtok_r(line, " \n", &save);

	while (word && column--)
		word = strtok_r(NULL, " \n", &save);
	return word;
}

unsigned long debugfs_column(const char *name, unsigned int cpu, const char *wanted)
{
	unsigned long value = 0;
	bool seen = false;
	char line[512];
	int column;
	FILE *file;

	snprintf(line, sizeof(line), DEBUGFS "%s", name);
	file = file_open(line);
	check(fgets(line, sizeof(line), file), "%s is empty", name);
	column = column_find(line, wanted);
	while (fgets(line, sizeof(line), file)) {
		if (strtoul(line, NULL, 10) != cpu)
			continue;
		value = strtoul(column_word(line, column), NULL, 10);
		seen = true;
	}
	fclose(file);
	check(seen, "%s has no CPU %u", name, cpu);
	return value;
}

unsigned long sysfs_count(const char *name, unsigned int cpu)
{
	char line[4096], *save, *word;
	FILE *file;

	snprintf(line, sizeof(line), "/sys/class/misc/mshv/%s", name);
	file = file_open(line);
	check(fgets(line, sizeof(line), file), "%s is empty", name);
	fclose(file);
	check(strchr(line, '\n'), "%s: the line has no end", name);
	for (word = strtok_r(line, ",\n", &save); word && cpu; cpu--)
		word = strtok_r(NULL, ",\n", &save);
	check(word, "%s has too few CPUs", name);
	return strtoul(word, NULL, 10);
}

unsigned long cpus_column(unsigned int cpu, const char *name)
{
	return debugfs_column("cpus", cpu, name);
}

unsigned int mappings_with(const char *text)
{
	FILE *file = file_open(DEBUGFS "mappings");
	unsigned int count = 0;
	char line[512];

	while (fgets(line, sizeof(line), file))
		count += !!strstr(line, text);
	fclose(file);
	return count;
}

void quarantine_wait_empty(void)
{
	wait_until(!totals("quarantined"), "quarantine does not end");
}

unsigned long direct_map_size(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long total = 0, size;
	char line[128];

	check(file, "/proc/meminfo: %s", strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "DirectMap%*[^:]: %lu", &size) == 1)
			total += size;
	}
	fclose(file);
	return total;
}

bool is_trust_domain(void)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[8192];
	bool found = false;

	check(file, "/proc/cpuinfo: %s", strerror(errno));
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, " tdx_guest");
	fclose(file);
	return found;
}

pid_t child_fork(int *report)
{
	int ends[2];
	pid_t child;

	if (report)
		check(!pipe2(ends, O_CLOEXEC), "pipe: %s", strerror(errno));
	child = fork();
	check(child >= 0, "fork: %s", strerror(errno));
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Without this, cmocka would continue with the next test in the child. */
		setenv("CMOCKA_TEST_ABORT", "1", 1);
	}
	if (report) {
		*report = ends[!child];
		close(ends[!!child]);
	}
	return child;
}

void child_report(int report, const void *value, size_t size)
{
	if (write(report, value, size) != (ssize_t)size)
		_exit(1);
	for (;;)
		pause();
}

void child_read(int report, void *value, size_t size)
{
	check(read(report, value, size) == (ssize_t)size, "the child has failed");
	close(report);
}

void child_kill(pid_t child)
{
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

int child_status(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	check(WIFEXITED(status), "the child ended by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

void capability_drop(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	data[CAP_SYS_ADMIN / 32].effective &= ~(1u << CAP_SYS_ADMIN % 32);
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

bool read_is_fatal(const volatile uint8_t *place)
{
	pid_t child = child_fork(NULL);
	int status;

	if (!child) {
		signal(SIGSEGV, SIG_DFL);
		signal(SIGBUS, SIG_DFL);
		*place;
		_exit(0);
	}
	check(waitpid(child, &status, 0) == child, "waitpid: %s", strerror(errno));
	return WIFSIGNALED(status);
}

long driver_parameter(const char *name, long value)
{
	char path[128];
	long before;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/mshv_vtl/parameters/%s", name);
	file = fopen(path, "r+e");
	check(file, "%s: %s", path, strerror(errno));
	check(fscanf(file, "%ld", &before) == 1, "%s is no number", path);
	rewind(file);
	fprintf(file, "%ld\n", value);
	check(!fclose(file), "%s: %s", path, strerror(errno));
	return before;
}

unsigned int irq_descriptors(void)
{
	DIR *dir = opendir("/sys/kernel/irq");
	unsigned int count = 0;
	struct dirent *entry;

	check(dir, "/sys/kernel/irq: %s", strerror(errno));
	while ((entry = readdir(dir)))
		count += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
	closedir(dir);
	return count;
}

int kernel_log_mark(void)
{
	int mark = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	check(mark >= 0, "/dev/kmsg: %s", strerror(errno));
	lseek(mark, 0, SEEK_END);
	return mark;
}

unsigned int kernel_log_count(int mark, const char *text)
{
	unsigned int count = 0;
	char line[8192];
	ssize_t length;

	for (;;) {
		length = read(mark, line, sizeof(line) - 1);
		if (length < 0 && errno == EPIPE)
			continue;
		if (length <= 0)
			break;
		line[length] = '\0';
		count += !!strstr(line, text);
	}
	close(mark);
	return count;
}

void source_route(const struct labhost_source *source, unsigned int cpu, unsigned int vector)
{
	int ret = labhost_route(lab.host, source->device, source->source, apic_id(cpu), vector);

	check(!ret, "route of device %u: %s", source->device, strerror(-ret));
}

void source_raise(const struct labhost_source *source)
{
	int ret = labhost_raise(lab.host, source->device, source->source, 1, NULL);

	check(!ret, "raise of device %u: %s", source->device, strerror(-ret));
}

bool source_relays(const struct labhost_source *source, unsigned int cpu, unsigned int vector,
		   unsigned int proxy_vector)
{
	source_route(source, cpu, vector);
	source_raise(source);
	return run_wait(lab.run[cpu], proxy_vector, 5000);
}

const struct labhost_source *source_of_kind(unsigned int kind)
{
	size_t i;

	for (i = 0; i < lab.count; i++) {
		if (lab.sources[i].kind == kind)
			return &lab.sources[i];
	}
	fail_msg("the VM has no device of kind %u", kind);
	return NULL;
}

/* An interrupt may be handled right now: only one that stays in service is a missed EOI. */
bool cpu_in_service(unsigned int cpu)
{
	struct lab_host_apic apic;
	unsigned int bank, again;
	uint32_t bits;

	for (again = 0; again < 50; again++) {
		check(!labhost_apic_read(lab.host, cpu, &apic), "APIC of CPU %u", cpu);
		for (bank = 0, bits = 0; bank < 8; bank++)
			bits |= apic.isr[bank];
		if (!bits)
			return false;
		sleep_ms(2);
	}
	return true;
}

/* Writes a line to the kernel's log, which separates the lines of the tests. */
static void kernel_log_test(void)
{
	static unsigned int number;
	FILE *log = fopen("/dev/kmsg", "we");

	if (!log)
		return;
	fprintf(log, "%s: test %u begins\n", program_invocation_short_name, ++number);
	fclose(log);
}

bool lab_open(size_t devices)
{
	unsigned int cpu;

	if (labhost_sources(lab.host, &lab.sources, &lab.count) || lab.count < devices)
		return false;
	lab.vtl = vtl_open();
	for (cpu = 0; cpu < lab.cpus; cpu++)
		lab.run[cpu] = vtl_page(lab.vtl, cpu);
	runs_clear();
	return true;
}

void lab_close(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < lab.cpus; cpu++)
		munmap(lab.run[cpu], 4096);
	close(lab.vtl);
	free(lab.sources);
}

int lab_setup(void **state)
{
	kernel_log_test();
	lab.host = labhost_open();
	check(lab.host >= 0, "the lab's host: %s", strerror(-lab.host));
	lab.cpus = sysconf(_SC_NPROCESSORS_ONLN);
	check(lab_open(0), "no list of sources");
	return 0;
}

int lab_teardown(void **state)
{
	cpu_set_t all;
	size_t i;

	memset(&all, 0xff, sizeof(all));
	sched_setaffinity(0, sizeof(all), &all);
	for (i = 0; i < lab.count; i++)
		labhost_mask(lab.host, lab.sources[i].device, lab.sources[i].source);
	lab_close();
	labhost_close(lab.host);
	memset(&lab, 0, sizeof(lab));
	return totals("mappings") ? -1 : 0;
}
