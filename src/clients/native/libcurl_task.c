/*
 * The options of an easy handle, and what a finished transfer says. libcurl adds headers, retries
 * nothing and follows nothing unless told; where it adds something of its own (Accept,
 * Content-Type, Expect) it is told not to.
 */
#include "clients/native/libcurl_task.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"

static const struct {
    CURLcode code;
    enum hb_outcome outcome;
} outcomes[] = {
    {CURLE_COULDNT_RESOLVE_HOST, HB_OUTCOME_DNS},
    {CURLE_COULDNT_CONNECT, HB_OUTCOME_CONNECT},
    {CURLE_SSL_CONNECT_ERROR, HB_OUTCOME_TLS},
    {CURLE_PEER_FAILED_VERIFICATION, HB_OUTCOME_TLS},
    {CURLE_SSL_ENGINE_NOTFOUND, HB_OUTCOME_TLS},
    {CURLE_SSL_ENGINE_SETFAILED, HB_OUTCOME_TLS},
    {CURLE_SSL_CERTPROBLEM, HB_OUTCOME_TLS},
    {CURLE_SSL_CIPHER, HB_OUTCOME_TLS},
    {CURLE_SSL_ENGINE_INITFAILED, HB_OUTCOME_TLS},
    {CURLE_SSL_CACERT_BADFILE, HB_OUTCOME_TLS},
    {CURLE_SSL_SHUTDOWN_FAILED, HB_OUTCOME_TLS},
    {CURLE_SSL_CRL_BADFILE, HB_OUTCOME_TLS},
    {CURLE_SSL_ISSUER_ERROR, HB_OUTCOME_TLS},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, HB_OUTCOME_TLS},
    {CURLE_SSL_INVALIDCERTSTATUS, HB_OUTCOME_TLS},
    {CURLE_SSL_CLIENTCERT, HB_OUTCOME_TLS},
    {CURLE_OPERATION_TIMEDOUT, HB_OUTCOME_TIMEOUT},
    {CURLE_GOT_NOTHING, HB_OUTCOME_RESET},
    {CURLE_RECV_ERROR, HB_OUTCOME_RESET},
    {CURLE_SEND_ERROR, HB_OUTCOME_RESET},
    {CURLE_PARTIAL_FILE, HB_OUTCOME_LENGTH},
    {CURLE_WEIRD_SERVER_REPLY, HB_OUTCOME_PROTOCOL},
    {CURLE_UNSUPPORTED_PROTOCOL, HB_OUTCOME_PROTOCOL}, /* bytes that are no HTTP response */
    {CURLE_BAD_CONTENT_ENCODING, HB_OUTCOME_PROTOCOL},
    {CURLE_HTTP2, HB_OUTCOME_PROTOCOL},
    {CURLE_HTTP2_STREAM, HB_OUTCOME_PROTOCOL},
};

enum hb_outcome hb_curl_outcome(CURLcode result)
{
    if (result == CURLE_OK)
        return HB_OUTCOME_OK;
    for (size_t i = 0; i < HB_ARRAY_LEN(outcomes); i++)
        if (outcomes[i].code == result)
            return outcomes[i].outcome;
    return HB_OUTCOME_CLIENT_EXCEPTION;
}

/* ---- the headers of a request ---- */

static int add_line(struct curl_slist **list, const char *name, const char *separator,
                    const char *value)
{
    HB_CLEANUP(hb_free_ptr) char *line = hb_asprintf("%s%s%s", name, separator, value);
    struct curl_slist *longer = curl_slist_append(*list, line);

    if (longer == NULL)
        return -1;
    *list = longer;
    return 0;
}

/* A line "Name:" tells libcurl to leave out what it would add. */
static int suppress(struct curl_slist **list, const struct hb_request *request, const char *name)
{
    return hb_request_has_header(request, name) ? 0 : add_line(list, name, ":", "");
}

static int make_headers(struct curl_slist **list, const struct hb_request *request, bool stock)
{
    static const char *const added_by_libcurl[] = {"Accept", "Content-Type", "Expect"};
    size_t added = hb_request_sends_body(request) ? HB_ARRAY_LEN(added_by_libcurl) : 1;

    for (size_t i = 0; i < request->header_count; i++) {
        const struct hb_header *header = &request->headers[i];

        /* "Name;" is libcurl's way to write a header without a value. */
        if (add_line(list, header->name, header->value[0] == '\0' ? ";" : ": ", header->value) != 0)
            return -1;
    }
    for (size_t i = 0; !stock && i < added; i++)
        if (suppress(list, request, added_by_libcurl[i]) != 0)
            return -1;
    return 0;
}

