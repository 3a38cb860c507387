// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What OpenHCL's VMM does when the guest retargets, replayed with raw ioctls: map, retarget
 * redirected, unmap only after a failure, then retarget proxied. The VMM panics if unmap returns
 * any errno, so unmap must not fail. The VMM never unmaps after a success, so closing its file
 * must free everything.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../harness/host.h"

#define VECTORS		200
#define VECTOR_FIRST	0x20
#define ROUNDS		2000
#define THREADS		2
/* The id of a virtual device: the host has no device with this id. */
#define DEVICE_UNKNOWN	0xdead0000ULL

/**
 * struct client - the VMM, and what it saw
 * @vtl:      VTL file
 * @hv:       file for hypercalls
 * @seed:     seed of the guest's random requests
 * @redirected, @proxied, @virtual: how its retargets ended
 * @unmap_errno: the first errno of an unmap; it must remain 0
 */
struct client {
	int vtl;
	int hv;
	unsigned int seed;
	unsigned long redirected;
	unsigned long proxied;
	unsigned long virtual;
	int unmap_errno;
};

static void retarget_proxied(struct client *client, struct hv_retarget *input)
{
	input->flags &= ~HV_TARGET_REDIRECT;
	if (hv_retarget(client->hv, input) == HV_SUCCESS)
		client->proxied++;
	else
		client->virtual++;
}

/* Step 3. Returns true if the host redirected it. */
static bool retarget_redirected(struct client *client, const struct hv_retarget *wanted,
				unsigned int vp)
{
	struct hv_retarget input = *wanted;
	int vector = vtl_map(client->vtl, wanted->vector, vp), ret;

	if (vector < 0)
		return false;
	input.vector = vector;
	input.flags |= HV_TARGET_REDIRECT;
	if (hv_retarget(client->hv, &input) == HV_SUCCESS)
		return true;

	ret = vtl_unmap(client->vtl, vector, vp);
	if (ret && !client->unmap_errno)
		client->unmap_errno = ret;
	return false;
}

static void retarget(struct client *client, struct hv_retarget *input, unsigned int vp)
{
	if (!(input->flags & HV_TARGET_MULTICAST) && retarget_redirected(client, input, vp))
		client->redirected++;
	else
		retarget_proxied(client, input);
}

static struct client client_open(unsigned int seed)
{
	return (struct client) { .vtl = vtl_open(), .hv = hv_open(), .seed = seed };
}

static void client_close(struct client *client)
{
	close(client->hv);
	close(client->vtl);
}

/* A random request of the guest; sometimes it is for a virtual device. */
static void guest_asks(struct client *client)
{
	const struct labhost_source *source = &lab.sources[rand_r(&client->seed) % lab.count];
	unsigned int vp = rand_r(&client->seed) % lab.cpus;
	unsigned int vector = VECTOR_FIRST + rand_r(&client->seed) % VECTORS;
	struct hv_retarget input = hv_target(source, vp, vector, 0);

	if (rand_r(&client->seed) % 8 == 0)
		input.flags |= HV_TARGET_MULTICAST;
	if (rand_r(&client->seed) % 4 == 0)
		input.device = DEVICE_UNKNOWN;
	retarget(client, &input, vp);
}

static void balanced(void)
{
	assert_int_equal(totals("mappings"), 0);
	quarantine_wait_empty();
}

static void a_guest_that_retargets_for_long(void **state)
{
	struct client client = client_open(1);
	unsigned int descriptors, i;

	quarantine_wait_empty();
	descriptors = irq_descriptors();
	for (i = 0; i < ROUNDS; i++)
		guest_asks(&client);
	print_message("# redirected %lu, proxied %lu, virtual %lu\n", client.redirected,
		      client.proxied, client.virtual);
	assert_int_equal(client.unmap_errno, 0);
	assert_true(client.redirected && client.proxied && client.virtual);
	assert_int_equal(client.redirected + client.proxied + client.virtual, ROUNDS);
	/* The VMM has not unmapped the mappings that succeeded. */
	assert_true(totals("mappings") > 0);

	for (i = 0; i < lab.count; i++)
		source_mask(&lab.sources[i]);
	client_close(&client);
	balanced();
	/* The host has freed its own descriptors too, because every source is masked. */
	assert_int_equal(irq_descriptors(), descriptors);
}

