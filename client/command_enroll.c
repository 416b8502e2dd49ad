#include "client/command_enroll.h"

#include "client/enrollment.h"

/* Ends the report as the enrolment ended. */
static int
finish(struct report *report, int outcome, const struct diag *diag)
{
	switch (outcome) {
	case DONE:
		report_finish(report, "enrolled", NULL);
		return EXIT_CODE_DONE;
	case ENROLLMENT_DENIED:
		report_finish(report, "refused", diag);
		return EXIT_CODE_FAILED;
	case ENROLLMENT_PENDING:
		report_finish(report, "pending", diag);
		return EXIT_CODE_FAILED;
	default:
		report_finish(report, "failed", diag);
		return EXIT_CODE_FAILED;
	}
}

int
command_enroll(const struct arguments *arguments, struct report *report)
{
	ENROLLMENT_CLEANUP struct enrollment enrollment = {0};
	SESSION_CLEANUP struct session session = {0};
	struct diag diag = {0};
	int result = enrollment_prepare(&enrollment, arguments, report, &diag);

	if (result != DONE) {
		report_finish(report, "failed", &diag);
		return result == REFUSED ? EXIT_CODE_USAGE : EXIT_CODE_FAILED;
	}
	result = session_init(&session, arguments, report, &diag);
	if (result == DONE)
		result = session_open(&session, &diag);
	if (result == DONE)
		result = enrollment_run(&enrollment, &session, &diag);
	return finish(report, result, &diag);
}
