/*
 * Addresses, held to a narrow form before they reach any client: what a library makes of odd ones
 * differs, and a control character in one is an injected header.
 */
#include <ctype.h>
#include <string.h>

#include "config/units.h"
#include "scenario/load.h"

/* Visible ASCII; all else must be percent-encoded. */
static bool is_visible(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~')
            return false;
    }
    return true;
}

const char *hb_request_url_problem(const char *url)
{
    if (strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0)
        return "expected a path such as /get, relative to each server; the address of a server "
               "belongs under 'servers', as {name: …, url: …}";
    if (url[0] != '/' || url[1] == '/')
        return "expected a path that begins with one /";
    if (!is_visible(url))
        return "spaces, control characters and all beyond ASCII must be percent-encoded";
    if (strchr(url, '#') != NULL)
        return "a fragment (#…) is never sent; leave it out";
    if (strlen(url) > HB_REQUEST_URL_MAX_BYTES)
        return "longer than the limit of 8000 bytes";
    return NULL;
}

/* The end of the host and what follows: ":port", or nothing. */
static const char *host_end(const char *host)
{
    if (*host == '[') {
        const char *end = strchr(host, ']');

        return end != NULL ? end + 1 : host;
    }
    return host + strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");
}

static bool is_port(const char *text, size_t length)
{
    char copy[8];
    int64_t port;

    if (length < 2 || length > 6 || text[0] != ':')
        return false;
    memcpy(copy, text + 1, length - 1);
    copy[length - 1] = '\0';
    return isdigit((unsigned char)copy[0]) && hb_parse_integer(copy, &port) == 0 && port > 0 &&
           port < 65536;
}

static const char *after_scheme(const char *url)
{
    if (strncmp(url, "http://", 7) == 0)
        return url + 7;
    return strncmp(url, "https://", 8) == 0 ? url + 8 : NULL;
}

static bool is_bracketed_address(const char *host, const char *end)
{
    return *host != '[' || (end > host + 2 && strspn(host + 1, "0123456789abcdefABCDEF:.") ==
                                                  (size_t)(end - host - 2));
}

const char *hb_origin_problem(const char *url)
{
    const char *host = after_scheme(url);
    const char *end, *path;

    if (host == NULL)
        return "expected an address that begins with http:// or https://";
    if (!is_visible(url) || strlen(url) > HB_REQUEST_URL_MAX_BYTES)
        return "expected at most 8000 visible ASCII characters";
    if (strpbrk(url, "?#") != NULL)
        return "the address of a server has no query and no fragment";
    path = host + strcspn(host, "/");
    if (memchr(host, '@', (size_t)(path - host)) != NULL)
        return "no user name or password in an address; use a header";
    end = host_end(host);
    if (end == host || end - host > 255 || !is_bracketed_address(host, end))
        return "expected a host after ://";
    if (end != path && !is_port(end, (size_t)(path - end)))
        return "expected a port from 1 to 65535 after the host";
    return NULL;
}

const char *hb_origin_host(struct hb_arena *arena, const char *url)
{
    const char *host = after_scheme(url);
    const char *end = host_end(host);

    if (*host == '[')
        return hb_arena_strndup(arena, host + 1, (size_t)(end - host - 2));
    return hb_arena_strndup(arena, host, (size_t)(end - host));
}
