// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * /dev/mshv_sint: messages and events between the VMM and the host, as OpenHCL's VMM
 * uses them (openvmm, openhcl/hcl/src/vmbus.rs; vm/devices/vmbus/vmbus_client_hcl), and
 * as OHCL's driver implements them (drivers/hv/mshv_vtl_main.c, mshv_vtl_sint_*).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../harness/host.h"
#include "../harness/lab.h"

#define NODE		"/dev/mshv_sint"
#define FLAGS		2048
#define PAYLOAD		240
#define BAD_POINTER	8
#define QUIET_MS	100

/* HvMessageType: VMBus messages are of type 1. */
#define TYPE_CHANNEL	1
#define TYPE_PROXY	0x8001000fu
/* HvError: InsufficientBuffers. */
#define NO_BUFFERS	0x13

/**
 * struct message - a slot of the message page, as the TLFS has it
 */
struct message {
	uint32_t type;
	uint8_t size;
	uint8_t flags;
	uint16_t reserved;
	uint64_t sender;
	uint8_t payload[PAYLOAD];
};

static int sint;

static int call(int fd, unsigned long command, const void *argument)
{
	int ret = ioctl(fd, command, argument);

	return ret < 0 ? -errno : ret;
}

static int stream_pause(uint8_t paused)
{
	const struct mshv_pause_messages args = { .pause = paused };

	return call(sint, MSHV_SINT_PAUSE_MESSAGE_STREAM, &args);
}

static int eventfd_set(unsigned int flag, int fd)
{
	const struct mshv_set_eventfd args = { .fd = fd, .flag = flag };

	return call(sint, MSHV_SINT_SET_EVENTFD, &args);
}

static struct lab_host_sint host_sint(unsigned int vp)
{
	struct lab_host_sint state;
	int ret = labhost_sint_get(lab.host, vp, &state);

	check(!ret, "the host's counters of SINT 7: %s", strerror(-ret));
	return state;
}

static struct message message_of(uint32_t number, uint8_t size)
{
	struct message message = { .type = TYPE_CHANNEL, .size = size, .sender = number };

	memset(message.payload, number, sizeof(message.payload));
	memcpy(message.payload, &number, sizeof(number));
	return message;
}

static void host_send(const struct message *message)
{
	struct lab_host_sint_message args;
	int ret;

	memcpy(args.message, message, sizeof(args.message));
	ret = labhost_sint_send(lab.host, &args);
	check(!ret, "send: %s", strerror(-ret));
}

static void host_send_number(uint32_t number)
{
	const struct message message = message_of(number, PAYLOAD);

	host_send(&message);
}

static void host_event(unsigned int vp, unsigned int flag)
{
	int ret = labhost_sint_event(lab.host, vp, flag);

	check(!ret, "event %u: %s", flag, strerror(-ret));
}

static bool is_readable(int fd, unsigned int ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	return poll(&poller, 1, ms) == 1 && poller.revents == POLLIN;
}

static ssize_t read_into(void *buffer, size_t size)
{
	/* A direct system call, since the compiler would warn about the invalid buffers. */
	ssize_t length = syscall(SYS_read, sint, buffer, size);

	return length < 0 ? -errno : length;
}

/* Waits for a message. Returns the number that it was sent with. */
static uint32_t read_number(void)
{
	struct message message, sent;

	assert_true(is_readable(sint, patience(5000)));
	assert_int_equal(read_into(&message, sizeof(message)), sizeof(message));
	sent = message_of(message.sender, PAYLOAD);
	/* The pending flag is only used between the kernel and the host. */
	message.flags = 0;
	assert_memory_equal(&message, &sent, sizeof(message));
	return message.sender;
}

static bool eventfd_wait(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	uint64_t count;

	return poll(&poller, 1, patience(5000)) == 1 && read(fd, &count, sizeof(count)) == 8;
}

static bool eventfd_is_quiet(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	return !poll(&poller, 1, QUIET_MS);
}

static int event_make(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	assert_true(fd >= 0);
	return fd;
}

