/* Masking within JSON. */
#ifndef HB_STORE_MASK_H
#define HB_STORE_MASK_H

struct hb_secrets;

/*
 * A copy of a JSON text in which secrets are masked in every string and key, so that no escape
 * sequence hides one. What is not JSON is masked as plain text. The caller frees; NULL for NULL.
 */
char *hb_mask_json(const struct hb_secrets *secrets, const char *json);

#endif
