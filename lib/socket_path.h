/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Socket paths: a process that publishes its routes has a socket in a directory, named
 * after the process.
 */
#ifndef VTLIRQ_SOCKET_PATH_H
#define VTLIRQ_SOCKET_PATH_H

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

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

/* As socket_path_connect(), but removes the path if its process is dead. */
int socket_path_connect_or_remove(const char *directory, const struct sockaddr_un *address);

/**
 * socket_path_lock() - let no other process create or remove a path in the directory
 * @directory: NULL: VTLIRQ_DIRECTORY
 *
 * Return: a file descriptor, whose close() unlocks; or a negative errno.
 */
int socket_path_lock(const char *directory);

/* Whether the process at the other end runs as root or as this user. */
int socket_is_trusted(int socket);

/* The directory of the paths: VTLIRQ_DIRECTORY for NULL. */
const char *socket_path_directory(const char *directory);

#endif /* VTLIRQ_SOCKET_PATH_H */