static int sint_setup(void **state)
{
	int ret = lab_setup(state);

	sint = ret ? -1 : must_open(NODE, O_RDWR | O_NONBLOCK);
	return ret;
}

/* Reads the messages that a test left with the host, so that the next test does not see them. */
static int sint_teardown(void **state)
{
	struct message message;

	labhost_sint_refuse(lab.host, 0, 0);
	host_behave();
	stream_pause(0);
	while (host_sint(0).waiting || host_sint(0).slot_full) {
		if (read_into(&message, sizeof(message)) <= 0)
			sleep_ms(1);
	}
	close(sint);
	return lab_teardown(state);
}

static void stream_resume(void)
{
	assert_int_equal(stream_pause(0), 0);
}

static void only_root_may_open_the_node(void **state)
{
	node_check_root_only(NODE);
}

/* vtl_synic_mask_vmbus_sint_masked is initially true. */
static void the_stream_starts_paused(void **state)
{
	struct message message;
	unsigned int vp;

	for (vp = 0; vp < lab.cpus; vp++) {
		assert_int_equal(host_sint(vp).masked, 1);
		assert_int_equal(labhost_sint_event(lab.host, vp, 0), -EAGAIN);
	}
	host_send_number(1);
	assert_int_equal(host_sint(0).waiting, 1);
	/* "return EOF once all messages are cleared" in vmbus.rs. */
	assert_true(is_readable(sint, 0));
	assert_int_equal(read_into(&message, sizeof(message)), 0);
}

static void a_message_of_the_host_is_read(void **state)
{
	stream_resume();
	assert_int_equal(host_sint(0).masked, 0);
	assert_false(is_readable(sint, QUIET_MS));
	host_send_number(7);
	assert_int_equal(read_number(), 7);
	assert_false(is_readable(sint, QUIET_MS));
	assert_int_equal(host_sint(0).slot_full, 0);
}

/* The host has one slot: it sends the next message when it knows that the last was read. */
static void messages_are_read_in_order(void **state)
{
	unsigned int round;
	uint32_t number;

	stream_resume();
	for (round = 0; round < 20; round++) {
		for (number = 0; number < LAB_HOST_SINT_QUEUE; number++)
			host_send_number(round * 100 + number);
		for (number = 0; number < LAB_HOST_SINT_QUEUE; number++)
			assert_int_equal(read_number(), round * 100 + number);
	}
	assert_int_equal(host_sint(0).waiting, 0);
}

static void messages_that_waited_during_a_pause_are_read(void **state)
{
	host_send_number(1);
	host_send_number(2);
	stream_resume();
	assert_int_equal(read_number(), 1);
	assert_int_equal(read_number(), 2);
}

/*
 * TLFS, "SynIC Messages": while SINT 7 is masked, the host writes the message nevertheless,
 * and its interrupt is lost. poll() and read() must find it after the pause.
 */
static void a_message_without_an_interrupt_is_read(void **state)
{
	struct message message;

	host_behave_writes_masked();
	host_send_number(1);
	host_send_number(2);
	assert_int_equal(host_sint(0).slot_full, 1);
	assert_int_equal(host_sint(0).waiting, 1);
	stream_resume();
	assert_int_equal(read_number(), 1);
	assert_int_equal(read_number(), 2);

	/* During a pause, the stream ends after the last message that the host has. */
	assert_int_equal(stream_pause(1), 0);
	host_send_number(3);
	host_send_number(4);
	assert_int_equal(read_number(), 3);
	assert_int_equal(read_number(), 4);
	assert_int_equal(read_into(&message, sizeof(message)), 0);
}

/* pause_message_stream() in vmbus.rs: the message in the slot is read, then the stream ends. */
static void a_paused_stream_ends_after_its_last_message(void **state)
{
	struct message message;
	unsigned int vp;

	stream_resume();
	host_send_number(1);
	host_send_number(2);
	assert_int_equal(stream_pause(1), 0);
	for (vp = 0; vp < lab.cpus; vp++)
		assert_int_equal(host_sint(vp).masked, 1);
	assert_int_equal(read_number(), 1);
	assert_true(is_readable(sint, 0));
	assert_int_equal(read_into(&message, sizeof(message)), 0);
	assert_int_equal(read_into(&message, sizeof(message)), 0);

	stream_resume();
	assert_int_equal(read_number(), 2);
}

