/* The one table of routes. The most requested come first: the search is linear. */
#include "base/macros.h"
#include "servers/builtin/endpoints.h"

enum {
    READ = HB_GET | HB_HEAD,
    ANY = HB_GET | HB_HEAD | HB_POST | HB_PUT | HB_PATCH | HB_DELETE | HB_TRACE,
};

static const struct hb_route routes[] = {
    {"/get", hb_endpoint_get, READ, false},
    {"/post", hb_endpoint_with_body, HB_POST, true},
    {"/put", hb_endpoint_with_body, HB_PUT, true},
    {"/patch", hb_endpoint_with_body, HB_PATCH, true},
    {"/delete", hb_endpoint_with_body, HB_DELETE, true},
    {"/status/{text}", hb_endpoint_status, ANY, false},
    {"/bytes/{int}", hb_endpoint_bytes, READ, false},
    {"/delay/{text}", hb_endpoint_delay, ANY, true},
    {"/anything", hb_endpoint_anything, ANY, true},
    {"/anything/{path}", hb_endpoint_anything, ANY, true},
    {"/headers", hb_endpoint_headers, READ, false},
    {"/stream/{int}", hb_endpoint_stream, READ, false},
    {"/stream-bytes/{int}", hb_endpoint_stream_bytes, READ, false},
    {"/drip", hb_endpoint_drip, READ, false},
    {"/gzip", hb_endpoint_gzip, READ, false},
    {"/redirect/{int}", hb_endpoint_redirect, READ, false},
    {"/relative-redirect/{int}", hb_endpoint_relative_redirect, READ, false},
    {"/absolute-redirect/{int}", hb_endpoint_absolute_redirect, READ, false},
    {"/redirect-to", hb_endpoint_redirect_to, ANY, false},
    {"/basic-auth/{text}/{text}", hb_endpoint_basic_auth, READ, false},
    {"/cookies", hb_endpoint_cookies, READ, false},
    {"/cookies/set", hb_endpoint_set_cookies, READ, false},
    {"/cookies/set/{text}/{text}", hb_endpoint_set_cookie, READ, false},
    {"/cookies/delete", hb_endpoint_delete_cookies, READ, false},
    {"/uuid", hb_endpoint_uuid, READ, false},
    {"/ip", hb_endpoint_ip, READ, false},
    {"/user-agent", hb_endpoint_user_agent, READ, false},
};

const struct hb_route *hb_route_find(struct hb_span path,
                                     struct hb_span ret_captures[HB_CAPTURES_MAX])
{
    for (size_t i = 0; i < HB_ARRAY_LEN(routes); i++)
        if (hb_route_match(routes[i].pattern, path, ret_captures))
            return &routes[i];
    return NULL;
}
