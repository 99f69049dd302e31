/*
 * A state machine over the bytes of a connection. Heads and chunk lines are collected byte by byte,
 * bodies are passed over in pieces. Lenient where real clients are (bare line feeds), strict where
 * a doubt would make up a request that nobody sent (lengths).
 */
#include "exec/wire_stream.h"

#include <string.h>
#include <strings.h>

#define CHUNK_LINE_MAX 4096

enum state {
    IN_HEAD,
    IN_BODY,       /* of a length */
    IN_CHUNK_SIZE, /* the line that gives it */
    IN_CHUNK,
    AFTER_CHUNK, /* the empty line behind it */
    IN_TRAILER,
};

static const char *const framing_names[] = {
    [HB_WIRE_NO_BODY] = "none",
    [HB_WIRE_CONTENT_LENGTH] = "content-length",
    [HB_WIRE_CHUNKED] = "chunked",
};

const char *hb_wire_framing_name(enum hb_wire_framing framing)
{
    return framing_names[framing];
}

/* ---- lines of a head ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void split_line(const char *text, size_t length, bool first, struct hb_wire_line *ret)
{
    const char *colon = first ? NULL : memchr(text, ':', length);
    size_t skip = colon != NULL ? (size_t)(colon - text) + 1 : 0;

    ret->name = text;
    ret->name_length = colon != NULL ? skip - 1 : 0;
    while (colon != NULL && skip < length && is_blank(text[skip]))
        skip++;
    while (length > skip && is_blank(text[length - 1]))
        length--;
    ret->value = text + skip;
    ret->value_length = length - skip;
}

bool hb_wire_next_line(const char *head, size_t head_bytes, size_t *at,
                       struct hb_wire_line *ret_line)
{
    const char *text = head + *at, *end;
    size_t length;

    if (*at >= head_bytes)
        return false;
    end = memchr(text, '\n', head_bytes - *at);
    length = end != NULL ? (size_t)(end - text) : head_bytes - *at;
    if (length > 0 && text[length - 1] == '\r')
        length--;
    if (length == 0)
        return false;
    split_line(text, length, *at == 0, ret_line);
    *at = end != NULL ? (size_t)(end - head) + 1 : head_bytes;
    return true;
}

bool hb_wire_line_is(const struct hb_wire_line *line, const char *name)
{
    return line->name_length == strlen(name) &&
           strncasecmp(line->name, name, line->name_length) == 0;
}

/* ---- what a head says about its body ---- */

static int digit_value(char c, int base)
{
    int value = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : 99;

    return value < base ? value : -1;
}

/* All digits up to `length`, at least one, and no number beyond 2^48. */
static bool read_number(const char *text, size_t length, int base, uint64_t *ret_number)
{
    *ret_number = 0;
    for (size_t i = 0; i < length; i++) {
        int digit = digit_value(text[i], base);

        if (digit < 0 || *ret_number >> 44 != 0)
            return false;
        *ret_number = *ret_number * (unsigned)base + (unsigned)digit;
    }
    return length > 0;
}

static void become_opaque(struct hb_wire_stream *stream, const char *why)
{
    stream->opaque = why;
    hb_buf_clear(&stream->line);
}

/* A length that is wrong or given twice differently makes the rest unreadable. */
static bool take_length(struct hb_wire_stream *stream, const struct hb_wire_line *line)
{
    uint64_t length;

    if (!read_number(line->value, line->value_length, 10, &length) ||
        (stream->message.framing == HB_WIRE_CONTENT_LENGTH && length != stream->left)) {
        become_opaque(stream, "the Content-Length is no length");
        return false;
    }
    if (stream->message.framing == HB_WIRE_NO_BODY) {
        stream->message.framing = HB_WIRE_CONTENT_LENGTH;
        stream->left = length;
    }
    return true;
}

static bool ends_with(const struct hb_wire_line *line, const char *word)
{
    size_t length = strlen(word);

    return line->value_length >= length &&
           strncasecmp(line->value + line->value_length - length, word, length) == 0;
}

static bool read_framing(struct hb_wire_stream *stream)
{
    struct hb_wire_line line;

    for (size_t at = 0;
         hb_wire_next_line(stream->message.head, stream->message.head_bytes, &at, &line);) {
        if (hb_wire_line_is(&line, "Transfer-Encoding") && ends_with(&line, "chunked"))
            stream->message.framing = HB_WIRE_CHUNKED;
        else if (hb_wire_line_is(&line, "Content-Length") &&
                 stream->message.framing != HB_WIRE_CHUNKED && !take_length(stream, &line))
            return false;
    }
    return true;
}

/* "METHOD TARGET HTTP/1.x" */
static bool is_request_line(const struct hb_wire_line *line)
{
    static const char version[] = "HTTP/1.";
    const char *last = memrchr(line->value, ' ', line->value_length);
    size_t method = 0, rest;

    if (last == NULL)
        return false;
    while (method < line->value_length && line->value[method] > ' ' && line->value[method] < 0x7F)
        method++;
    rest = line->value_length - (size_t)(last + 1 - line->value);
    return method > 0 && line->value + method < last && rest == sizeof version &&
           memcmp(last + 1, version, sizeof version - 1) == 0;
}

/* ---- the machine ---- */

static void begin_message(struct hb_wire_stream *stream)
{
    stream->message = (struct hb_wire_message){0};
    stream->left = 0;
    stream->state = IN_HEAD;
    hb_buf_clear(&stream->line);
    XXH64_reset(&stream->hash, 0);
}

