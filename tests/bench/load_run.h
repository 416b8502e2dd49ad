/*
 * Sends prepared HTTP requests over a number of kept-alive connections and
 * keeps the answers. One thread and one epoll: the generator must cost less
 * than what it measures.
 */
#pragma once

#include <netinet/in.h>

#include "common/buffer.h"
#include "common/diag.h"

struct load_plan {
	struct sockaddr_in address;
	const struct bytes *requests; /* whole HTTP requests */
	size_t count;
	size_t connections;
	size_t together;  /* of so many in a row each waits for the one before; 0: none does */
	bool fresh;       /* a connection for each request */
	unsigned status;  /* of a good answer; 0: 200 */
	double rate;      /* arrivals a second, open loop; 0: as fast as answers come */
	int64_t leave_ns; /* hangs up after so long, whatever is answered; 0: waits for all */
	void (*rest)(
		void); /* called after the last answer, with all connections still open; or NULL */
	int64_t deadline_ns; /* how long the whole may take */
};

struct load_result {
	struct buffer *bodies; /* `count` answers' bodies; empty where there was none */
	int64_t *latencies_ns; /* `count`; from when the request was due to its last byte; 0 where
				* none was answered */
	size_t answered;       /* with the status that is good */
	size_t failed;         /* connections that broke, other answers */
	int64_t elapsed_ns;
	double cpu_seconds; /* of this process meanwhile */
};

/* Runs the plan. The caller frees with load_result_done. DONE, or BROKEN when it cannot connect or
 * the deadline passes. */
int load_run(struct load_result *out, const struct load_plan *plan, struct diag *diag);

void load_result_done(struct load_result *result, size_t count);
