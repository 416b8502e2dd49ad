/*
 * The stage `balancer`: a load balancer in front of several NDES servers that are
 * alike: one CA, the same RA certificates, the same settings. What they do not
 * share is what mscep.dll keeps in its memory: the password cache
 * (ndes-behaviour 7.3, M8), so each has one of its own, with PasswordMax
 * passwords. Transactions are the CA's. The logs of all are in one folder.
 */
#pragma once

#include "common/buffer.h"

#define BALANCER_SERVERS_MAX 16

struct exchange;
struct site;

/* Chooses the server that is next, by request or by connection: fills exchange->balanced_to. I/O
 * thread. Returns STAGE_NEXT. */
int balancer_run(struct exchange *exchange);

/* Replaces `out` by the name under which the store keeps the password cache of a site's server, from 1
 * on; 0, of an exchange that no balancer has seen, is the first. */
void balancer_password_cache(struct buffer *out, const struct site *site, unsigned server);
