#include "server/event_catalogue.h"

#include <string.h>

#define NDES          "Microsoft-Windows-NetworkDeviceEnrollmentService"
#define WAS           "Microsoft-Windows-WAS"
#define CAPI2         "Microsoft-Windows-CAPI2"
#define CONNECTOR     "Microsoft-Intune-CertificateConnectors"
#define OLD_CONNECTOR "Microsoft Intune Connector"

#define NDES_ROW(number, how, words)                                                               \
	{                                                                                          \
		number, "Application", NDES, "None", how, "Classic", words                         \
	}
#define WAS_ROW(number, how, words)                                                                \
	{                                                                                          \
		number, "System", WAS, "None", how, "Classic", words                               \
	}
#define CAPI2_ROW(number, what, words)                                                             \
	{                                                                                          \
		number, CAPI2 "/Operational", CAPI2, what, "Error", "Path Validation", words       \
	}
#define CONNECTOR_ROW(number, how, words)                                                          \
	{                                                                                          \
		number, CONNECTOR "/Operational", CONNECTOR, "None", how, "", words                \
	}
#define OLD_CONNECTOR_ROW(number, how, words)                                                      \
	{                                                                                          \
		number, OLD_CONNECTOR, OLD_CONNECTOR, "None", how, "Classic", words                \
	}

/*
 * The sentence of 29 and the beginnings of 2, 10, 13, 16 to 19 and 31 are reported
 * (ndes-behaviour 2.6, 6.1), the block of 1000 is the seed's; 5011 and 5021 to 5059 are from memory, and so
 * are where the connectors write theirs and which of 4008 to 4010 and of 20500 to 20602 says what.
 * In 31 the sentence stands before the code, as observed.
 */
