#include "server/store_certificate_list.h"

#include <ctype.h>
#include <string.h>

#include "common/glob.h"
#include "common/memory.h"
#include "server/store_walk.h"

/* A revoked serial number is marked at one row of those that have it. */
#define COLUMNS_AND_TABLE                                                                          \
	"SELECT row.id, row.site = ?3, row.serial, row.subject, row.not_before, row.not_after,"    \
	" row.request_id, row.transaction_id, row.issued_at, marked.revoked_at, marked.reason"     \
	" FROM certificates AS row LEFT JOIN certificates AS marked ON marked.site = row.site"     \
	" AND marked.serial = row.serial AND marked.revoked_at IS NOT NULL"

static const char ALL[] = COLUMNS_AND_TABLE " WHERE row.id < ?1 ORDER BY row.id DESC LIMIT ?2";
static const char BY_SERIAL[] =
	COLUMNS_AND_TABLE " WHERE row.site = ?3 AND row.serial = ?4 AND row.id < ?1"
			  " ORDER BY row.id DESC LIMIT ?2";
static const char COUNT[] = "SELECT count(*) FROM certificates WHERE site = ?1";

/* A row, and who wants it. */
struct list {
	const struct certificate_filter *filter;
	int64_t now;
	void (*each)(void *context, const struct certificate_entry *entry);
	void *context;
	int64_t id, is_of_site, request_id, reason;
	struct buffer serial, subject, transaction_id;
	struct certificate_entry entry;
};

static enum certificate_state
state_of(const struct list *list)
{
	if (list->entry.revoked_at)
		return CERTIFICATE_REVOKED;
	return list->entry.not_after < list->now ? CERTIFICATE_EXPIRED : CERTIFICATE_VALID;
}

static bool
fits(void *context)
{
	const struct list *list = context;
	const struct certificate_filter *filter = list->filter;

	return list->is_of_site &&
		(filter->state == CERTIFICATE_ANY || filter->state == state_of(list)) &&
		(!filter->transaction_id ||
			bytes_equal(buffer_bytes(&list->transaction_id),
				bytes_text(filter->transaction_id))) &&
		(!filter->subject ||
			glob_match(filter->subject, buffer_bytes(&list->subject), true));
}

static void
give(void *context)
{
	struct list *list = context;
	struct certificate_entry *entry = &list->entry;

	entry->serial = buffer_text(&list->serial);
	entry->subject = buffer_text(&list->subject);
	entry->transaction_id = buffer_text(&list->transaction_id);
	entry->request_id = (uint32_t)list->request_id;
	entry->state = state_of(list);
	entry->reason = (enum crl_reason)list->reason;
	list->each(list->context, entry);
}

static bool
is_filtered(const struct certificate_filter *filter)
{
	return filter->serial || filter->subject || filter->transaction_id ||
		filter->state != CERTIFICATE_ANY;
}

static int
run(struct store_page *page, struct store *store, const char *site, struct list *list,
	const char *serial, struct diag *diag)
{
	struct certificate_entry *entry = &list->entry;
	const struct database_column columns[] = {{.integer = &list->id},
		{.integer = &list->is_of_site}, {.bytes = &list->serial}, {.bytes = &list->subject},
		{.integer = &entry->not_before}, {.integer = &entry->not_after},
		{.integer = &list->request_id}, {.bytes = &list->transaction_id},
		{.integer = &entry->issued_at}, {.integer = &entry->revoked_at},
		{.integer = &list->reason}};
	const struct store_walk walk = {
		.sql = serial ? BY_SERIAL : ALL,
		.site = site,
		.key = serial,
		.columns = columns,
		.column_count = sizeof(columns) / sizeof(columns[0]),
		.id = &list->id,
		.count = is_filtered(list->filter) ? NULL : COUNT,
		.fits = fits,
		.give = give,
		.context = list,
	};

	return store_walk_page(page, store, &walk, diag);
}

int
store_certificate_list(struct store_page *page, struct store *store, const char *site,
	const struct certificate_filter *filter, int64_t now,
	void (*each)(void *context, const struct certificate_entry *entry), void *context,
	struct diag *diag)
{
	struct list list = {.filter = filter, .now = now, .each = each, .context = context};
	TEXT_CLEANUP char *serial = filter->serial ? text_copy(filter->serial) : NULL;
	int result;

	if (filter->subject && glob_check(filter->subject, diag) != DONE)
		return REFUSED;
	for (char *digit = serial; digit && *digit; digit++)
		*digit = (char)tolower(*digit);
	result = run(page, store, site, &list, serial, diag);
	buffer_done(&list.serial);
	buffer_done(&list.subject);
	buffer_done(&list.transaction_id);
	return result;
}
