/*
 * The response parser of the epoll client. Lines are looked at where they lie in the input and
 * copied only when they arrive in pieces; of the headers only the three that decide where the
 * message ends are understood.
 */
#include "clients/native/http1.h"

#include <string.h>
#include <strings.h>

#include "base/macros.h"

struct line {
    const char *text; /* without its end */
    size_t length;
    bool truncated;
};

void hb_http1_begin(struct hb_http1 *parser, bool head)
{
    parser->state = HB_HTTP1_STATUS_LINE;
    parser->status = 0;
    parser->keep_alive = false;
    parser->chunked = parser->to_end = parser->has_length = false;
    parser->head = head;
    parser->truncated = false;
    parser->line_bytes = 0;
    parser->header_bytes = 0;
    parser->left = 0;
    parser->body_bytes = 0;
}

static void invalid(struct hb_http1 *parser)
{
    parser->state = HB_HTTP1_INVALID;
    parser->keep_alive = false;
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* "HTTP/1.1 200 OK"; the reason may be missing. */
static void take_status_line(struct hb_http1 *parser, struct line line)
{
    const char *text = line.text;

    if (line.length < 12 || memcmp(text, "HTTP/1.", 7) != 0 || !is_digit(text[7]) ||
        text[8] != ' ' || text[9] < '1' || !is_digit(text[9]) || !is_digit(text[10]) ||
        !is_digit(text[11]) || (line.length > 12 && text[12] != ' ')) {
        invalid(parser);
        return;
    }
    parser->status = (uint16_t)((text[9] - '0') * 100 + (text[10] - '0') * 10 + (text[11] - '0'));
    parser->keep_alive = text[7] != '0';
    parser->chunked = parser->to_end = parser->has_length = false;
    parser->state = HB_HTTP1_HEADERS;
}

/* A name or value, and one element after the other of a comma-separated list. */
struct span {
    const char *text;
    size_t length;
};

static struct span trim(struct span span)
{
    while (span.length > 0 && (span.text[0] == ' ' || span.text[0] == '\t')) {
        span.text++;
        span.length--;
    }
    while (span.length > 0 &&
           (span.text[span.length - 1] == ' ' || span.text[span.length - 1] == '\t'))
        span.length--;
    return span;
}

static bool equals(struct span span, const char *word, size_t length)
{
    return span.length == length && strncasecmp(span.text, word, length) == 0;
}

#define EQUALS(span, word) equals(span, word, sizeof(word) - 1)

static struct span next_element(struct span *list)
{
    const char *comma = memchr(list->text, ',', list->length);
    struct span element = *list;

    if (comma == NULL) {
        list->length = 0;
        return trim(element);
    }
    element.length = (size_t)(comma - list->text);
    list->text += element.length + 1;
    list->length -= element.length + 1;
    return trim(element);
}

static void take_content_length(struct hb_http1 *parser, struct span value)
{
    uint64_t number = 0;

    if (value.length == 0 || value.length > 18) { /* 18 digits always fit */
        invalid(parser);
        return;
    }
    for (size_t i = 0; i < value.length; i++) {
        if (!is_digit(value.text[i])) {
            invalid(parser);
            return;
        }
        number = number * 10 + (uint64_t)(value.text[i] - '0');
    }
    if (parser->has_length && parser->left != number)
        invalid(parser);
    parser->has_length = true;
    parser->left = number;
}

/* Only a final "chunked" delimits the body; after any other coding it ends with the connection. */
static void take_transfer_encoding(struct hb_http1 *parser, struct span value)
{
    while (value.length > 0) {
        parser->chunked = EQUALS(next_element(&value), "chunked");
        parser->to_end = !parser->chunked;
    }
}

static void take_connection(struct hb_http1 *parser, struct span value)
{
    while (value.length > 0) {
        struct span option = next_element(&value);

        if (EQUALS(option, "close"))
            parser->keep_alive = false;
        else if (EQUALS(option, "keep-alive"))
            parser->keep_alive = true;
    }
}

static const struct {
    const char *name;
    size_t length;
    void (*take)(struct hb_http1 *, struct span);
} framing_headers[] = {
    {"content-length", 14, take_content_length},
    {"transfer-encoding", 17, take_transfer_encoding},
    {"connection", 10, take_connection},
};

static void take_header(struct hb_http1 *parser, struct line line)
{
    const char *colon = memchr(line.text, ':', line.length);
    struct span name = {line.text, colon == NULL ? 0 : (size_t)(colon - line.text)};

    /* No name, a folded line, a blank before the colon: RFC 9112 calls none of them valid. */
    if (colon == NULL ? !line.truncated
                      : name.length == 0 || name.text[0] == ' ' || name.text[0] == '\t' ||
                            name.text[name.length - 1] == ' ') {
        invalid(parser);
        return;
    }
    for (size_t i = 0; i < HB_ARRAY_LEN(framing_headers); i++) {
        if (!equals(name, framing_headers[i].name, framing_headers[i].length))
            continue;
        if (line.truncated)
            invalid(parser);
        else
            framing_headers[i].take(parser,
                                    trim((struct span){colon + 1, line.length - name.length - 1}));
        return;
    }
}

static void begin_body(struct hb_http1 *parser)
{
    if (parser->status == 101) { /* nobody asked for another protocol */
        invalid(parser);
    } else if (parser->status < 200) { /* interim: the real response follows */
        parser->left = 0;
        parser->state = HB_HTTP1_STATUS_LINE;
    } else if (parser->head || parser->status == 204 || parser->status == 304) {
        parser->state = HB_HTTP1_DONE;
    } else if (parser->chunked) {
        parser->state = HB_HTTP1_CHUNK_SIZE;
    } else if (parser->has_length && !parser->to_end) {
        parser->state = parser->left > 0 ? HB_HTTP1_BODY : HB_HTTP1_DONE;
    } else {
        parser->keep_alive = false;
        parser->state = HB_HTTP1_BODY_TO_END;
    }
}

static void take_header_line(struct hb_http1 *parser, struct line line)
{
    if (line.length > 0)
        take_header(parser, line);
    else
        begin_body(parser);
}

static int hex_value(char character)
{
    if (is_digit(character))
        return character - '0';
    character = (char)(character | 0x20);
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

/* "1a; extension=ignored" */
static void take_chunk_size(struct hb_http1 *parser, struct line line)
{
    uint64_t size = 0;
    size_t digits = 0;

    while (digits < line.length && hex_value(line.text[digits]) >= 0) {
        if (digits >= 15) { /* 60 bits */
            invalid(parser);
            return;
        }
        size = size * 16 + (uint64_t)hex_value(line.text[digits++]);
    }
    if (digits == 0 || (digits < line.length && line.text[digits] != ';' &&
                        line.text[digits] != ' ' && line.text[digits] != '\t')) {
        invalid(parser);
        return;
    }
    parser->header_bytes = 0; /* a long body has many such lines */
    parser->left = size;
    parser->state = size > 0 ? HB_HTTP1_CHUNK : HB_HTTP1_TRAILERS;
}

static void take_chunk_end(struct hb_http1 *parser, struct line line)
{
    if (line.length > 0)
        invalid(parser);
    else
        parser->state = HB_HTTP1_CHUNK_SIZE;
}

static void take_trailer(struct hb_http1 *parser, struct line line)
{
    if (line.length == 0)
        parser->state = HB_HTTP1_DONE;
}

static void (*const take_line[])(struct hb_http1 *, struct line) = {
    [HB_HTTP1_STATUS_LINE] = take_status_line, [HB_HTTP1_HEADERS] = take_header_line,
    [HB_HTTP1_CHUNK_SIZE] = take_chunk_size,   [HB_HTTP1_CHUNK_END] = take_chunk_end,
    [HB_HTTP1_TRAILERS] = take_trailer,
};

/* Keeps the beginning of a line that is not complete yet. */
static void keep_piece(struct hb_http1 *parser, const char *text, size_t length)
{
    size_t room = HB_HTTP1_LINE_MAX - parser->line_bytes;

    if (length > room)
        parser->truncated = true;
    memcpy(parser->line + parser->line_bytes, text, length < room ? length : room);
    parser->line_bytes += (uint16_t)(length < room ? length : room);
    if (parser->state == HB_HTTP1_STATUS_LINE &&
        memcmp(parser->line, "HTTP/1.", parser->line_bytes < 7 ? parser->line_bytes : 7) != 0)
        invalid(parser); /* no need to wait for a line that garbage may never end */
}

static struct line whole_line(struct hb_http1 *parser, const char *text, size_t length)
{
    struct line line = {text, length, length > HB_HTTP1_LINE_MAX};

    if (line.truncated)
        line.length = HB_HTTP1_LINE_MAX; /* as if it had come in pieces */
    if (parser->line_bytes > 0) {
        keep_piece(parser, text, length);
        line = (struct line){parser->line, parser->line_bytes, parser->truncated};
        parser->line_bytes = 0;
        parser->truncated = false;
    }
    if (line.length > 0 && line.text[line.length - 1] == '\r' && !line.truncated)
        line.length--;
    return line;
}

static void count_header_bytes(struct hb_http1 *parser, size_t count)
{
    if (count > HB_HTTP1_HEADERS_MAX - parser->header_bytes)
        invalid(parser);
    else
        parser->header_bytes += (uint32_t)count;
}

static size_t feed_line(struct hb_http1 *parser, const char *data, size_t length)
{
    const char *end = memchr(data, '\n', length);
    size_t used = end == NULL ? length : (size_t)(end - data) + 1;

    count_header_bytes(parser, used);
    if (parser->state == HB_HTTP1_INVALID)
        return used;
    if (end == NULL) {
        keep_piece(parser, data, length);
    } else {
        struct line line = whole_line(parser, data, used - 1);

        if (parser->state != HB_HTTP1_INVALID)
            take_line[parser->state](parser, line);
    }
    return used;
}

static size_t feed_body(struct hb_http1 *parser, size_t length)
{
    size_t used = length;

    if (parser->state != HB_HTTP1_BODY_TO_END) {
        used = length < parser->left ? length : (size_t)parser->left;
        parser->left -= used;
        if (parser->left == 0)
            parser->state = parser->state == HB_HTTP1_CHUNK ? HB_HTTP1_CHUNK_END : HB_HTTP1_DONE;
    }
    parser->body_bytes += used;
    return used;
}

size_t hb_http1_feed(struct hb_http1 *parser, const char *data, size_t length)
{
    size_t used = 0;

    while (used < length && !hb_http1_over(parser)) {
        if (parser->state < HB_HTTP1_LINE_STATES)
            used += feed_line(parser, data + used, length - used);
        else
            used += feed_body(parser, length - used);
    }
    return used;
}

enum hb_outcome hb_http1_end(struct hb_http1 *parser)
{
    switch (parser->state) {
    case HB_HTTP1_INVALID:
        return HB_OUTCOME_PROTOCOL;
    case HB_HTTP1_STATUS_LINE:
    case HB_HTTP1_HEADERS:
        return HB_OUTCOME_RESET;
    case HB_HTTP1_BODY_TO_END:
        parser->state = HB_HTTP1_DONE;
        return HB_OUTCOME_OK;
    case HB_HTTP1_DONE:
        return HB_OUTCOME_OK;
    default:
        return HB_OUTCOME_LENGTH;
    }
}
