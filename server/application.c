#include "server/application.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct application applications[] = {
	{"/certsrv/mscep", "C:\\Windows\\system32\\CertSrv\\mscep", true, false},
	{"/certsrv/mscep_admin", "C:\\Windows\\system32\\CertSrv\\mscep", false, false},
	{"/CertEnroll", "C:\\Windows\\system32\\CertSrv\\CertEnroll", true, true},
};

const struct application *
application_find(const char **path_info, const char *path)
{
	for (size_t i = 0; i < sizeof(applications) / sizeof(applications[0]); i++) {
		size_t length = strlen(applications[i].path);

		if (strncasecmp(path, applications[i].path, length) != 0 ||
			(path[length] != '/' && path[length] != '\0'))
			continue;
		*path_info = path + length;
		return &applications[i];
	}
	return NULL;
}

bool
application_is_admin(const struct application *application)
{
	return !application->anonymous;
}
