/* /status: the codes that come with a body or a header are a table. */
#include <microhttpd.h>

#include "base/macros.h"
#include "servers/builtin/endpoints.h"
#include "servers/builtin/server.h"
#include "servers/builtin/status_list.h"

struct special {
    unsigned status;
    const char *content_type, *body, *header, *value;
};

#define REDIRECTION(status)                                                                        \
    {                                                                                              \
        status, NULL, "", "Location", "/redirect/1"                                                \
    }

static const struct special specials[] = {
    REDIRECTION(301),
    REDIRECTION(302),
    REDIRECTION(303),
    REDIRECTION(305),
    REDIRECTION(307),
    {304, NULL, "", NULL, NULL},
    {401, NULL, "", "WWW-Authenticate", "Basic realm=\"Fake Realm\""},
    {402, NULL, "Fuck you, pay me!", "x-more-info", "http://vimeo.com/22053820"},
    {406, HB_TYPE_JSON,
     "{\"message\": \"Client did not request a supported media type.\", \"accept\": "
     "[\"image/webp\", "
     "\"image/svg+xml\", \"image/jpeg\", \"image/png\", \"image/*\"]}",
     NULL, NULL},
    {407, NULL, "", "Proxy-Authenticate", "Basic realm=\"Fake Realm\""},
    {418, NULL,
     "\n"
     "    -=[ teapot ]=-\n"
     "\n"
     "       _...._\n"
     "     .'  _ _ `.\n"
     "    | .\"` ^ `\". _,\n"
     "    \\_;`\"---\"`|//\n"
     "      |       ;/\n"
     "      \\_     _/\n"
     "        `\"\"\"`\n",
     "x-more-info", "http://tools.ietf.org/html/rfc2324"},
};

static void reply_status(struct hb_exchange *exchange, unsigned status)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(specials); i++) {
        const struct special *special = &specials[i];

        if (special->status != status)
            continue;
        hb_reply_body(exchange, status, special->content_type, hb_span_of(special->body));
        if (special->header != NULL)
            hb_reply_header(exchange, special->header, hb_span_of(special->value));
        return;
    }
    hb_reply_body(exchange, status, HB_TYPE_HTML, HB_SPAN(""));
}

void hb_endpoint_status(struct hb_exchange *exchange)
{
    struct hb_status_list list;

    if (hb_status_list_parse(&list, exchange->captures[0]))
        reply_status(exchange, hb_status_list_choose(&list, hb_rng_unit(&exchange->server->rng)));
    else
        hb_reply_bad_request(exchange, "Invalid status code");
}