int hb_curl_plan_init(struct hb_curl_plan *plan, const struct hb_job *job, struct hb_error *err)
{
    *plan = (struct hb_curl_plan){.job = job};
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return hb_fail(err, HB_ERR_INTERNAL, "curl_global_init failed");
    plan->headers = hb_calloc(job->request_count, sizeof(struct curl_slist *));
    for (size_t i = 0; i < job->request_count; i++)
        if (make_headers(&plan->headers[i], &job->requests[i], hb_job_is_stock(job)) != 0)
            return hb_fail(err, HB_ERR_INTERNAL, "curl_slist_append failed");
    return 0;
}

void hb_curl_plan_release(struct hb_curl_plan *plan)
{
    if (plan->headers == NULL)
        return;
    for (size_t i = 0; i < plan->job->request_count; i++)
        curl_slist_free_all(plan->headers[i]);
    free(plan->headers);
    curl_global_cleanup();
}

/* ---- a handle ---- */

static size_t count_body(char *data HB_UNUSED, size_t size, size_t count, void *task)
{
    ((struct hb_curl_task *)task)->bytes += size * count;
    return size * count;
}

curl_socket_t hb_curl_open_socket(void *task, curlsocktype purpose HB_UNUSED,
                                  struct curl_sockaddr *address)
{
    ((struct hb_curl_task *)task)->opened = true;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Options that must all be accepted; the first refusal is kept. */
struct setter {
    CURL *easy;
    CURLcode result;
};

#define SET(setter, option, value)                                                                 \
    do {                                                                                           \
        if ((setter)->result == CURLE_OK)                                                          \
            (setter)->result = curl_easy_setopt((setter)->easy, option, value);                    \
    } while (0)

static void set_long(struct setter *setter, CURLoption option, long value)
{
    SET(setter, option, value);
}

static void set_text(struct setter *setter, CURLoption option, const char *value)
{
    SET(setter, option, value);
}

/*
 * With verification off no CA bundle is named at all: the system's would be loaded for each
 * connection, which costs more than the handshake.
 */
static void set_trust(struct setter *setter, const struct hb_tls *tls)
{
    set_long(setter, CURLOPT_SSL_VERIFYPEER, tls->verify ? 1 : 0);
    set_long(setter, CURLOPT_SSL_VERIFYHOST, tls->verify ? 2 : 0);
    if (tls->ca != NULL || !tls->verify) {
        set_text(setter, CURLOPT_CAINFO, tls->verify ? tls->ca : NULL);
        set_text(setter, CURLOPT_CAPATH, NULL);
    }
    if (tls->cert != NULL)
        set_text(setter, CURLOPT_SSLCERT, tls->cert);
    if (tls->key != NULL)
        set_text(setter, CURLOPT_SSLKEY, tls->key);
}

/* What makes clients equal, and this one its best under that. */
static void set_tuned(struct setter *setter)
{
    set_text(setter, CURLOPT_PROXY, "");
    set_long(setter, CURLOPT_FOLLOWLOCATION, 0);
    set_long(setter, CURLOPT_PATH_AS_IS, 1);
    set_long(setter, CURLOPT_DNS_CACHE_TIMEOUT, -1); /* names resolve once */
}

/* What the job asks for in any profile; without NOSIGNAL, threads could not use libcurl. */
static void set_job(struct setter *setter, const struct hb_job *job)
{
    if (!hb_job_is_stock(job))
        set_tuned(setter);
    set_long(setter, CURLOPT_NOSIGNAL, 1);
    set_long(setter, CURLOPT_HTTP_VERSION,
             job->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
    set_long(setter, CURLOPT_FORBID_REUSE, job->keepalive ? 0 : 1);
    set_long(setter, CURLOPT_FRESH_CONNECT, job->keepalive ? 0 : 1);
    set_trust(setter, &job->tls);
}

int hb_curl_task_init(struct hb_curl_task *task, const struct hb_curl_plan *plan,
                      struct hb_error *err)
{
    struct setter setter = {curl_easy_init(), CURLE_OK};

    *task = (struct hb_curl_task){.easy = setter.easy, .plan = plan};
    if (setter.easy == NULL)
        return hb_fail(err, HB_ERR_INTERNAL, "curl_easy_init failed");
    set_job(&setter, plan->job);
    SET(&setter, CURLOPT_PRIVATE, task);
    SET(&setter, CURLOPT_WRITEFUNCTION, count_body);
    SET(&setter, CURLOPT_WRITEDATA, task);
    SET(&setter, CURLOPT_OPENSOCKETFUNCTION, hb_curl_open_socket);
    SET(&setter, CURLOPT_OPENSOCKETDATA, task);
    if (setter.result != CURLE_OK)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "libcurl refuses an option: %s",
                       curl_easy_strerror(setter.result));
    return 0;
}

static long milliseconds(int64_t ns)
{
    int64_t ms = (ns + HB_NS_PER_MS - 1) / HB_NS_PER_MS;

    return ms > INT32_MAX ? INT32_MAX : (long)ms;
}

void hb_curl_task_limit(struct hb_curl_task *task)
{
    const struct hb_job *job = task->plan->job;

    if (hb_job_is_stock(job))
        return;
    curl_easy_setopt(task->easy, CURLOPT_TIMEOUT_MS, milliseconds(job->timeout_ns));
    curl_easy_setopt(task->easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(job->connect_timeout_ns));
}

void hb_curl_task_release(struct hb_curl_task *task)
{
    curl_easy_cleanup(task->easy);
    task->easy = NULL;
}

/* ---- a transfer ---- */

static bool is_head(const struct hb_request *request)
{
    return strcmp(request->method, "HEAD") == 0;
}

/* HTTPGET undoes what the last request was; CUSTOMREQUEST only names the method. */
static void set_method(CURL *easy, const struct hb_request *request)
{
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    if (is_head(request)) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (hb_request_sends_body(request)) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body == NULL ? "" : request->body);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

void hb_curl_task_set(struct hb_curl_task *task, const struct hb_request *request)
{
    task->bytes = 0;
    task->opened = false;
    if (task->request == request)
        return;
    task->request = request;
    curl_easy_setopt(task->easy, CURLOPT_URL, request->url);
    curl_easy_setopt(task->easy, CURLOPT_HTTPHEADER,
                     task->plan->headers[request - task->plan->job->requests]);
    set_method(task->easy, request);
}

/* How long the new connection took, TLS included. */
static int64_t connect_time_ns(CURL *easy)
{
    curl_off_t tcp_us = 0, tls_us = 0;

    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &tcp_us);
    curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &tls_us);
    return (tls_us > tcp_us ? tls_us : tcp_us) * HB_NS_PER_US;
}

