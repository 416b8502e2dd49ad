/*
 * The stage `http_sys`: the kernel's HTTP listener and its limits
 * (ndes-behaviour 5.3, 5.4). What it refuses never reaches IIS nor the W3C log.
 */
#pragma once

struct exchange;

/* Checks the head of the request. Returns STAGE_NEXT or STAGE_ANSWERED. */
int http_sys_run(struct exchange *exchange);
