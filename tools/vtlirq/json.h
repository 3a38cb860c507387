/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_JSON_H
#define VTLIRQ_JSON_H

#include <stdbool.h>

#include "base.h"

void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_number(const char *key, u64 number);
void json_rate(const char *key, double rate);
void json_flag(const char *key, bool flag);
void json_text(const char *key, const char *text);
void json_end(void);

#endif /* VTLIRQ_JSON_H */
