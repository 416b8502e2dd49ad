/*
 * What an administrator could set on the deployment, under Microsoft's names.
 *
 * One row each in settings_table.c: name, type, range, default, unit, the
 * document it comes from, and when it would take effect on the real thing. File,
 * command line, environment, --check and the help all go through that table.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/diag.h"

enum server_version {
	SERVER_2008,
	SERVER_2008_R2,
	SERVER_2012,
	SERVER_2012_R2,
	SERVER_2016,
	SERVER_2019,
	SERVER_2022,
};

enum policy_module { POLICY_MODULE_NONE, POLICY_MODULE_INTUNE };
enum reply_shape { REPLY_NDES, REPLY_RFC8894 };
enum recipient_infos { RECIPIENT_INFOS_ANY, RECIPIENT_INFOS_FIRST };
enum renewal_req { RENEWAL_REQ_ACCEPT, RENEWAL_REQ_NDES }; /* ndes: badRequest, it knows no 17 */
enum approval {
	APPROVAL_AUTOMATIC,
	APPROVAL_MANUAL,
	APPROVAL_AFTER_POLLS,
	APPROVAL_REFUSED_AFTER_POLLS
};
enum ca_hierarchy { CA_HIERARCHY_ROOT, CA_HIERARCHY_ISSUING }; /* root only; root and issuing CA */
enum admin_authentication { ADMIN_ANONYMOUS, ADMIN_BASIC, ADMIN_WINDOWS };
enum error_mode { ERROR_MODE_CUSTOM, ERROR_MODE_DETAILED, ERROR_MODE_DETAILED_LOCAL_ONLY };
enum unknown_operation {
	UNKNOWN_OPERATION_BROWSED, /* as if there were none */
	UNKNOWN_OPERATION_404,
	UNKNOWN_OPERATION_FAILURE, /* CertRep, badRequest */
};
enum undecodable { UNDECODABLE_EMPTY, UNDECODABLE_PAGE, UNDECODABLE_500 };
enum ec_keys { EC_KEYS_REFUSE, EC_KEYS_ACCEPT };
enum ca_caps_form { CA_CAPS_CRLF, CA_CAPS_CRLF_TRAILING, CA_CAPS_LF, CA_CAPS_LF_TRAILING };
enum ca_caps_type { CA_CAPS_TYPE_PLAIN, CA_CAPS_TYPE_HTML, CA_CAPS_TYPE_ABSENT };
enum next_ca { NEXT_CA_NONE, NEXT_CA_CONFIGURED };
enum connector_setup { CONNECTOR_SETUP_SUCCEEDED, CONNECTOR_SETUP_FAILED, CONNECTOR_SETUP_ABSENT };
enum connector { CONNECTOR_CERTIFICATE, CONNECTOR_NDES };
enum connector_notification {
	CONNECTOR_NOTIFICATION_DELIVERED,
	CONNECTOR_NOTIFICATION_FAILING,
	CONNECTOR_NOTIFICATION_NOT_SAVED,
};
enum capi2_log { CAPI2_LOG_DISABLED, CAPI2_LOG_ENABLED };
enum tls_certificate {
	TLS_CERTIFICATE_VALID,
	TLS_CERTIFICATE_EXPIRED,
	TLS_CERTIFICATE_NOT_YET_VALID,
	TLS_CERTIFICATE_WRONG_NAME,
	TLS_CERTIFICATE_UNKNOWN_ISSUER,
	TLS_CERTIFICATE_MISSING_INTERMEDIATE,
	TLS_CERTIFICATE_COUNT,
};
enum tls_handshake { TLS_HANDSHAKE_NORMAL, TLS_HANDSHAKE_STALL, TLS_HANDSHAKE_RESET };
enum tls_protocols { TLS_PROTOCOLS_MODERN, TLS_PROTOCOLS_OLD };
enum tls_client_certificate { TLS_CLIENT_CERTIFICATE_NONE, TLS_CLIENT_CERTIFICATE_DEMANDED };
enum external_url { EXTERNAL_URL_CORRECT, EXTERNAL_URL_WRONG };
enum device_network { DEVICE_NETWORK_OPEN, DEVICE_NETWORK_BLOCKED, DEVICE_NETWORK_RESET };
enum application_proxy {
	PROXY_NONE,
	PROXY_RUNNING,
	PROXY_CONNECTOR_STOPPED,
	PROXY_BACKEND_UNREACHABLE,
	PROXY_USER_NOT_ASSIGNED,
	PROXY_SIGN_IN_REDIRECT,
};
enum application_proxy_query {
	PROXY_QUERY_INTACT,
	PROXY_QUERY_CUT,
	PROXY_QUERY_PLUS_BECOMES_SPACE
};
enum load_balancing { LOAD_BALANCING_BY_CONNECTION, LOAD_BALANCING_BY_REQUEST };
enum connector_startup { CONNECTOR_STARTUP_AUTOMATIC, CONNECTOR_STARTUP_MANUAL };
enum backend_timeout { BACKEND_TIMEOUT_DEFAULT, BACKEND_TIMEOUT_LONG };
enum app_pool_state {
	APP_POOL_STARTED,
	APP_POOL_STOPPED,
	APP_POOL_SHUTTING_DOWN,
	APP_POOL_QUEUE_FULL
};
enum load_balancer_capabilities { LOAD_BALANCER_HTTP_LEVEL, LOAD_BALANCER_TCP_LEVEL };
enum impersonation_right { IMPERSONATION_GRANTED, IMPERSONATION_MISSING };
enum service_account {
	SERVICE_ACCOUNT_HEALTHY,
	SERVICE_ACCOUNT_LOCKED,
	SERVICE_ACCOUNT_PASSWORD_EXPIRED,
	SERVICE_ACCOUNT_PASSWORD_CHANGED,
	SERVICE_ACCOUNT_NO_LOGON_RIGHT,
};
enum handler_mappings { HANDLERS_DEFAULT, HANDLERS_EXTENSIONLESS_FIRST };
enum mscep_admin_state { MSCEP_ADMIN_PRESENT, MSCEP_ADMIN_REMOVED, MSCEP_ADMIN_HIDDEN_SEGMENT };
enum chunked_post { CHUNKED_POST_ACCEPTED, CHUNKED_POST_REFUSED };
enum ca_generation { CA_GENERATION_CURRENT, CA_GENERATION_NEXT };
enum ca_signature_scheme { CA_SIGNATURE_SHA256, CA_SIGNATURE_SHA1, CA_SIGNATURE_PSS };
enum ra_certificates {
	RA_CERTIFICATES_VALID,
	RA_CERTIFICATES_EXPIRED,
	RA_CERTIFICATES_EXPIRED_BUT_SERVED, /* mscep.dll has run since before */
	RA_CERTIFICATES_MISSING,
	RA_CERTIFICATES_KEY_NOT_READABLE, /* by the service account */
	RA_CERTIFICATES_USER_STORE,
	RA_CERTIFICATES_SWAPPED, /* in the list of GetCACert */
	RA_CERTIFICATES_SIGNING_MISSING,
	RA_CERTIFICATES_ENCRYPTION_MISSING,
	RA_CERTIFICATES_WRONG_KEY_USAGE, /* each was enrolled with the template of the other */
	RA_CERTIFICATES_PREVIOUS_CA,
};
enum ca_type { CA_TYPE_ENTERPRISE, CA_TYPE_STANDALONE };
enum mscep_registry { MSCEP_REGISTRY_COMPLETE, MSCEP_REGISTRY_ENFORCE_PASSWORD_MISSING };
enum trusted_root_store { TRUSTED_ROOT_CLEAN, TRUSTED_ROOT_INTERMEDIATE_PRESENT };
enum crl_distribution_point { CRL_REACHABLE, CRL_UNREACHABLE };
enum policy_certificate {
	POLICY_CERTIFICATE_VALID,
	POLICY_CERTIFICATE_EXPIRED,
	POLICY_CERTIFICATE_NO_CLIENT_AUTHENTICATION,
};
enum ndes_cert_thumbprint {
	THUMBPRINT_CORRECT,
	THUMBPRINT_WITH_BLANKS,
	THUMBPRINT_CAPITALS,
	THUMBPRINT_UNKNOWN,
};
enum registration_certificate {
	REGISTRATION_CERTIFICATE_VALID,
	REGISTRATION_CERTIFICATE_WRONG_NAME,
};
enum connector_certificate { CONNECTOR_CERTIFICATE_PRESENT, CONNECTOR_CERTIFICATE_MISSING };
enum policy_module_on_error {
	POLICY_MODULE_REFUSES,
	POLICY_MODULE_CRASHES,
	POLICY_MODULE_ANSWERS_500,
};
enum ca_service { CA_SERVICE_RUNNING, CA_SERVICE_STOPPED };
enum revocation_server { REVOCATION_ONLINE, REVOCATION_OFFLINE };
enum get_ca_caps_unpatched { UNPATCHED_EMPTY, UNPATCHED_CLOSED };
enum apply { APPLY_NOW, APPLY_AS_REAL };

