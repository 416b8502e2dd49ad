/*
 * What a site has counted of its exchanges, for Prometheus: added up when their last
 * byte is out, which is on the I/O thread alone, so that nothing is locked. How many
 * series there are is bounded, whatever clients send and rules answer.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct exchange;

#define SITE_METRICS_ANSWERS_MAX 64  /* pairs of operation and status; later ones count as others */
#define SITE_METRICS_FAULTS_MAX  128 /* likewise */

/* Stands for an operation, a status or a fault that has no series of its own. */
#define SITE_METRICS_OTHER "other"

struct site_answers {
	const char *operation; /* a word of request_kind.h, "none", or SITE_METRICS_OTHER */
	unsigned status;       /* of HTTP; 0: another one */
	uint64_t count;
};

struct site_replies {
	unsigned status;    /* enum scep_status */
	unsigned fail_info; /* enum scep_fail_info, with FAILURE alone */
	uint64_t count;
};

struct site_faults {
	char *name; /* a rule's id, or the name of a setting that is not at its default */
	uint64_t count;
};

#define SITE_METRICS_REPLIES_MAX 8

/* All zero has counted nothing. */
struct site_metrics {
	struct site_answers answers[SITE_METRICS_ANSWERS_MAX + 1];
	size_t answer_count;
	struct site_replies replies[SITE_METRICS_REPLIES_MAX];
	size_t reply_count;
	struct site_faults faults[SITE_METRICS_FAULTS_MAX + 1];
	size_t fault_count;
	uint64_t issued; /* certificates */
	uint64_t broken; /* exchanges at which this program failed */
};

/* Counts a finished exchange at its site. I/O thread. */
void site_metrics_count(const struct exchange *exchange);

/* Releases everything, and the metrics themselves. Accepts NULL. */
void site_metrics_free(struct site_metrics *metrics);
