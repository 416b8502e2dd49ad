/*
 * The stage `static_file`: IIS's handler for the folder CertEnroll, in which
 * AD CS puts its certificates and CRLs. The CRL and AIA URLs of every issued
 * certificate lead here.
 */
#pragma once

struct exchange;

/* Answers what lies in CertEnroll: 200 or 404. Returns STAGE_NEXT for every other application. */
int static_file_run(struct exchange *exchange);
