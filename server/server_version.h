/*
 * What differs between the Windows Server versions that carry NDES: one row
 * each (ndes-behaviour 2.1, 2.4, 2.9, 5.1, 5.5).
 */
#pragma once

#include <stdbool.h>

#include "server/settings.h"

enum version_caps {
	VERSION_CAPS_EMPTY, /* a body of no bytes; the connection is closed */
	VERSION_CAPS_LIST,
};

enum version_post {
	VERSION_POST_REFUSED, /* 2008: not supported */
	VERSION_POST_EMPTY,   /* 2012: 200 and a body of no bytes */
	VERSION_POST_WORKS,
};

struct version_row {
	enum server_version version;
	const char *name;            /* "2019", as the setting spells it */
	const char *iis;             /* "10.0": W3C #Software */
	const char *server;          /* "Microsoft-IIS/10.0": header Server */
	const char *caps_keywords;   /* the fixed keywords, comma-separated */
	const char *caps_algorithms; /* the algorithm keywords unless a setting names them */
	enum version_caps caps;
	enum version_post post;
	bool reply_single_des;  /* the reply is in DES whatever the client used */
	const char *log_fields; /* default W3C fields */
};

/* Returns the row; never NULL. */
const struct version_row *server_version_row(int version);
