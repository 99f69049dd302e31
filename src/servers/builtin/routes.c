/* The one table of routes. The most requested come first: the search is linear. */
#include "base/macros.h"
#include "servers/builtin/endpoints.h"

enum {
    READ = HB_GET | HB_HEAD,
    ANY = HB_GET | HB_HEAD | HB_POST | HB_PUT | HB_PATCH | HB_DELETE | HB_TRACE,
};

static const struct hb_route routes[] = {
    {READ, "/get", hb_endpoint_get, false},
    {HB_POST, "/post", hb_endpoint_with_body, true},
    {HB_PUT, "/put", hb_endpoint_with_body, true},
    {HB_PATCH, "/patch", hb_endpoint_with_body, true},
    {HB_DELETE, "/delete", hb_endpoint_with_body, true},
    {ANY, "/status/{text}", hb_endpoint_status, false},
    {READ, "/bytes/{int}", hb_endpoint_bytes, false},
    {ANY, "/delay/{text}", hb_endpoint_delay, true},
    {ANY, "/anything", hb_endpoint_anything, true},
    {ANY, "/anything/{path}", hb_endpoint_anything, true},
    {READ, "/headers", hb_endpoint_headers, false},
    {READ, "/stream/{int}", hb_endpoint_stream, false},
    {READ, "/stream-bytes/{int}", hb_endpoint_stream_bytes, false},
    {READ, "/drip", hb_endpoint_drip, false},
    {READ, "/gzip", hb_endpoint_gzip, false},
    {READ, "/redirect/{int}", hb_endpoint_redirect, false},
    {READ, "/relative-redirect/{int}", hb_endpoint_relative_redirect, false},
    {READ, "/absolute-redirect/{int}", hb_endpoint_absolute_redirect, false},
    {ANY, "/redirect-to", hb_endpoint_redirect_to, false},
    {READ, "/basic-auth/{text}/{text}", hb_endpoint_basic_auth, false},
    {READ, "/cookies", hb_endpoint_cookies, false},
    {READ, "/cookies/set", hb_endpoint_set_cookies, false},
    {READ, "/cookies/set/{text}/{text}", hb_endpoint_set_cookie, false},
    {READ, "/cookies/delete", hb_endpoint_delete_cookies, false},
    {READ, "/uuid", hb_endpoint_uuid, false},
    {READ, "/ip", hb_endpoint_ip, false},
    {READ, "/user-agent", hb_endpoint_user_agent, false},
};

const struct hb_route *hb_route_find(struct hb_span path,
                                     struct hb_span ret_captures[HB_CAPTURES_MAX])
{
    for (size_t i = 0; i < HB_ARRAY_LEN(routes); i++)
        if (hb_route_match(routes[i].pattern, path, ret_captures))
            return &routes[i];
    return NULL;
}
