/* The two modes of libcurl, one file each. */
#ifndef HB_CLIENTS_NATIVE_LIBCURL_CLIENTS_H
#define HB_CLIENTS_NATIVE_LIBCURL_CLIENTS_H

#include "clients/native/worker.h"

extern const struct hb_worker_client hb_libcurl_sync;
extern const struct hb_worker_client hb_libcurl_async;

#endif
