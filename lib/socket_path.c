// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Socket paths: see system.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>

#include "wire.h"

const char *socket_path_directory(const char *directory)
{
	return directory ? directory : VTLIRQ_DIRECTORY;
}

int socket_path_make(struct sockaddr_un *address, const char *directory, pid_t pid)
{
	int length;

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	length = snprintf(address->sun_path, sizeof(address->sun_path), "%s/%d",
			  socket_path_directory(directory), (int)pid);
	return length < (int)sizeof(address->sun_path) ? 0 : -ENAMETOOLONG;
}

int socket_is_trusted(int socket)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size))
		return 0;
	return credentials.uid == 0 || credentials.uid == geteuid();
}

static int make_socket(void)
{
	const struct timeval patience = { .tv_sec = WIRE_SECONDS };
	int made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (made < 0)
		return -errno;
	if (setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience))) {
		close(made);
		return -EIO;
	}
	return made;
}

int socket_path_connect(const struct sockaddr_un *address)
{
	int made = make_socket();
	int error = 0;

	if (made < 0)
		return made;
	while (connect(made, (const struct sockaddr *)address, sizeof(*address))) {
		if (errno == EINTR)
			continue;
		error = -errno;
		break;
	}
	if (!error && !socket_is_trusted(made))
		error = -EPERM;
	if (error) {
		close(made);
		return error;
	}
	return made;
}

int socket_path_lock(const char *directory)
{
	int opened = open(socket_path_directory(directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error;

	if (opened < 0)
		return -errno;
	while (flock(opened, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		/*
		 * The kernel has no CONFIG_FILE_LOCKING. Without the lock, a new process that
		 * has got the process id of a dead one may lose its socket.
		 */
		if (errno == ENOSYS)
			break;
		error = -errno;
		close(opened);
		return error;
	}
	return opened;
}

int socket_path_connect_or_remove(const char *directory, const struct sockaddr_un *address)
{
	int made = socket_path_connect(address);
	int lock;

	if (made != -ECONNREFUSED)
		return made;
	lock = socket_path_lock(directory);
	if (lock < 0)
		return made;
	/* Try again: a new process may have got the process id of the dead one. */
	made = socket_path_connect(address);
	/* While the lock is held, a socket without a listener belongs to a dead process. */
	if (made == -ECONNREFUSED)
		unlink(address->sun_path);
	close(lock);
	return made;
}
