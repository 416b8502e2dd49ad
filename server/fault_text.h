/*
 * Fault profiles in words: a list, one explained, JSON, and the table of
 * fault-profiles/README.md.
 */
#pragma once

#include "common/buffer.h"
#include "server/profile.h"

/* Appends one line: name, numbers of the documents, title. */
void fault_text_line(struct buffer *out, const struct profile *profile);

/* Appends everything that a person may want to know, wrapped at 80 columns. */
void fault_text_explain(struct buffer *out, const struct profile *profile);

/*
 * Returns {"name", "title", "symptom", "cause", "remedy", "documented", "documents",
 * "affects", "reports", "settings", "rules", "repair", "expect", "url_path"}; the caller releases it.
 * "documented" has the numbers alone, ["S3"]; "documents" has what the file says, ["S3: ..."].
 */
json_t *fault_text_json(const struct profile *profile);

/* Appends the page's head, and a row of its table. */
void fault_text_markdown_head(struct buffer *out);
void fault_text_markdown_row(struct buffer *out, const struct profile *profile);