static void a_read_takes_one_whole_message(void **state)
{
	uint8_t buffer[600];

	stream_resume();
	assert_int_equal(read_into(buffer, 255), -EINVAL);
	assert_int_equal(read_into(buffer, 0), -EINVAL);
	assert_int_equal(read_into(buffer, 256), -EAGAIN);
	host_send_number(3);
	host_send_number(4);
	assert_true(is_readable(sint, patience(5000)));
	assert_int_equal(read_into(buffer, 255), -EINVAL);
	assert_int_equal(read_into(buffer, sizeof(buffer)), 256);
	assert_int_equal(read_number(), 4);
}

static void a_message_that_cannot_be_written_stays(void **state)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(page, MAP_FAILED);
	stream_resume();
	host_send_number(5);
	assert_true(is_readable(sint, patience(5000)));
	assert_int_equal(read_into(page, 256), -EFAULT);
	assert_int_equal(read_into((void *)BAD_POINTER, 256), -EFAULT);
	assert_true(is_readable(sint, 0));
	host_send_number(6);
	assert_int_equal(read_number(), 5);
	assert_int_equal(read_number(), 6);
	munmap(page, 4096);
}

/**
 * struct reader - a thread that waits for one message and reads it
 * @result:  result of read(), or a negative errno; valid after the thread is joined
 * @message: the message; valid likewise
 */
struct reader {
	pthread_t thread;
	int fd;
	ssize_t result;
	struct message message;
};

static void *reader_main(void *argument)
{
	struct reader *reader = argument;

	reader->result = read(reader->fd, &reader->message, sizeof(reader->message));
	if (reader->result < 0)
		reader->result = -errno;
	return NULL;
}

/* Starts the thread, and waits until it probably sleeps. */
static void reader_begin(struct reader *reader)
{
	reader->fd = must_open(NODE, O_RDWR);
	assert_int_equal(pthread_create(&reader->thread, NULL, reader_main, reader), 0);
	sleep_ms(QUIET_MS);
}

static ssize_t reader_end(struct reader *reader)
{
	assert_int_equal(pthread_join(reader->thread, NULL), 0);
	close(reader->fd);
	return reader->result;
}

static void a_read_waits_for_a_message(void **state)
{
	struct reader reader;

	stream_resume();
	reader_begin(&reader);
	host_send_number(9);
	assert_int_equal(reader_end(&reader), 256);
	assert_int_equal(reader.message.sender, 9);
}

static void a_read_ends_when_the_stream_is_paused(void **state)
{
	struct reader reader;

	stream_resume();
	reader_begin(&reader);
	assert_int_equal(stream_pause(1), 0);
	assert_int_equal(reader_end(&reader), 0);
}

static void signal_came(int number)
{
}

static void a_signal_ends_a_read(void **state)
{
	const struct sigaction action = { .sa_handler = signal_came };
	struct sigaction before;
	struct reader reader;

	sigaction(SIGUSR1, &action, &before);
	stream_resume();
	reader_begin(&reader);
	assert_int_equal(pthread_kill(reader.thread, SIGUSR1), 0);
	assert_int_equal(reader_end(&reader), -EINTR);
	sigaction(SIGUSR1, &before, NULL);
}

/* Each message goes to one reader, whichever file it reads. */
static void two_files_have_one_stream(void **state)
{
	struct reader one, other;

	stream_resume();
	reader_begin(&one);
	reader_begin(&other);
	host_send_number(1);
	host_send_number(2);
	assert_int_equal(reader_end(&one), 256);
	assert_int_equal(reader_end(&other), 256);
	assert_int_equal(one.message.sender + other.message.sender, 3);
}

