/*
 * The way of an exchange: one table of stages, each standing for a real hop.
 */
#pragma once

#include <stdbool.h>

struct exchange;

/* When a stage can run. */
enum stage_phase {
	PHASE_HEAD, /* the request line and headers are there; I/O thread */
	PHASE_BODY, /* the body is there; a worker thread when the operation needs a private key */
	PHASE_BACK, /* the answer on its way back; runs whoever answered */
	PHASE_LOG,  /* the last byte is out; I/O thread */
};

/* What a stage returns. */
enum stage_result {
	STAGE_BROKE = -1, /* we failed: HTTP 500, and our own log says at what */
	STAGE_NEXT = 0,
	STAGE_ANSWERED = 1, /* the response is filled; the stages up to `respond` are passed over */
};

struct stage {
	const char *name;
	const char *stands_for; /* for the manual page */
	enum stage_phase phase;
	int (*run)(struct exchange *exchange);
};

/* Runs the stages of one phase. Returns whether the exchange has its answer. */
bool pipeline_run(struct exchange *exchange, enum stage_phase phase);

/* Returns the stage at an index, or NULL behind the last: for help texts and the journal. */
const struct stage *pipeline_stage(unsigned index);
