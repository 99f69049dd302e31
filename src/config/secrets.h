/*
 * What came from the environment and must not be shown. A variable's value is added when it is
 * used as text (a header, a body, a URL); where it stands for a number, a duration, a name or a
 * choice from a list it is not secret, since masking "16" everywhere would garble every report.
 *
 * Values shorter than HB_SECRET_MIN_BYTES are never masked by value in free text, for the same
 * reason. They are still shown unexpanded (`${NAME}`) wherever a scenario is printed.
 */
#ifndef HB_CONFIG_SECRETS_H
#define HB_CONFIG_SECRETS_H

#include <stddef.h>

#include "base/buf.h"

#define HB_SECRET_MIN_BYTES 4
#define HB_SECRET_MASK "***"

struct hb_secrets {
    char **values; /* longest first, so that a secret within another leaves no rest */
    size_t count, capacity;
};

void hb_secrets_init(struct hb_secrets *secrets);
void hb_secrets_release(struct hb_secrets *secrets);

/* Copies `value`. Too short and repeated ones are ignored. */
void hb_secrets_add(struct hb_secrets *secrets, const char *value);

/* Append `text` to `ret`, each secret in it as HB_SECRET_MASK. NULL `secrets`: nothing is secret.
 */
void hb_secrets_mask(const struct hb_secrets *secrets, const char *text, struct hb_buf *ret);

/* As above into fresh memory, which the caller frees. */
char *hb_secrets_masked(const struct hb_secrets *secrets, const char *text);

#endif