/* A server that falls back to HTTP/1.1 does not do what was asked for. */
static bool fell_back(const struct hb_curl_task *task)
{
    long version = 0;

    if (!task->plan->job->http2)
        return false;
    curl_easy_getinfo(task->easy, CURLINFO_HTTP_VERSION, &version);
    return version != CURL_HTTP_VERSION_2_0;
}

void hb_curl_task_reply(struct hb_curl_task *task, CURLcode result, struct hb_reply *reply)
{
    long status = 0;
    curl_off_t first_byte_us = 0;

    if (!HB_RECORDING)
        return;
    curl_easy_getinfo(task->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(task->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte_us);
    reply->status = (uint16_t)status;
    reply->ttfb_ns = first_byte_us * HB_NS_PER_US;
    reply->bytes = task->bytes;
    reply->outcome = (uint8_t)hb_curl_outcome(result);
    if (task->opened)
        reply->connect_ns = connect_time_ns(task->easy);
    if (result == CURLE_OK && fell_back(task))
        reply->outcome = HB_OUTCOME_PROTOCOL;
}

static bool has_head_with_body(const struct hb_job *job)
{
    for (size_t i = 0; i < job->request_count; i++)
        if (is_head(&job->requests[i]) && job->requests[i].body != NULL)
            return true;
    return false;
}

void hb_curl_describe(const struct hb_worker *worker, json_t *ready)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    json_t *libraries = json_object();

    json_object_set_new(libraries, "ssl", json_string(info->ssl_version));
    json_object_set_new(libraries, "nghttp2", json_string(info->nghttp2_version));
    json_object_set_new(ready, "libraries", libraries);
    if (worker->job.tls.server_name != NULL)
        hb_worker_cannot_honour(ready, "tls.server_name", "libcurl takes it from the URL");
    if (hb_job_is_stock(&worker->job))
        hb_worker_cannot_honour(ready, "timeout_ns", "stock: libcurl has no limit of its own");
    if (has_head_with_body(&worker->job))
        hb_worker_cannot_honour(ready, "requests.body_path", "libcurl sends no body with HEAD");
}
