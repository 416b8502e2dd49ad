#include "server/request_kind.h"

#include "common/percent.h"
#include "server/application.h"
#include "server/request.h"

#define PROBE      "probe"
#define ADMIN_PAGE "admin_page"

/* The operations come first. */
const char *const request_kind_words[] = {
	"GetCACaps", "GetCACert", "GetNextCACert", "PKIOperation", PROBE, ADMIN_PAGE, NULL};

#define OPERATION_COUNT 4

static const struct application *
find_application(const struct request *request)
{
	BUFFER_CLEANUP struct buffer path = {0};
	const char *path_info;

	if (percent_decode(&path, request->path, NULL) != DONE)
		return NULL;
	return application_find(&path_info, buffer_text(&path));
}

const char *
request_kind(const struct request *request)
{
	const struct application *application = find_application(request);
	struct bytes operation;

	if (!application || application->static_files)
		return NULL;
	if (application_is_admin(application))
		return ADMIN_PAGE;
	if (!request_parameter(&operation, request, "operation"))
		return PROBE;
	for (size_t i = 0; i < OPERATION_COUNT; i++)
		if (bytes_equal(operation, bytes_text(request_kind_words[i])))
			return request_kind_words[i];
	return NULL;
}