/* HvMessage::payload() in hvdef trusts the size. */
static void a_message_that_is_too_long_is_dropped(void **state)
{
	const struct message longest = message_of(3, PAYLOAD);
	struct message message;
	unsigned int size;
	int mark;

	stream_resume();
	mark = kernel_log_mark();
	for (size = PAYLOAD + 1; size < 256; size += 7) {
		message = message_of(2, size);
		host_send(&message);
		assert_true(is_readable(sint, patience(5000)));
		assert_int_equal(read_into(&message, sizeof(message)), -EAGAIN);
	}
	assert_in_range(kernel_log_count(mark, "on SINT 7: dropped"), 1, 10);
	host_send(&longest);
	assert_int_equal(read_number(), 3);
}

/* mshv_vtl_vmbus_isr(): each CPU has its own flags. */
static void an_event_signals_its_eventfd(void **state)
{
	static const unsigned int flags[] = { 0, 1, 63, 64, 1000, FLAGS - 1 };
	int events[ARRAY_SIZE(flags)];
	unsigned int vp;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		events[i] = event_make();
		assert_int_equal(eventfd_set(flags[i], events[i]), 0);
	}
	stream_resume();
	for (vp = 0; vp < lab.cpus; vp++) {
		for (i = 0; i < ARRAY_SIZE(flags); i++) {
			host_event(vp, flags[i]);
			assert_true(eventfd_wait(events[i]));
		}
	}
	/* An event has not signalled the eventfd of another flag. */
	for (j = 0; j < ARRAY_SIZE(flags); j++)
		assert_true(eventfd_is_quiet(events[j]));
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		assert_int_equal(eventfd_set(flags[i], -1), 0);
		close(events[i]);
	}
}

/* set_eventfd() in vmbus.rs: -1 removes the eventfd. */
static void an_eventfd_is_replaced_and_removed(void **state)
{
	int one = event_make(), other = event_make();

	stream_resume();
	assert_int_equal(eventfd_set(5, one), 0);
	assert_int_equal(eventfd_set(5, other), 0);
	host_event(0, 5);
	assert_true(eventfd_wait(other));
	assert_true(eventfd_is_quiet(one));
	assert_int_equal(eventfd_set(5, -1), 0);
	host_event(0, 5);
	assert_true(eventfd_is_quiet(other));
	/* The event is not saved for an eventfd that is set later. */
	assert_int_equal(eventfd_set(5, other), 0);
	assert_true(eventfd_is_quiet(other));
	assert_int_equal(eventfd_set(5, -1), 0);
	assert_int_equal(eventfd_set(5, -1), 0);
	close(one);
	close(other);
}

static void only_eventfds_are_accepted(void **state)
{
	int event = event_make();

	assert_int_equal(eventfd_set(FLAGS, event), -EINVAL);
	assert_int_equal(eventfd_set(~0U, event), -EINVAL);
	assert_int_equal(eventfd_set(FLAGS, -1), -EINVAL);
	assert_int_equal(eventfd_set(0, 9999), -EBADF);
	assert_int_equal(eventfd_set(0, sint), -EINVAL);
	assert_int_equal(call(sint, MSHV_SINT_SET_EVENTFD, (void *)BAD_POINTER), -EFAULT);
	close(event);
}

/* An eventfd remains valid after its descriptor is closed. */
static void an_eventfd_works_after_its_descriptor_is_closed(void **state)
{
	int event = event_make(), copy = dup(event);

	stream_resume();
	assert_int_equal(eventfd_set(9, event), 0);
	close(event);
	host_event(0, 9);
	assert_true(eventfd_wait(copy));
	close(copy);
	host_event(0, 9);
	sleep_ms(QUIET_MS);
	assert_int_equal(eventfd_set(9, -1), 0);
}

static int post(uint32_t connection, uint64_t type, const void *payload, uint32_t size)
{
	const struct mshv_post_message args = {
		.message_type = type,
		.connection_id = connection,
		.payload_size = size,
		.payload = (uintptr_t)payload,
	};

	return call(sint, MSHV_SINT_POST_MESSAGE, &args);
}

