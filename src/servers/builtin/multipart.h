/* Bodies of type multipart/form-data (RFC 7578), already in memory as a whole. */
#ifndef HB_SERVERS_BUILTIN_MULTIPART_H
#define HB_SERVERS_BUILTIN_MULTIPART_H

#include "servers/builtin/fields.h"

enum { HB_MULTIPART_PARTS_MAX = 1000 };

/*
 * Split `body` into fields and files (parts with a file name). Spans point into `body` and
 * `content_type`. False when the type names no boundary or there are more than
 * HB_MULTIPART_PARTS_MAX parts; what follows a malformed part is ignored.
 */
bool hb_multipart_parse(struct hb_arena *arena, struct hb_span content_type, struct hb_span body,
                        struct hb_fields *ret_form, struct hb_fields *ret_files);

#endif