struct setting_row; /* settings_table.h */

/* Values of one site. Texts belong to the settings. */
struct settings {
	/* the deployment */
	int apply;
	int tls_certificate;
	int tls_handshake;
	int tls_protocols;
	int tls_client_certificate;
	int external_url;
	int device_network;
	int application_proxy;
	int application_proxy_query;
	int connector_service_startup;
	int64_t gateway_timeout; /* milliseconds */
	int backend_application_timeout;
	bool real_timing;
	int64_t ndes_servers; /* behind the load balancer */
	int load_balancing;
	int server_version; /* enum server_version */
	int policy_module;
	int ca_hierarchy;
	int next_ca;
	char *host_name; /* s-computername, CN of the RA certificates: "NDES01" */
	/* MSCEP registry, and what mscep.dll needs to start */
	int mscep_registry;
	int ca_type;
	int ra_certificates;
	bool enforce_password;
	bool use_single_password;
	int64_t password_length;   /* bytes; twice as many hex digits */
	int64_t password_max;      /* unused passwords in the cache */
	int64_t password_validity; /* minutes */
	char *challenge;           /* a fixed challenge that is always valid; NULL: none */
	char *signature_template;
	char *encryption_template;
	char *general_purpose_template;
	char *ca_capabilities_algorithms; /* comma-separated; NULL: as the server version */
	bool disable_renewal_subject_name_match;
	/* admin page */
	int admin_authentication;
	char *admin_user; /* "CONTOSO\\ndesadmin" */
	char *admin_password;
	bool admin_enroll_permission; /* false: the "sufficient permission" page */
	bool admin_page_bom;
	/* messages */
	int reply;          /* enum reply_shape */
	char *reply_digest; /* "as_captured", "mirror" or a digest's name */
	char *reply_cipher; /* "as_captured", "mirror" or a cipher's name */
	int recipient_infos;
	int renewal_req;
	int ec_keys;
	int unknown_operation;
	int undecodable;
	int get_ca_caps_unpatched;
	int get_ca_caps_form;
	int get_ca_caps_content_type;
	int64_t fail_info_challenge_used;
	int64_t fail_info_challenge_unknown; /* expired too: NDES forgets a password then */
	int64_t fail_info_challenge_absent;
	int64_t fail_info_challenge_malformed;
	int64_t fail_info_challenge_refused; /* by the policy module */
	/* AD CS */
	int ca_service;
	int revocation_server;
	int approval;
	int64_t approval_polls;
	int ca_generation;
	int ca_signature;         /* enum ca_signature_scheme */
	int64_t validity_period;  /* days, of issued certificates */
	int64_t crl_period;       /* hours */
	int64_t minimum_key_size; /* bits, of the templates */
	char *permitted_subjects; /* a glob; NULL: any */
	/* http.sys and IIS */
	int64_t connection_timeout; /* seconds */
	int64_t max_field_length;   /* bytes */
	int64_t max_request_bytes;
	int64_t max_url;
	int64_t max_query_string;
	int64_t max_allowed_content_length;
	bool allow_double_escaping;
	int chunked_post;
	int app_pool;
	int load_balancer_capabilities;
	bool rapid_fail_protection;
	int64_t rapid_fail_max_crashes;
	int64_t rapid_fail_interval; /* minutes */
	int impersonation_right;
	int service_account;
	int handler_mappings;
	int mscep_admin;
	int error_mode;
	bool x_powered_by;
	char *log_fields; /* space-separated W3C fields; NULL: as the server version */
	bool faithful;    /* leaves out X-Mock-Request */
	/* Intune */
	int trusted_root_store;
	bool group_policy_pushes_intermediate;
	int crl_distribution_point;
	bool registration_windows_authentication;
	int policy_certificate;
	int ndes_cert_thumbprint;
	int registration_server_certificate;
	bool temp_folder_writable;
	int connector_signing_certificate;
	int policy_module_on_error;
	int connector;
	int connector_notification;
	int connector_setup;
	int capi2_log;
};

