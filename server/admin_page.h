/*
 * The page mscep_admin, which hands out challenge passwords (ndes-behaviour
 * 1.3). All its variants are answered with 200; clients read the body.
 */
#pragma once

struct exchange;

/* Answers with a new password, "cache is full", or "no permission". Returns a stage_result. */
int admin_page_run(struct exchange *exchange);