static void end_message(struct hb_wire_stream *stream)
{
    stream->message.head = hb_buf_text(&stream->line); /* it may have moved */
    stream->message.body_hash = XXH64_digest(&stream->hash);
    stream->took(stream->context, &stream->message);
    begin_message(stream);
}

/* The head stays in the buffer until the message ends: chunk lines come behind it. */
static void end_head(struct hb_wire_stream *stream)
{
    struct hb_wire_line line;
    size_t at = 0;

    stream->message.head = hb_buf_text(&stream->line);
    stream->message.head_bytes = stream->line.length;
    if (!hb_wire_next_line(stream->message.head, stream->message.head_bytes, &at, &line) ||
        !is_request_line(&line)) {
        become_opaque(stream, "it is not HTTP/1.1");
        return;
    }
    if (!read_framing(stream))
        return;
    if (stream->message.framing == HB_WIRE_CHUNKED)
        stream->state = IN_CHUNK_SIZE;
    else if (stream->left > 0)
        stream->state = IN_BODY;
    else
        end_message(stream);
}

/* The line behind the head, without its end. */
static const char *collected(const struct hb_wire_stream *stream, size_t *ret_length)
{
    const char *text = hb_buf_text(&stream->line) + stream->message.head_bytes;

    *ret_length = stream->line.length - stream->message.head_bytes - 1;
    if (*ret_length > 0 && text[*ret_length - 1] == '\r')
        --*ret_length;
    return text;
}

static void drop_collected(struct hb_wire_stream *stream)
{
    stream->line.length = stream->message.head_bytes;
    stream->line.data[stream->line.length] = '\0';
}

static void end_chunk_line(struct hb_wire_stream *stream)
{
    size_t length, digits = 0;
    const char *text = collected(stream, &length);

    while (digits < length && digit_value(text[digits], 16) >= 0)
        digits++;
    if (stream->state == IN_CHUNK_SIZE && !read_number(text, digits, 16, &stream->left))
        become_opaque(stream, "the size of a chunk is no size");
    else if (stream->state == IN_CHUNK_SIZE)
        stream->state = stream->left > 0 ? IN_CHUNK : IN_TRAILER;
    else if (stream->state == AFTER_CHUNK)
        stream->state = IN_CHUNK_SIZE;
    else if (length == 0) {
        end_message(stream);
        return;
    }
    if (stream->opaque == NULL)
        drop_collected(stream);
}

static bool is_end_of_head(const struct hb_buf *line)
{
    const char *text = hb_buf_text(line);
    size_t length = line->length;

    return (length >= 2 && memcmp(text + length - 2, "\n\n", 2) == 0) ||
           (length >= 4 && memcmp(text + length - 4, "\r\n\r\n", 4) == 0);
}

/* What begins like something that we know cannot be read is named; it needs a few bytes. */
static void recognise(struct hb_wire_stream *stream)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n";
    const char *text = hb_buf_text(&stream->line);

    if (text[0] == 0x16)
        become_opaque(stream, "it is encrypted");
    else if (stream->line.length == sizeof preface - 1 &&
             memcmp(text, preface, sizeof preface - 1) == 0)
        become_opaque(stream, "it is HTTP/2, whose headers are compressed");
    else if (stream->line.length >= HB_WIRE_HEAD_MAX)
        become_opaque(stream, "its head is longer than 64 KiB");
}

static void take_head_byte(struct hb_wire_stream *stream, char byte)
{
    /* Empty lines before a request are allowed. */
    if (stream->line.length == 0 && (byte == '\r' || byte == '\n'))
        return;
    hb_buf_putc(&stream->line, byte);
    recognise(stream);
    if (stream->opaque == NULL && byte == '\n' && is_end_of_head(&stream->line))
        end_head(stream);
}

static void take_chunk_byte(struct hb_wire_stream *stream, char byte)
{
    hb_buf_putc(&stream->line, byte);
    if (byte == '\n')
        end_chunk_line(stream);
    else if (stream->line.length - stream->message.head_bytes > CHUNK_LINE_MAX)
        become_opaque(stream, "a line between its chunks is longer than 4 KiB");
}

static size_t take_body(struct hb_wire_stream *stream, const char *data, size_t length)
{
    size_t part = length < stream->left ? length : (size_t)stream->left;

    XXH64_update(&stream->hash, data, part);
    stream->message.body_bytes += part;
    stream->message.bytes += part;
    stream->left -= part;
    if (stream->left > 0)
        return part;
    if (stream->state == IN_CHUNK)
        stream->state = AFTER_CHUNK;
    else
        end_message(stream);
    return part;
}

void hb_wire_stream_feed(struct hb_wire_stream *stream, const char *data, size_t length)
{
    for (size_t at = 0; at < length && stream->opaque == NULL;) {
        if (stream->state == IN_BODY || stream->state == IN_CHUNK) {
            at += take_body(stream, data + at, length - at);
            continue;
        }
        stream->message.bytes++;
        if (stream->state == IN_HEAD)
            take_head_byte(stream, data[at]);
        else
            take_chunk_byte(stream, data[at]);
        at++;
    }
}

void hb_wire_stream_init(struct hb_wire_stream *stream,
                         void (*took)(void *context, const struct hb_wire_message *message),
                         void *context)
{
    *stream = (struct hb_wire_stream){.took = took, .context = context};
    hb_buf_init(&stream->line, HB_WIRE_HEAD_MAX + CHUNK_LINE_MAX + 2);
    begin_message(stream);
}

void hb_wire_stream_release(struct hb_wire_stream *stream)
{
    hb_buf_release(&stream->line);
}
