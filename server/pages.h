/*
 * The pages a browser sees: http.sys errors, IIS custom and detailed errors,
 * the NDES pages.
 */
#pragma once

#include "server/pages_http_sys.h"
#include "server/pages_iis.h"
#include "server/pages_ndes.h"
