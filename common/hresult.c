#include "common/hresult.h"

#define FACILITY_WIN32 0x80070000u

#define HRESULT_ROW(name, number, meaning) {(int32_t)(number), #name, meaning},
static const struct hresult_row rows[] = {HRESULT_ROWS(HRESULT_ROW)};
#undef HRESULT_ROW

int32_t
hresult_from_win32(uint32_t code)
{
	return (int32_t)(code > 0 && code <= UINT16_MAX ? FACILITY_WIN32 | code : code);
}

const struct hresult_row *
hresult_find(int32_t value)
{
	int32_t wanted = hresult_from_win32((uint32_t)value);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].value == wanted)
			return &rows[i];
	return NULL;
}

void
hresult_describe(struct buffer *out, int32_t value)
{
	const struct hresult_row *row = hresult_find(value);

	buffer_append_format(
		out, "0x%08X%s%s", (unsigned)value, row ? " " : "", row ? row->name : "");
}
