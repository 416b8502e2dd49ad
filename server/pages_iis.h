/*
 * The error pages of IIS: custom ones for everybody, detailed ones for who
 * asks from the server itself, and the page of a redirection
 * (ndes-behaviour 5.6). Titles, headings and what log readers match are IIS's;
 * the markup around them and the other sentences are ours.
 */
#pragma once

#include "common/buffer.h"

/* What a detailed error page tells. */
struct pages_detail {
	const char *iis; /* "10.0" */
	unsigned status;
	unsigned substatus;
	uint32_t win32_status;
	const char *url; /* as requested */
	const char *physical_path;
	const char *user; /* NULL: Anonymous */
};

/* Appends the custom error page of IIS; a status without one gets IIS's line of text. Returns the
 * content type. */
const char *pages_iis_custom(struct buffer *out, unsigned status);

/* Appends the detailed page. Returns the content type. */
const char *pages_iis_detailed(struct buffer *out, const struct pages_detail *detail);

/* Appends the page of a redirection to `location`. Returns the content type. */
const char *pages_iis_moved(struct buffer *out, const char *location);
