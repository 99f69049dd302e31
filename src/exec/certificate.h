/*
 * TLS material for servers that we start: an authority and one server certificate, both P-256, for
 * localhost and 127.0.0.1. Made anew for every sweep, valid for a few days, never trusted by
 * anything but the clients of that sweep.
 */
#ifndef HB_EXEC_CERTIFICATE_H
#define HB_EXEC_CERTIFICATE_H

#include "base/buf.h"
#include "base/error.h"

#define HB_CERTIFICATE_PEM_MAX_BYTES 65536

/* PEM texts. The authority's own key is not kept. A zeroed struct holds none yet. */
struct hb_certificates {
    struct hb_buf authority;   /* its certificate: what clients trust */
    struct hb_buf certificate; /* the server's, then the authority's */
    struct hb_buf key;         /* the server's: secret */
};

int hb_certificates_make(struct hb_certificates *ret_certificates,
                         struct hb_error *err) HB_MUST_CHECK;
/* Make them unless they have been made. */
int hb_certificates_ensure(struct hb_certificates *certificates,
                           struct hb_error *err) HB_MUST_CHECK;
/* Forget the key and zero the struct. NULL-safe. */
void hb_certificates_release(struct hb_certificates *certificates);

#endif