static const struct event_row rows[EVENT_COUNT] = {
	[EVENT_NDES_STARTED] = NDES_ROW(
		1, "Information", "The Network Device Enrollment Service has been started."),
	[EVENT_NDES_NOT_STARTED] = NDES_ROW(
		2, "Error", "The Network Device Enrollment Service cannot be started (%1). %2"),
	[EVENT_NDES_STOPPED] = NDES_ROW(
		3, "Information", "The Network Device Enrollment Service has been stopped."),
	[EVENT_NDES_NO_ENROLL_PERMISSION] = NDES_ROW(6, "Error",
		"The Network Device Enrollment Service cannot give out a password: the caller may "
		"not enroll for one of the configured templates, or the CA does not offer it."),
	[EVENT_NDES_RA_CERTIFICATE] = NDES_ROW(10, "Error",
		"The Network Device Enrollment Service cannot retrieve one of its required "
		"certificates (%1). %2"),
	[EVENT_NDES_FAIL_TO_ENCRYPT] = NDES_ROW(13, "Error",
		"The Network Device Enrollment Service cannot encrypt its response to the client "
		"(0xc00000bb)."),
	[EVENT_NDES_FAIL_TO_DECODE] = NDES_ROW(16, "Error",
		"The Network Device Enrollment Service cannot decode the client's HTTP message."),
	[EVENT_NDES_FAIL_TO_RETRIEVE_INFO] = NDES_ROW(17, "Error",
		"The Network Device Enrollment Service cannot retrieve the transaction ID, the "
		"message type or the signing certificate from the client's PKCS #7 message "
		"(0x8009310b)."),
	[EVENT_NDES_FAIL_TO_DECRYPT_INNER] = NDES_ROW(18, "Error",
		"The Network Device Enrollment Service cannot decrypt the client's PKCS #7 message "
		"(0x80090005)."),
	[EVENT_NDES_RENEWAL_FAILED] = NDES_ROW(28, "Error",
		"The Network Device Enrollment Service cannot process the client's renewal "
		"request."),
	[EVENT_NDES_PASSWORD_NOT_VERIFIED] = NDES_ROW(29, "Error",
		"The password in the certificate request cannot be verified. It may have been used "
		"already. Obtain a new password to submit with this request."),
	[EVENT_NDES_FAIL_SUBMIT] = NDES_ROW(31, "Error",
		"The Network Device Enrollment Service cannot submit the certificate request (%2). "
		"%1"),
	[EVENT_APPLICATION_CRASH] = {1000, "Application", "Application Error",
		"Application Crashing Events", "Error", "Classic",
		"Faulting application name: w3wp.exe, version: %1, time stamp: %2\n"
		"Faulting module name: ntdll.dll, version: %3, time stamp: %4\n"
		"Exception code: 0xc0000005"},
	[EVENT_WAS_POOL_DISABLED] = WAS_ROW(5002, "Error",
		"Application pool '%1' is being automatically disabled due to a series of failures "
		"in the process(es) serving that application pool."),
	[EVENT_WAS_WORKER_EXIT] = WAS_ROW(5009, "Warning",
		"A process serving application pool '%1' terminated unexpectedly. The process id "
		"was '%2'. The process exit code was '%3'."),
	[EVENT_WAS_WORKER_SILENT] = WAS_ROW(5011, "Warning",
		"A process serving application pool '%1' suffered a fatal communication error with "
		"the Windows Process Activation Service. The process id was '%2'. The data field "
		"contains the error number %3."),
	[EVENT_WAS_IDENTITY] = WAS_ROW(5021, "Warning",
		"The identity of application pool %1 is invalid: its user name or password may be "
		"wrong, or it may not log on as a batch job."),
	[EVENT_WAS_IDENTITY_DISABLED] = WAS_ROW(5057, "Warning",
		"Application pool %1 has been disabled because its identity is invalid."),
	[EVENT_WAS_WORKER_DISABLED] = WAS_ROW(5059, "Error",
		"Application pool %1 has been disabled. Windows Process Activation Service met a "
		"failure when it started a worker process to serve the application pool."),
	[EVENT_CAPI2_CHAIN] = CAPI2_ROW(11, "Build Chain", "%1: %2 %3"),
	[EVENT_CAPI2_POLICY] = CAPI2_ROW(30, "Verify Chain Policy", "%1: %2 %3"),
	[EVENT_CAPI2_REVOCATION] = CAPI2_ROW(53, "Retrieve Object from Network", "%1: %2 %3"),
	[EVENT_CAPI2_NOT_IN_TIME] = CAPI2_ROW(30, "Verify Chain Policy",
		"The certificate that is referenced from %1 is not within its validity period: %2"),
	[EVENT_ASP_NET_COMPILATION] = {1310, "Application", "ASP.NET 4.0.30319.0", "Web Event",
		"Warning", "Classic",
		"Event code: 3007\nEvent message: A compilation error has occurred.\n"
		"The worker process has no write access to C:\\Windows\\Temp."},
	[EVENT_CONNECTOR_RECEIVED] =
		CONNECTOR_ROW(4003, "Information", "A SCEP request was received from NDES."),
	[EVENT_CONNECTOR_VERIFIED] =
		CONNECTOR_ROW(4004, "Information", "The SCEP request was verified."),
	[EVENT_CONNECTOR_NOT_VERIFIED] =
		CONNECTOR_ROW(4005, "Error", "The SCEP request could not be verified. %1"),
	[EVENT_CONNECTOR_ISSUED] = CONNECTOR_ROW(
		4006, "Information", "A certificate was issued for the SCEP request."),
	[EVENT_CONNECTOR_NOT_ISSUED] =
		CONNECTOR_ROW(4007, "Error", "No certificate was issued for the SCEP request. %1"),
	[EVENT_CONNECTOR_NOTIFIED] = CONNECTOR_ROW(
		4008, "Information", "Intune was notified of what became of the SCEP request."),
	[EVENT_CONNECTOR_NOT_NOTIFIED] = CONNECTOR_ROW(4009, "Error",
		"Intune could not be notified of what became of the SCEP request. It will be tried "
		"again."),
	[EVENT_CONNECTOR_NOT_SAVED] = CONNECTOR_ROW(4010, "Error",
		"Intune could not be notified of what became of the SCEP request, nor could the "
		"notification be saved to disk."),
	[EVENT_OLD_CONNECTOR_VERIFIED] = OLD_CONNECTOR_ROW(20500, "Information",
		"The certificate registration point has verified a client's challenge."),
	[EVENT_OLD_CONNECTOR_REJECTED] = OLD_CONNECTOR_ROW(20501, "Warning",
		"The certificate registration point has rejected the request. %1"),
	[EVENT_OLD_CONNECTOR_NOT_VERIFIED] = OLD_CONNECTOR_ROW(20502, "Error",
		"The certificate registration point could not verify a client's challenge. %1"),
	[EVENT_OLD_CONNECTOR_NOTIFIED] = OLD_CONNECTOR_ROW(20600, "Information",
		"The certificate registration point has completed the notify process."),
	[EVENT_OLD_CONNECTOR_NOT_NOTIFIED] = OLD_CONNECTOR_ROW(20602, "Error",
		"The certificate registration point could not complete the notify process."),
};

const struct event_row *
event_catalogue_row(enum event event)
{
	return event == EVENT_NONE ? NULL : &rows[event];
}

enum event
event_catalogue_ndes(unsigned id)
{
	for (int i = 1; i < EVENT_COUNT; i++)
		if (rows[i].id == id && strcmp(rows[i].source, NDES) == 0)
			return (enum event)i;
	return EVENT_NONE;
}

/* 2012 R2 as in the seed's sample; of the others the builds are known, their time stamps are not and
 * stand as zero. */
static const struct event_crash crashes[] = {
	[SERVER_2008] = {"7.0.6001.18000", "0x00000000", "6.0.6001.18000", "0x00000000"},
	[SERVER_2008_R2] = {"7.5.7601.17514", "0x00000000", "6.1.7601.17514", "0x00000000"},
	[SERVER_2012] = {"8.0.9200.16384", "0x00000000", "6.2.9200.16384", "0x00000000"},
	[SERVER_2012_R2] = {"8.5.9600.16384", "0x5215df96", "6.3.9600.18821", "0x59ba86db"},
	[SERVER_2016] = {"10.0.14393.0", "0x00000000", "10.0.14393.0", "0x00000000"},
	[SERVER_2019] = {"10.0.17763.1", "0x00000000", "10.0.17763.1", "0x00000000"},
	[SERVER_2022] = {"10.0.20348.1", "0x00000000", "10.0.20348.1", "0x00000000"},
};

const struct event_crash *
event_catalogue_crash(int server_version)
{
	return &crashes[server_version];
}
