/* The program hb-client-libcurl: both modes, one version. */
#include <curl/curl.h>

#include "clients/native/libcurl_clients.h"

static const struct hb_worker_client *const clients[] = {&hb_libcurl_sync, &hb_libcurl_async};

int main(int argc, char **argv)
{
    return hb_worker_main(argc, argv, clients, HB_ARRAY_LEN(clients),
                          curl_version_info(CURLVERSION_NOW)->version);
}