static int signal_event(uint32_t connection, uint32_t flag)
{
	const struct mshv_signal_event args = { .connection_id = connection, .flag = flag };

	return call(sint, MSHV_SINT_SIGNAL_EVENT, &args);
}

/* HvCallPostMessage, TLFS: the payload beyond the size is 0. */
static void a_message_is_posted(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 16, PAYLOAD };
	uint64_t before = host_sint(0).posts;
	uint8_t payload[PAYLOAD];
	struct lab_host_sint now;
	unsigned int j;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		memset(payload, 0x30 + i, sizeof(payload));
		assert_int_equal(post(0x10000 + i, TYPE_CHANNEL + i, payload, sizes[i]), 0);
		now = host_sint(0);
		assert_int_equal(now.posts, before + i + 1);
		assert_int_equal(now.post_connection, 0x10000 + i);
		assert_int_equal(now.post_type, TYPE_CHANNEL + i);
		assert_int_equal(now.post_size, sizes[i]);
		for (j = 0; j < PAYLOAD; j++)
			assert_int_equal(now.payload[j], j < sizes[i] ? 0x30 + i : 0);
	}
}

static void malformed_posts_are_refused(void **state)
{
	uint64_t before = host_sint(0).posts;
	uint8_t payload[PAYLOAD + 1] = { 0 };

	assert_int_equal(post(1, TYPE_CHANNEL, payload, PAYLOAD + 1), -EINVAL);
	assert_int_equal(post(1, TYPE_CHANNEL, payload, ~0U), -EINVAL);
	assert_int_equal(post(1, 1ULL << 32, payload, 8), -EINVAL);
	assert_int_equal(post(1, TYPE_CHANNEL, (void *)BAD_POINTER, 8), -EFAULT);
	assert_int_equal(call(sint, MSHV_SINT_POST_MESSAGE, (void *)BAD_POINTER), -EFAULT);
	assert_int_equal(host_sint(0).posts, before);
}

/*
 * HypercallError::check() in ioctl.rs interprets a return value that is not negative as the
 * host's status, and poll_post_message() in vmbus_client_hcl tries again after
 * InsufficientBuffers.
 */
static void a_refusal_returns_the_hosts_status(void **state)
{
	uint64_t before = host_sint(0).posts;

	assert_int_equal(labhost_sint_refuse(lab.host, 2, NO_BUFFERS), 0);
	assert_int_equal(post(1, TYPE_CHANNEL, "x", 1), NO_BUFFERS);
	assert_int_equal(post(1, TYPE_CHANNEL, "x", 1), NO_BUFFERS);
	assert_int_equal(post(1, TYPE_CHANNEL, "x", 1), 0);
	assert_int_equal(host_sint(0).posts, before + 1);
	assert_int_equal(labhost_sint_refuse(lab.host, 1, 0xffff), 0);
	assert_int_equal(signal_event(1, 1), 0xffff);
	assert_int_equal(signal_event(1, 1), 0);
}

static void an_event_is_signalled(void **state)
{
	uint64_t before = host_sint(0).signals;
	struct lab_host_sint now;

	assert_int_equal(signal_event(0x12345678, 0), 0);
	assert_int_equal(signal_event(0x12345678, 65535), 0);
	now = host_sint(0);
	assert_int_equal(now.signals, before + 2);
	assert_int_equal(now.signal_connection, 0x12345678);
	assert_int_equal(now.signal_flag, 65535);
	assert_int_equal(signal_event(1, 65536), -EINVAL);
	assert_int_equal(call(sint, MSHV_SINT_SIGNAL_EVENT, (void *)BAD_POINTER), -EFAULT);
	assert_int_equal(host_sint(0).signals, before + 2);
}

