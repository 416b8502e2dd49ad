#include "common/cms_indefinite.h"

#include "common/der.h"

#define INDEFINITE 0x80

static const uint8_t end_of_contents[2 * 3]; /* of the three that are opened below */

static void
open_indefinite(struct buffer *out, uint8_t tag)
{
	buffer_append_byte(out, tag | DER_CONSTRUCTED);
	buffer_append_byte(out, INDEFINITE);
}

int
cms_indefinite_write(struct buffer *out, struct bytes der, struct diag *diag)
{
	struct der outer = der_start(der, "CMS", diag), content_info, content;
	struct der_element type, signed_data;

	if (!der_enter(&outer, DER_SEQUENCE, &content_info) || !der_finish(&outer) ||
		!der_take_any(&content_info, &type) ||
		!der_enter(&content_info, DER_CONTEXT(0), &content) ||
		!der_take(&content, DER_SEQUENCE, &signed_data) || !der_finish(&content))
		return REFUSED;
	open_indefinite(out, DER_SEQUENCE);
	buffer_append(out, type.whole);
	open_indefinite(out, DER_CONTEXT(0));
	open_indefinite(out, DER_SEQUENCE);
	buffer_append(out, signed_data.content);
	buffer_append(out, BYTES(end_of_contents, sizeof(end_of_contents)));
	return DONE;
}
