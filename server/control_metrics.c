#include "server/control_metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "common/scep.h"
#include "server/journal.h"
#include "server/log_file.h"
#include "server/server.h"
#include "server/site_life.h"
#include "server/site_metrics.h"
#include "server/store.h"

/* --- the format ---------------------------------------------------------------------- */

static void
write_head(struct buffer *out, const char *name, const char *type, const char *help)
{
	buffer_append_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value: backslash, quotation mark and line feed are escaped. */
static void
write_label(struct buffer *out, const char *name, const char *value)
{
	buffer_append_format(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n')
			buffer_append_text(out, "\\n");
		else if (*value == '\\' || *value == '"')
			buffer_append_format(out, "\\%c", *value);
		else
			buffer_append_byte(out, (uint8_t)*value);
	}
	buffer_append_byte(out, '"');
}

static void
begin_series(struct buffer *out, const char *name, const struct site *site)
{
	buffer_append_format(out, "%s{", name);
	write_label(out, "site", site->name);
}

static void
end_series(struct buffer *out, uint64_t count)
{
	buffer_append_format(out, "} %" PRIu64 "\n", count);
}

static void
write_single(
	struct buffer *out, const char *name, const char *type, const char *help, uint64_t value)
{
	write_head(out, name, type, help);
	buffer_append_format(out, "%s %" PRIu64 "\n", name, value);
}

/* --- of each site ---------------------------------------------------------------------- */

static void
write_answers(struct buffer *out, const struct site *site, const char *name)
{
	const struct site_metrics *metrics = site->metrics;

	for (size_t i = 0; i <= SITE_METRICS_ANSWERS_MAX; i++) {
		const struct site_answers *row = &metrics->answers[i];
		char status[16];

		if (row->count == 0)
			continue;
		snprintf(status, sizeof(status), "%u", row->status);
		begin_series(out, name, site);
		buffer_append_byte(out, ',');
		write_label(out, "operation", row->operation);
		buffer_append_byte(out, ',');
		write_label(out, "status", row->status ? status : SITE_METRICS_OTHER);
		end_series(out, row->count);
	}
}

static void
write_replies(struct buffer *out, const struct site *site, const char *name)
{
	const struct site_metrics *metrics = site->metrics;

	for (size_t i = 0; i < metrics->reply_count; i++) {
		const struct site_replies *row = &metrics->replies[i];
		bool failed = row->status == SCEP_STATUS_FAILURE;

		begin_series(out, name, site);
		buffer_append_byte(out, ',');
		write_label(out, "pki_status", scep_status_name(row->status));
		buffer_append_byte(out, ',');
		write_label(out, "fail_info", failed ? scep_fail_info_name(row->fail_info) : "");
		end_series(out, row->count);
	}
}

static void
write_faults(struct buffer *out, const struct site *site, const char *name)
{
	const struct site_metrics *metrics = site->metrics;

	for (size_t i = 0; i <= SITE_METRICS_FAULTS_MAX; i++) {
		if (metrics->faults[i].count == 0)
			continue;
		begin_series(out, name, site);
		buffer_append_byte(out, ',');
		write_label(out, "fault", metrics->faults[i].name);
		end_series(out, metrics->faults[i].count);
	}
}

static void
write_issued(struct buffer *out, const struct site *site, const char *name)
{
	begin_series(out, name, site);
	end_series(out, site->metrics->issued);
}

static void
write_broken(struct buffer *out, const struct site *site, const char *name)
{
	begin_series(out, name, site);
	end_series(out, site->metrics->broken);
}

static const struct {
	const char *name;
	const char *help;
	void (*write)(struct buffer *out, const struct site *site, const char *name);
} of_sites[] = {
	{"mock_ndes_exchanges_total",
		"Finished exchanges, by what the URL asks for and the HTTP status.", write_answers},
	{"mock_ndes_cert_reps_total", "CertReps, by pkiStatus and failInfo.", write_replies},
	{"mock_ndes_faults_total",
		"Exchanges that a fault shaped: the id of a rule, or the name of a setting that is "
		"not at its default.",
		write_faults},
	{"mock_ndes_certificates_issued_total", "Certificates that were issued.", write_issued},
	{"mock_ndes_broken_exchanges_total", "Exchanges at which mock-ndes itself failed.",
		write_broken},
};

static void
write_sites(struct buffer *out, const struct server *server)
{
	for (size_t i = 0; i < sizeof(of_sites) / sizeof(of_sites[0]); i++) {
		write_head(out, of_sites[i].name, "counter", of_sites[i].help);
		for (size_t j = 0; j < server->sites.count; j++)
			if (server->sites.sites[j]->metrics)
				of_sites[i].write(out, server->sites.sites[j], of_sites[i].name);
	}
}

/* --- of the process -------------------------------------------------------------------- */

/* Bytes, of which the kernel tells pages; 0 when it does not. */
static uint64_t
resident_memory(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long long all, resident = 0;

	if (!file)
		return 0;
	/* NOLINTNEXTLINE(cert-err34-c): the kernel writes numbers that fit */
	if (fscanf(file, "%llu %llu", &all, &resident) != 2)
		resident = 0;
	fclose(file);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* A journal that keeps nothing has no figures. */
static void
write_journal(struct buffer *out, struct journal *journal)
{
	struct journal_ring *ring = journal_ring(journal);
	struct journal_totals totals =
		ring ? journal_ring_totals(ring) : (struct journal_totals){0};

	write_single(out, "mock_ndes_journal_exchanges", "gauge",
		"Exchanges that the journal has in memory.", totals.exchanges);
	write_single(
		out, "mock_ndes_journal_bytes", "gauge", "Bytes that they take.", totals.bytes);
	write_single(out, "mock_ndes_journal_dropped_total", "counter",
		"Exchanges that gave way to newer ones in the journal.", totals.dropped_exchanges);
	write_single(out, "mock_ndes_journal_unsaved_total", "counter",
		"Exchanges that the state file should have and has not.", journal_unsaved(journal));
}

void
control_metrics_write(struct buffer *out, struct server *server)
{
	struct http_counts counts = http_count(server->http);

	site_life_sweep(server);
	write_head(out, "mock_ndes_info", "gauge", "Which program this is; always 1.");
	buffer_append_text(out, "mock_ndes_info{version=\"" MOCK_NDES_VERSION "\"} 1\n");
	write_single(out, "mock_ndes_sites", "gauge", "Sites that there are.", server->sites.count);
	write_single(out, "mock_ndes_exchanges_begun_total", "counter",
		"Exchanges of devices that have begun.", atomic_load(&server->exchanges));
	write_single(out, "mock_ndes_connections_total", "counter",
		"Connections that were accepted, those to the control API included.",
		counts.accepted);
	write_single(out, "mock_ndes_connections_open", "gauge",
		"Connections that are open, those to the control API included.", counts.open);
	write_single(out, "mock_ndes_exchanges_open", "gauge",
		"Exchanges that are not finished, those of the control API included.",
		counts.exchanges);
	write_single(out, "mock_ndes_answers_held", "gauge",
		"Answers that wait: delayed, dripped or stalled by plan, or for an event.",
		counts.held);
	write_single(out, "mock_ndes_store_errors_total", "counter",
		"Writes that the store has refused: a full disk.",
		store_write_failures(server->store));
	write_single(out, "mock_ndes_log_errors_total", "counter",
		"Times that lines were lost, as a log could not be written.", log_file_failures());
	write_journal(out, server->journal);
	write_sites(out, server);
	write_single(out, "process_resident_memory_bytes", "gauge", "Resident memory in bytes.",
		resident_memory());
}