static void a_pause_is_one_or_zero(void **state)
{
	struct mshv_pause_messages args = { .pause = 0 };
	size_t i;

	assert_int_equal(stream_pause(2), -EINVAL);
	assert_int_equal(stream_pause(255), -EINVAL);
	for (i = 0; i < sizeof(args.reserved); i++) {
		args.reserved[i] = 1;
		assert_int_equal(call(sint, MSHV_SINT_PAUSE_MESSAGE_STREAM, &args), -EINVAL);
		args.reserved[i] = 0;
	}
	assert_int_equal(call(sint, MSHV_SINT_PAUSE_MESSAGE_STREAM, (void *)BAD_POINTER), -EFAULT);
	assert_int_equal(host_sint(0).masked, 1);
}

/**
 * struct source - OpenHCL's HclMessageSource: a thread that reads its own file
 * @fd:    the file; it is non-blocking, as in PolledPipe
 * @sum:   sum of the numbers of all messages; valid after the thread is joined
 * @count: number of messages; valid likewise
 */
struct source {
	pthread_t thread;
	int fd;
	uint64_t sum;
	unsigned int count;
};

/* Reads until the stream has ended, that is, until a read returns 0. */
static void *source_main(void *argument)
{
	struct source *source = argument;
	struct message message;
	ssize_t length;

	for (;;) {
		if (!is_readable(source->fd, patience(5000)))
			return NULL;
		length = read(source->fd, &message, sizeof(message));
		if (length < 0 && errno == EAGAIN)
			continue;
		if (length != sizeof(message))
			return NULL;
		source->sum += message.sender;
		source->count++;
	}
}

#define STREAM_MESSAGES	200U
#define WAITING_MAX	4U

/* The host queues only a few messages, and the reader may be slow. */
static void waiting_wait(unsigned int most)
{
	unsigned int i;

	for (i = 0; host_sint(0).waiting > most; i++) {
		check(i < patience(5000), "more than %u messages wait", most);
		sleep_ms(1);
	}
}

/* The operations on the first file while the second file is read. */
static void first_file_work(unsigned int number, int event)
{
	const uint8_t payload[4] = { number };

	waiting_wait(WAITING_MAX);
	host_send_number(number);
	assert_int_equal(post(1, TYPE_CHANNEL, payload, sizeof(payload)), 0);
	assert_int_equal(signal_event(2, number), 0);
	host_event(number % lab.cpus, 5);
	assert_true(eventfd_wait(event));
}

/*
 * vmbus_client_builder() (vmbus_client_hcl, lib.rs) opens the node twice: the VMM uses the first
 * file to post, signal, set eventfds and pause, and polls and reads the second one. The stream
 * ends for the second file when it is paused through the first.
 */
static void a_client_uses_two_files_at_once(void **state)
{
	struct source source = { .fd = must_open(NODE, O_RDWR | O_NONBLOCK) };
	uint64_t posts = host_sint(0).posts, signals = host_sint(0).signals;
	int event = event_make();
	unsigned int i;

	stream_resume();
	assert_int_equal(eventfd_set(5, event), 0);
	assert_int_equal(pthread_create(&source.thread, NULL, source_main, &source), 0);
	for (i = 1; i <= STREAM_MESSAGES; i++)
		first_file_work(i, event);
	waiting_wait(0);
	assert_int_equal(stream_pause(1), 0);
	assert_int_equal(pthread_join(source.thread, NULL), 0);
	assert_int_equal(source.count, STREAM_MESSAGES);
	assert_int_equal(source.sum, STREAM_MESSAGES * (STREAM_MESSAGES + 1) / 2);
	assert_int_equal(host_sint(0).posts - posts, STREAM_MESSAGES);
	assert_int_equal(host_sint(0).signals - signals, STREAM_MESSAGES);

	/* After it is resumed the stream continues, and the second file does not need the first. */
	stream_resume();
	close(sint);
	sint = source.fd;
	host_send_number(7);
	assert_int_equal(read_number(), 7);
	host_event(0, 5);
	assert_true(eventfd_wait(event));
	assert_int_equal(eventfd_set(5, -1), 0);
	close(event);
}

