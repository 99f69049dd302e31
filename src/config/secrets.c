/* The set of values to hide. Small, so it is searched linearly at each character. */
#include "config/secrets.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void hb_secrets_init(struct hb_secrets *secrets)
{
    *secrets = (struct hb_secrets){0};
}

void hb_secrets_release(struct hb_secrets *secrets)
{
    for (size_t i = 0; i < secrets->count; i++)
        free(secrets->values[i]);
    free(secrets->values);
    hb_secrets_init(secrets);
}

void hb_secrets_add(struct hb_secrets *secrets, const char *value)
{
    size_t length = strlen(value), at = 0;

    if (length < HB_SECRET_MIN_BYTES)
        return;
    while (at < secrets->count && strlen(secrets->values[at]) > length)
        at++;
    for (size_t i = at; i < secrets->count && strlen(secrets->values[i]) == length; i++) {
        if (strcmp(secrets->values[i], value) == 0)
            return;
    }
    secrets->values =
        hb_grow(secrets->values, &secrets->capacity, secrets->count, sizeof *secrets->values);
    memmove(secrets->values + at + 1, secrets->values + at,
            (secrets->count - at) * sizeof *secrets->values);
    secrets->values[at] = hb_strdup(value);
    secrets->count++;
}

/* The length of the secret that `text` begins with, or 0. */
static size_t secret_at(const struct hb_secrets *secrets, const char *text)
{
    for (size_t i = 0; i < secrets->count; i++) {
        size_t length = strlen(secrets->values[i]);

        if (strncmp(text, secrets->values[i], length) == 0)
            return length;
    }
    return 0;
}

void hb_secrets_mask(const struct hb_secrets *secrets, const char *text, struct hb_buf *ret)
{
    const char *plain = text; /* not yet copied */

    if (secrets == NULL || secrets->count == 0) {
        hb_buf_puts(ret, text);
        return;
    }
    while (*text != '\0') {
        size_t length = secret_at(secrets, text);

        if (length == 0) {
            text++;
            continue;
        }
        hb_buf_append(ret, plain, (size_t)(text - plain));
        hb_buf_puts(ret, HB_SECRET_MASK);
        text += length;
        plain = text;
    }
    hb_buf_append(ret, plain, (size_t)(text - plain));
}

char *hb_secrets_masked(const struct hb_secrets *secrets, const char *text)
{
    struct hb_buf buf;

    hb_buf_init(&buf, SIZE_MAX / 4);
    hb_secrets_mask(secrets, text, &buf);
    if (buf.data == NULL)
        return hb_strdup("");
    return buf.data;
}