/* The quota is reached repeatedly: map returns ENODEV, and everything continues proxied. */
static void a_client_that_runs_out_of_vectors(void **state)
{
	long quota = driver_parameter("vectors_per_cpu", 5);
	struct client client = client_open(2);
	unsigned int i;

	for (i = 0; i < ROUNDS; i++)
		guest_asks(&client);
	assert_int_equal(client.unmap_errno, 0);
	assert_in_range(totals("mappings"), 1, 5 * lab.cpus);
	driver_parameter("vectors_per_cpu", quota);
	client_close(&client);
	balanced();
}

static void a_host_that_refuses_now_and_then(void **state)
{
	struct client client = client_open(3);
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		if (i % 16 == 0)
			host_refuse(i % 12, HV_ACCESS_DENIED, i % 32);
		guest_asks(&client);
	}
	assert_int_equal(client.unmap_errno, 0);
	client_close(&client);
	balanced();
}

static void a_host_without_the_capability(void **state)
{
	struct client client = client_open(4);
	unsigned int i;

	/* The VMM asks only at the start, and does not notice that the host changed afterwards. */
	host_behave_without();
	for (i = 0; i < 200; i++)
		guest_asks(&client);
	assert_int_equal(client.unmap_errno, 0);
	assert_int_equal(client.redirected, 0);
	assert_int_equal(totals("mappings"), 0);
	client_close(&client);
	balanced();
}

static void *asker(void *arg)
{
	struct client *client = arg;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++)
		guest_asks(client);
	return NULL;
}

/*
 * The threads of all VPs share the VMM's file, and a guest can make two of them map the same
 * pair while the host refuses one of the two devices: the other's mapping must survive.
 */
static void two_vps_at_once(void **state)
{
	struct client clients[THREADS] = { client_open(5), client_open(6) };
	pthread_t threads[THREADS];
	unsigned int i;

	close(clients[1].vtl);
	clients[1].vtl = clients[0].vtl;
	host_refuse(ROUNDS, HV_ACCESS_DENIED, true);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, asker, &clients[i]), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(clients[i].unmap_errno, 0);
		close(clients[i].hv);
	}
	close(clients[0].vtl);
	balanced();
}

static void a_second_device_that_is_refused_does_not_cut_off_the_first(void **state)
{
	const struct labhost_source *source = source_of_kind(LAB_HOST_KIND_EDU);
	struct hv_retarget first = hv_target(source, 0, 0x61, 0), second = first;
	struct client client = client_open(7);

	retarget(&client, &first, 0);
	assert_int_equal(client.redirected, 1);
	second.device = DEVICE_UNKNOWN;
	retarget(&client, &second, 0);
	assert_int_equal(client.virtual, 1);
	assert_int_equal(client.unmap_errno, 0);

	source_unmask(source);
	source_raise(source);
	assert_true(run_wait(lab.run[0], 0x61, 5000));
	source_mask(source);
	client_close(&client);
	balanced();
}

/* It crashes, and the kernel closes its file. */
static void a_client_that_exits_without_unmap(void **state)
{
	pid_t child = child_fork(NULL);

	if (!child) {
		struct client client = client_open(8);
		unsigned int i;

		for (i = 0; i < 300; i++)
			guest_asks(&client);
		_exit(client.unmap_errno || !totals("mappings"));
	}
	assert_int_equal(child_status(child), 0);
	balanced();
}

static const struct CMUnitTest tests[] = {
	HV_TEST(a_guest_that_retargets_for_long),
	HV_TEST(a_client_that_runs_out_of_vectors),
	HV_TEST(a_host_that_refuses_now_and_then),
	HV_TEST(a_host_without_the_capability),
	HV_TEST(two_vps_at_once),
	HV_TEST(a_second_device_that_is_refused_does_not_cut_off_the_first),
	HV_TEST(a_client_that_exits_without_unmap),
};

TEST_PROGRAM("OpenHCL's sequence", tests)