/* When a VMM dies, everything is disabled; a VMM with two files may close one of them. */
static void the_last_close_pauses_and_removes_the_eventfds(void **state)
{
	int event = event_make(), other = must_open(NODE, O_RDWR);

	stream_resume();
	assert_int_equal(eventfd_set(3, event), 0);
	close(other);
	assert_int_equal(host_sint(0).masked, 0);
	host_event(0, 3);
	assert_true(eventfd_wait(event));

	close(sint);
	assert_int_equal(host_sint(0).masked, 1);
	assert_int_equal(labhost_sint_event(lab.host, 0, 3), -EAGAIN);
	sint = must_open(NODE, O_RDWR | O_NONBLOCK);
	assert_int_equal(host_sint(0).masked, 1);
	stream_resume();
	host_event(0, 3);
	assert_true(eventfd_is_quiet(event));
	close(event);
}

static void a_cpu_that_comes_online_signals_events(void **state)
{
	int event = event_make();

	NEEDS_TWO_CPUS();
	assert_int_equal(eventfd_set(4, event), 0);
	stream_resume();
	assert_int_equal(cpu_set_online(1, false), 0);
	assert_int_equal(host_sint(1).masked, 1);
	assert_int_equal(cpu_set_online(1, true), 0);
	assert_int_equal(host_sint(1).masked, 0);
	host_event(1, 4);
	assert_true(eventfd_wait(event));

	assert_int_equal(cpu_set_online(1, false), 0);
	assert_int_equal(stream_pause(1), 0);
	assert_int_equal(cpu_set_online(1, true), 0);
	assert_int_equal(host_sint(1).masked, 1);
	close(event);
}

/* Slot 0 is used by proxied interrupts. */
static void proxied_interrupts_are_relayed_beside_the_stream(void **state)
{
	struct lab_host_post proxy = { .vp = 0, .interrupt = 1 };
	struct message message = { .type = TYPE_PROXY, .size = 36 };
	unsigned int round;

	stream_resume();
	message.payload[4] = 0x51;
	memcpy(proxy.message, &message, sizeof(proxy.message));
	for (round = 0; round < 20; round++) {
		host_send_number(round);
		assert_int_equal(labhost_post(lab.host, &proxy), 0);
		assert_true(run_wait(lab.run[0], 0x51, 5000));
		assert_int_equal(read_number(), round);
	}
}

static void unknown_ioctls_are_enotty_and_not_logged(void **state)
{
	node_check_unknown_ioctls(sint);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sint_setup, sint_teardown)

static const struct CMUnitTest tests[] = {
	TEST(only_root_may_open_the_node),
	TEST(the_stream_starts_paused),
	TEST(a_message_of_the_host_is_read),
	TEST(messages_are_read_in_order),
	TEST(messages_that_waited_during_a_pause_are_read),
	TEST(a_message_without_an_interrupt_is_read),
	TEST(a_paused_stream_ends_after_its_last_message),
	TEST(a_read_takes_one_whole_message),
	TEST(a_message_that_cannot_be_written_stays),
	TEST(a_read_waits_for_a_message),
	TEST(a_read_ends_when_the_stream_is_paused),
	TEST(a_signal_ends_a_read),
	TEST(two_files_have_one_stream),
	TEST(a_message_that_is_too_long_is_dropped),
	TEST(an_event_signals_its_eventfd),
	TEST(an_eventfd_is_replaced_and_removed),
	TEST(only_eventfds_are_accepted),
	TEST(an_eventfd_works_after_its_descriptor_is_closed),
	TEST(a_message_is_posted),
	TEST(malformed_posts_are_refused),
	TEST(a_refusal_returns_the_hosts_status),
	TEST(an_event_is_signalled),
	TEST(a_pause_is_one_or_zero),
	TEST(a_client_uses_two_files_at_once),
	TEST(the_last_close_pauses_and_removes_the_eventfds),
	TEST(a_cpu_that_comes_online_signals_events),
	TEST(proxied_interrupts_are_relayed_beside_the_stream),
	TEST(unknown_ioctls_are_enotty_and_not_logged),
};

TEST_PROGRAM("messages and events of the host", tests)
