/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The publishing of a context: a thread that answers clients.
 */
#ifndef VTLIRQ_SERVER_H
#define VTLIRQ_SERVER_H

struct server;

/* End the thread, and remove the socket. NULL is fine. */
void server_end(struct server *server);

#endif /* VTLIRQ_SERVER_H */
