/*
 * The events that a deployment's machines write into Windows' event logs, one row
 * each (ndes-behaviour 5.8, 6). Words are our own but for what those who read such
 * logs look for.
 */
#pragma once

#include "server/settings.h"

enum event {
	EVENT_NONE,
	/* Microsoft-Windows-NetworkDeviceEnrollmentService */
	EVENT_NDES_STARTED,
	EVENT_NDES_NOT_STARTED, /* %1 error code, %2 its words */
	EVENT_NDES_STOPPED,
	EVENT_NDES_NO_ENROLL_PERMISSION,
	EVENT_NDES_RA_CERTIFICATE, /* %1 error code, %2 its words */
	EVENT_NDES_FAIL_TO_ENCRYPT,
	EVENT_NDES_FAIL_TO_DECODE,
	EVENT_NDES_FAIL_TO_RETRIEVE_INFO,
	EVENT_NDES_FAIL_TO_DECRYPT_INNER,
	EVENT_NDES_RENEWAL_FAILED,
	EVENT_NDES_PASSWORD_NOT_VERIFIED,
	EVENT_NDES_FAIL_SUBMIT, /* %1 error code, %2 its words */
	/* a worker process and its pool */
	EVENT_APPLICATION_CRASH, /* %1 w3wp's version, %2 its time stamp, %3 and %4 ntdll's */
	EVENT_WAS_POOL_DISABLED, /* after rapid failures; %1 pool */
	EVENT_WAS_WORKER_EXIT,   /* unexpected; %1 pool, %2 process id, %3 exit code */
	EVENT_WAS_WORKER_SILENT, /* communication failure; %1 pool, %2 process id, %3 error */
	EVENT_WAS_IDENTITY,      /* invalid; %1 pool */
	EVENT_WAS_IDENTITY_DISABLED,
	EVENT_WAS_WORKER_DISABLED,
	/* the policy module and its connector */
	EVENT_CAPI2_CHAIN,       /* %1 what, %2 error code, %3 its words */
	EVENT_CAPI2_POLICY,      /* the same */
	EVENT_CAPI2_REVOCATION,  /* %1 URL, %2 error code, %3 its words */
	EVENT_CAPI2_NOT_IN_TIME, /* %1 registry value, %2 error code */
	EVENT_ASP_NET_COMPILATION,
	EVENT_CONNECTOR_RECEIVED,
	EVENT_CONNECTOR_VERIFIED,
	EVENT_CONNECTOR_NOT_VERIFIED, /* %1 why */
	EVENT_CONNECTOR_ISSUED,
	EVENT_CONNECTOR_NOT_ISSUED, /* %1 why */
	EVENT_CONNECTOR_NOTIFIED,
	EVENT_CONNECTOR_NOT_NOTIFIED,
	EVENT_CONNECTOR_NOT_SAVED,
	EVENT_OLD_CONNECTOR_VERIFIED,
	EVENT_OLD_CONNECTOR_REJECTED,     /* %1 why */
	EVENT_OLD_CONNECTOR_NOT_VERIFIED, /* %1 why */
	EVENT_OLD_CONNECTOR_NOTIFIED,
	EVENT_OLD_CONNECTOR_NOT_NOTIFIED,
	EVENT_COUNT,
};

struct event_row {
	unsigned id;
	const char *log;
	const char *source;
	const char *category; /* Task Category */
	const char *level;
	const char *keywords;
	const char *text; /* %1, %2, ... stand for the values */
};

/* Returns the row; never NULL but for EVENT_NONE. */
const struct event_row *event_catalogue_row(enum event event);

/* Returns the event of the NDES provider with this number, or EVENT_NONE. */
enum event event_catalogue_ndes(unsigned id);

/* What a crash of w3wp.exe in ntdll.dll names: the values of EVENT_APPLICATION_CRASH. */
struct event_crash {
	const char *process_version;
	const char *process_time_stamp;
	const char *module_version;
	const char *module_time_stamp;
};

/* Returns them for a server version. */
const struct event_crash *event_catalogue_crash(int server_version);
