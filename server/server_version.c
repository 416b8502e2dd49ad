/*
 * Where an observation is missing, the nearest version lends its row: the
 * keywords of 2012 and 2012 R2 are those of 2016, and POST is empty on 2012
 * alone, the only version it was seen on. 2008 and 2008 R2 stand without
 * KB2483564.
 */
#include "server/server_version.h"

#define KEYWORDS   "POSTPKIOperation,Renewal"
#define ALGORITHMS "SHA-512,SHA-256,SHA-1,DES3" /* AES works and is not told */
#define FIELDS_7                                                                                   \
	"date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "               \
	"cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken"
#define FIELDS_8                                                                                   \
	"date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "               \
	"cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken"

#define EMPTY   VERSION_CAPS_EMPTY
#define LIST    VERSION_CAPS_LIST
#define REFUSES VERSION_POST_REFUSED
#define SILENT  VERSION_POST_EMPTY
#define WORKS   VERSION_POST_WORKS

#define IIS(version) version, "Microsoft-IIS/" version

/* clang-format off */
static const struct version_row rows[] = {
	/*                 name       IIS          GetCACaps                    POST     DES    log */
	{SERVER_2008,    "2008",    IIS("7.0"),  "",       "",         EMPTY, REFUSES, true,  FIELDS_7},
	{SERVER_2008_R2, "2008_r2", IIS("7.5"),  "",       "",         EMPTY, REFUSES, true,  FIELDS_7},
	{SERVER_2012,    "2012",    IIS("8.0"),  KEYWORDS, ALGORITHMS, LIST,  SILENT,  false, FIELDS_8},
	{SERVER_2012_R2, "2012_r2", IIS("8.5"),  KEYWORDS, ALGORITHMS, LIST,  WORKS,   false, FIELDS_8},
	{SERVER_2016,    "2016",    IIS("10.0"), KEYWORDS, ALGORITHMS, LIST,  WORKS,   false, FIELDS_8},
	{SERVER_2019,    "2019",    IIS("10.0"), KEYWORDS, ALGORITHMS, LIST,  WORKS,   false, FIELDS_8},
	{SERVER_2022,    "2022",    IIS("10.0"), KEYWORDS, ALGORITHMS, LIST,  WORKS,   false, FIELDS_8},
};
/* clang-format on */

_Static_assert(sizeof(rows) / sizeof(rows[0]) == SERVER_2022 + 1, "a row for each version");

const struct version_row *
server_version_row(int version)
{
	return &rows[version];
}
