/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a process publishes its routes: a socket in a directory, named after the
 * process.
 */
#ifndef VTLIRQ_ADDRESS_H
#define VTLIRQ_ADDRESS_H

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

/**
 * address_of_process() - the address of a process
 * @address:   out
 * @directory: NULL: the usual one
 * @pid:       which
 *
 * Return: 0 or -ENAMETOOLONG.
 */
int address_of_process(struct sockaddr_un *address, const char *directory, pid_t pid);

/**
 * address_connect() - connect to a process
 * @address: whose
 *
 * Waits for WIRE_SECONDS at most, and so do sends and receives.
 *
 * Return: a socket; -ENOENT; -ECONNREFUSED: nobody is there; or another negative
 * errno.
 */
int address_connect(const struct sockaddr_un *address);

/* The same, but removes an address at which nobody is. */
int address_reach(const char *directory, const struct sockaddr_un *address);

/**
 * address_lock() - nobody else removes or makes an address meanwhile
 * @directory: NULL: the usual one
 *
 * Return: what close() unlocks, or a negative errno.
 */
int address_lock(const char *directory);

/* Whether the process at the other end is root's or this user's. */
int address_is_trusted(int socket);

/* The directory in which addresses are. */
const char *address_directory(const char *directory);

#endif /* VTLIRQ_ADDRESS_H */
