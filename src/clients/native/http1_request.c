/*
 * Takes URLs apart and writes requests. The job has been checked: no blank or line end can be in a
 * URL, a header's name or its value.
 */
#include "clients/native/http1_request.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"

static int copy_part(char *dest, size_t room, const char *text, size_t length, const char *what,
                     struct hb_error *err)
{
    if (length == 0 || length >= room)
        return hb_fail(err, HB_ERR_INPUT, "URL: the %s is empty or too long", what);
    memcpy(dest, text, length);
    dest[length] = '\0';
    return 0;
}

/* "host", "host:port", "[::1]:port" */
static int split_authority(struct hb_http1_target *target, const char *text, size_t length,
                           struct hb_error *err)
{
    const char *host = text;
    const char *host_end = memchr(text, ':', length);
    const char *end = text + length;

    if (memchr(text, '@', length) != NULL)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "URL: user names are not supported");
    if (length > 0 && text[0] == '[') {
        host = text + 1;
        host_end = memchr(host, ']', length - 1);
        if (host_end == NULL || (host_end + 1 < end && host_end[1] != ':'))
            return hb_fail(err, HB_ERR_INPUT, "URL: the IPv6 address has no end");
    }
    if (host_end == NULL)
        host_end = end;
    if (copy_part(target->host, sizeof(target->host), host, (size_t)(host_end - host), "host",
                  err) != 0)
        return -1;
    if (host != text)
        host_end++; /* the bracket */
    if (host_end >= end)
        return copy_part(target->port, sizeof(target->port), "80", 2, "port", err);
    return copy_part(target->port, sizeof(target->port), host_end + 1, (size_t)(end - host_end - 1),
                     "port", err);
}

int hb_http1_target_parse(struct hb_http1_target *ret_target, const char *url, struct hb_error *err)
{
    struct hb_http1_target target = {0};
    const char *authority;
    size_t length;

    if (strncmp(url, "http://", strlen("http://")) != 0)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "only http URLs are supported");
    authority = url + strlen("http://");
    length = strcspn(authority, "/?#");
    target.path = authority + length;
    if (split_authority(&target, authority, length, err) != 0 ||
        copy_part(target.origin, sizeof(target.origin), authority, length, "authority", err) != 0)
        return -1;
    if (strspn(target.port, "0123456789") != strlen(target.port))
        return hb_fail(err, HB_ERR_INPUT, "URL: \"%s\" is not a port", target.port);
    target.path_length = strcspn(target.path, "#");
    *ret_target = target;
    return 0;
}

static void put_headers(struct hb_buf *out, const struct hb_request *request,
                        const struct hb_http1_target *target)
{
    if (!hb_request_has_header(request, "Host"))
        hb_buf_printf(out, "Host: %s\r\n", target->origin);
    for (size_t i = 0; i < request->header_count; i++) {
        hb_buf_puts(out, request->headers[i].name);
        hb_buf_puts(out, ": ");
        hb_buf_puts(out, request->headers[i].value);
        hb_buf_puts(out, "\r\n");
    }
    if (hb_request_sends_body(request) && !hb_request_has_header(request, "Content-Length"))
        hb_buf_printf(out, "Content-Length: %zu\r\n", request->body_bytes);
}

struct hb_http1_wire hb_http1_wire_make(const struct hb_request *request,
                                        const struct hb_http1_target *target,
                                        struct hb_arena *arena)
{
    struct hb_http1_wire wire = {.head = strcmp(request->method, "HEAD") == 0};
    HB_CLEANUP(hb_buf_release) struct hb_buf out;

    hb_buf_init(&out, SIZE_MAX / 2); /* the job's limits bound it */
    hb_buf_puts(&out, request->method);
    hb_buf_puts(&out, target->path_length > 0 && target->path[0] == '/' ? " " : " /");
    hb_buf_append(&out, target->path, target->path_length);
    hb_buf_puts(&out, " HTTP/1.1\r\n");
    put_headers(&out, request, target);
    hb_buf_puts(&out, "\r\n");
    hb_buf_append(&out, request->body, request->body_bytes);
    wire.length = out.length;
    wire.bytes = hb_arena_memdup(arena, out.data, out.length);
    return wire;
}