/* When a change would be seen on the real thing, each reaching what those before it do; ours applies at
 * once unless `apply` says otherwise. */
enum setting_effect {
	EFFECT_AT_ONCE,
	EFFECT_POOL_RESTART,
	EFFECT_IISRESET,
	EFFECT_REBOOT,
	EFFECT_SETUP, /* fixed when the role or the CA was installed */
};

/* Fills every member with its default. */
void settings_init(struct settings *settings);

/* Makes `out`, which holds nothing yet, an independent copy. */
void settings_copy(struct settings *out, const struct settings *from);

/* Takes from `from` the settings whose changes show, on the real thing, by `reach` at the latest. */
void settings_take_over(
	struct settings *settings, const struct settings *from, enum setting_effect reach);

/* Takes from `from` the one setting of this name, which there must be. */
void settings_take_named(struct settings *settings, const struct settings *from, const char *name);

/* Returns whether both have the same value for the setting of a row. */
bool settings_same_value(
	const struct settings *one, const struct settings *other, const struct setting_row *row);

/* Returns whether both have the same value for the setting of this name, which there must be. */
bool settings_same_named(
	const struct settings *one, const struct settings *other, const char *name);

/* Returns whether the setting of a row has its default. */
bool settings_is_standard(const struct settings *settings, const struct setting_row *row);

/* Releases the texts. */
void settings_done(struct settings *settings);

#define SETTINGS_CLEANUP __attribute__((cleanup(settings_done)))

/* Returns whether the deployment's own certificates (authority_new) come out the same from both. */
bool settings_mint_the_same(const struct settings *one, const struct settings *other);

/* Returns whether there is a setting of this name. */
bool settings_known(const char *name);

/*
 * Sets one setting from text, as --set NAME=VALUE and the environment do; an empty text stands for
 * "none" where the setting may be absent. DONE; REFUSED with the setting as the object and words
 * that name the range or the choices, and for an unknown name the nearest known one.
 */
int settings_set_text(
	struct settings *settings, const char *name, const char *value, struct diag *diag);

/*
 * Sets what a JSON object (from the YAML reader) says, each value of the right type: a text that
 * looks like a number must have been quoted, null stands for "none". On REFUSED nothing is changed,
 * and `fault` is the key at fault, borrowed from the object.
 */
int settings_set_json(
	struct settings *settings, const json_t *object, const char **fault, struct diag *diag);
