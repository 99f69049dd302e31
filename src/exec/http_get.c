/* One GET by libcurl, with nothing of the user's environment in it: no proxy, no redirects. */
#include "exec/http_get.h"

#include <curl/curl.h>

#include "base/clock.h"

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    if (context != NULL)
        hb_buf_append(context, data, size * count);
    return size * count;
}

static void free_handle(CURL **handle)
{
    curl_easy_cleanup(*handle);
}

int hb_http_get(const char *url, const char *ca, int64_t timeout_ns, struct hb_buf *ret_body,
                struct hb_error *err)
{
    HB_CLEANUP(free_handle) CURL *handle = curl_easy_init();
    long status = 0;
    CURLcode code;

    if (handle == NULL)
        return hb_fail(err, HB_ERR_INTERNAL, "libcurl cannot start");
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_CAINFO, ca);
    curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, ret_body);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)(timeout_ns / HB_NS_PER_MS) + 1);
    code = curl_easy_perform(handle);
    if (code != CURLE_OK)
        return hb_fail(err, HB_ERR_RUN, "%s: %s", url, curl_easy_strerror(code));
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return hb_fail(err, HB_ERR_RUN, "%s: status %ld", url, status);
    return 0;
}
