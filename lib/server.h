/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The server: a thread that shows and moves the routes of a context for clients.
 */
#ifndef VTLIRQ_SERVER_H
#define VTLIRQ_SERVER_H

struct server;

/* End the thread, and remove its socket. @server may be NULL. */
void server_end(struct server *server);

#endif /* VTLIRQ_SERVER_H */
