/*
 * One libcurl easy handle set up the way a careful user would for a benchmark: everything that a
 * job asks for and nothing else goes on the wire. Shared by libcurl/sync and libcurl/async.
 */
#ifndef HB_CLIENTS_NATIVE_LIBCURL_TASK_H
#define HB_CLIENTS_NATIVE_LIBCURL_TASK_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "clients/native/worker.h"

/* What all handles of a job share; read-only while requests are sent. */
struct hb_curl_plan {
    const struct hb_job *job;
    struct curl_slist **headers; /* one list a request of the job */
    unsigned handle_count;
};

struct hb_curl_task {
    CURL *easy;
    const struct hb_curl_plan *plan;
    const struct hb_request *request; /* the one the handle is set to */
    uint64_t bytes;                   /* of the body, so far */
    bool opened;                      /* a socket was opened for this request */
};

int hb_curl_plan_init(struct hb_curl_plan *plan, const struct hb_job *job,
                      struct hb_error *err) HB_MUST_CHECK;
void hb_curl_plan_release(struct hb_curl_plan *plan);

/* `task` must stay where it is until its release. */
int hb_curl_task_init(struct hb_curl_task *task, const struct hb_curl_plan *plan,
                      struct hb_error *err) HB_MUST_CHECK;
/*
 * Lets libcurl end transfers that take longer than the job allows, in the stock profile none: for
 * whoever blocks in it. A loop looks itself, for less.
 */
void hb_curl_task_limit(struct hb_curl_task *task);
void hb_curl_task_release(struct hb_curl_task *task);

/* Before each transfer. */
void hb_curl_task_set(struct hb_curl_task *task, const struct hb_request *request);

/* After each transfer. */
void hb_curl_task_reply(struct hb_curl_task *task, CURLcode result, struct hb_reply *reply);

/* CURLOPT_OPENSOCKETFUNCTION; its data is the task. */
curl_socket_t hb_curl_open_socket(void *task, curlsocktype purpose, struct curl_sockaddr *address);

enum hb_outcome hb_curl_outcome(CURLcode result);

/* For hb_worker_client.describe. */
void hb_curl_describe(const struct hb_worker *worker, json_t *ready);

#endif
