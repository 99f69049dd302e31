/*
 * Building jobs out of a plan's cells. The text of a job depends on nothing but the cell, the
 * server's address and the names of the files; no clock is read here.
 */
#include "exec/job.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/sample.h"

#define TICK_NS (10 * HB_NS_PER_MS)
#define RAMP_CLEAR_NS                                                                              \
    (50 * HB_NS_PER_US)          /* 200 connections in 10 ms: half a small accept queue            \
                                  */
#define RAMP_TLS_NS HB_NS_PER_MS /* a handshake costs a server about that much CPU */

static void release_json(json_t **json)
{
    json_decref(*json);
}

static const struct hb_url_spec *url_of(const struct hb_job *job)
{
    return &job->plan->scenario->urls[job->cell->url];
}

static void format_body_name(char name[32], size_t request)
{
    snprintf(name, 32, "body-%zu", request);
}

unsigned hb_job_processes(const struct hb_plan *plan, const struct hb_cell *cell)
{
    uint32_t concurrency = plan->scenario->concurrency[cell->concurrency];
    unsigned processes = plan->scenario->run.processes;

    return processes == 0 ? 1 : processes > concurrency ? concurrency : processes;
}

uint32_t hb_job_tasks(const struct hb_job *job, unsigned process)
{
    return job->concurrency / job->processes + (process < job->concurrency % job->processes);
}

int64_t hb_job_ramp_ns(const struct hb_plan *plan, const struct hb_cell *cell, unsigned processes)
{
    const struct hb_server_spec *server = &plan->scenario->servers[cell->server];

    return (server->https ? RAMP_TLS_NS : RAMP_CLEAR_NS) * (int64_t)processes;
}

int hb_job_write_bodies(const struct hb_job *job, const struct hb_rundir *dir, struct hb_error *err)
{
    const struct hb_url_spec *url = url_of(job);
    char name[32], path[PATH_MAX];

    for (size_t i = 0; i < url->requests_count; i++) {
        const struct hb_request *request = &url->requests[i];

        if (request->body == NULL)
            continue;
        format_body_name(name, i);
        if (hb_rundir_write(dir, name, request->body, request->body_bytes, path, err) < 0)
            return -1;
    }
    return 0;
}

/* In all of these NULL means text that is not UTF-8: jansson refuses it, and json_pack() gives NULL
 * when any of its parts is. */
static json_t *make_headers(const struct hb_job *job)
{
    const struct hb_url_spec *url = url_of(job);
    bool stock = job->plan->scenario->profiles[job->cell->profile] == HB_PROFILE_STOCK;
    HB_CLEANUP(release_json) json_t *headers = json_array();

    for (size_t i = 0; i < url->headers_count; i++) {
        const struct hb_header *header = &url->headers[i];

        if (stock && header->ours)
            continue;
        if (json_array_append_new(headers, json_pack("[s, s]", header->name, header->value)) < 0)
            return NULL;
    }
    return HB_TAKE(headers);
}

static json_t *make_request(const struct hb_job *job, size_t index, json_t *headers)
{
    const struct hb_request *request = &url_of(job)->requests[index];
    char name[32];
    json_t *object =
        json_pack("{s:s, s:o, s:O}", "method", hb_method_name((enum hb_method)job->cell->method),
                  "url", json_sprintf("%s%s", job->base_url, request->url), "headers", headers);

    if (request->body != NULL) {
        format_body_name(name, index);
        json_object_set_new(object, "body_path", json_sprintf("%s/%s", job->directory, name));
        json_object_set_new(object, "body_bytes", json_integer((json_int_t)request->body_bytes));
    }
    return object;
}

static json_t *make_requests(const struct hb_job *job)
{
    const struct hb_url_spec *url = url_of(job);
    HB_CLEANUP(release_json) json_t *headers = make_headers(job);
    HB_CLEANUP(release_json) json_t *requests = json_array();

    for (size_t i = 0; i < url->requests_count; i++)
        if (json_array_append_new(requests, make_request(job, i, headers)) < 0)
            return NULL;
    return HB_TAKE(requests);
}

static json_t *make_tls(const struct hb_job *job)
{
    const struct hb_tls *tls = &job->plan->scenario->servers[job->cell->server].tls;
    const char *ca = job->authority != NULL ? job->authority : tls->ca;

    return json_pack("{s:b, s:s?, s:s?, s:s?, s:s?}", "verify", tls->verify, "ca", ca, "cert",
                     tls->cert, "key", tls->key, "server_name", tls->server_name);
}

static json_t *make_schedule(const struct hb_job *job)
{
    if (job->schedule == NULL)
        return json_null();
    return json_pack("{s:s, s:I}", "path", job->schedule, "count", (json_int_t)job->schedule_count);
}

static json_t *make_job(const struct hb_job *job, unsigned process)
{
    const struct hb_scenario *scenario = job->plan->scenario;
    const struct hb_client_spec *client = &scenario->clients[job->cell->client];
    enum hb_http http = scenario->protocols[job->cell->protocol];

    return json_pack(
        "{s:s, s:i, s:s, s:s, s:s, s:o, s:o, s:I, s:I, s:{s:I, s:I}, s:s, s:o, s:I, s:I, s:b, "
        "s:o, s:I, s:I}",
        "type", "job", "protocol", HB_PROTOCOL_VERSION,                               //
        "client", client->entry->name,                                                //
        "mode", hb_mode_name(client->mode),                                           //
        "profile", hb_profile_name(scenario->profiles[job->cell->profile]),           //
        "options", json_loads(client->options_json, 0, NULL),                         //
        "requests", make_requests(job),                                               //
        "concurrency", (json_int_t)hb_job_tasks(job, process),                        //
        "ramp_ns", (json_int_t)job->ramp_ns,                                          //
        "process", "index", (json_int_t)process, "count", (json_int_t)job->processes, //
        "http", http == HB_HTTP_2 ? "2" : "1.1",                                      //
        "tls", make_tls(job),                                                         //
        "timeout_ns", (json_int_t)scenario->timeout_ns,                               //
        "connect_timeout_ns", (json_int_t)scenario->connect_timeout_ns,               //
        "keepalive", scenario->keepalive,                                             //
        "schedule", make_schedule(job),                                               //
        "max_requests", (json_int_t)job->max_requests,                                //
        "tick_ns", (json_int_t)(job->without_ticks ? 0 : TICK_NS));
}

static int append_json(const char *text, size_t length, void *buf)
{
    hb_buf_append(buf, text, length);
    return 0;
}

int hb_job_line(const struct hb_job *job, unsigned process, struct hb_buf *ret_line,
                struct hb_error *err)
{
    HB_CLEANUP(release_json) json_t *object = make_job(job, process);

    if (object == NULL)
        return hb_fail(
            err, HB_ERR_INPUT,
            "the request cannot be written as JSON: a URL, header or option is not UTF-8");
    (void)json_dump_callback(object, append_json, ret_line, JSON_COMPACT);
    hb_buf_putc(ret_line, '\n');
    if (ret_line->overflowed)
        return hb_fail(err, HB_ERR_LIMIT, "the job line is longer than %zu bytes",
                       ret_line->maximum);
    return 0;
}

void hb_go_line(const struct hb_go_times *times, struct hb_buf *ret_line)
{
    hb_buf_printf(ret_line,
                  "{\"type\":\"go\",\"start_ns\":%" PRId64 ",\"stop_ns\":%" PRId64
                  ",\"drain_ns\":%" PRId64 "}\n",
                  times->start_ns, times->stop_ns, times->drain_ns);
}
