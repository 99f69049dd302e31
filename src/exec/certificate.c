/*
 * Certificates by OpenSSL's library, with the extensions that strict clients insist on: rustls
 * refuses an authority's certificate as a server's, and Python from 3.13 on wants key identifiers.
 */
#include "exec/certificate.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define BEFORE_S (-3600L) /* clocks that disagree a little */
#define AFTER_S (7L * 24 * 3600)

struct extension {
    int nid;
    const char *value;
};

static const struct extension authority_extensions[] = {
    {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
    {NID_key_usage, "critical,keyCertSign,cRLSign"},
    {NID_subject_key_identifier, "hash"},
    {NID_authority_key_identifier, "keyid:always"},
};

static const struct extension server_extensions[] = {
    {NID_basic_constraints, "critical,CA:FALSE"},
    {NID_key_usage, "critical,digitalSignature"},
    {NID_ext_key_usage, "serverAuth"},
    {NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"},
    {NID_subject_key_identifier, "hash"},
    {NID_authority_key_identifier, "keyid:always"},
};

static void free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void free_certificate(X509 **certificate)
{
    X509_free(*certificate);
}

static void free_bio(BIO **bio)
{
    BIO_free(*bio);
}

static int fail(struct hb_error *err, const char *what)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());

    ERR_clear_error();
    return hb_fail(err, HB_ERR_INTERNAL, "%s: %s", what, reason != NULL ? reason : "refused");
}

static int add_extensions(X509 *certificate, X509 *issuer, const struct extension *extensions,
                          size_t count, struct hb_error *err)
{
    X509V3_CTX context;

    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    for (size_t i = 0; i < count; i++) {
        X509_EXTENSION *extension =
            X509V3_EXT_conf_nid(NULL, &context, extensions[i].nid, extensions[i].value);
        int added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;

        X509_EXTENSION_free(extension);
        if (!added)
            return fail(err, OBJ_nid2ln(extensions[i].nid));
    }
    return 0;
}

static int set_serial(X509 *certificate)
{
    unsigned char bytes[8];
    uint64_t number = 0;

    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return 0;
    for (size_t i = 0; i < sizeof bytes; i++)
        number = number << 8 | bytes[i];
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number >> 1 | 1);
}

/* All but the extensions and the signature. */
static X509 *begin_certificate(const char *name, EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_NAME *subject = X509_NAME_new();

    if (certificate == NULL || subject == NULL || X509_set_version(certificate, 2) != 1 ||
        set_serial(certificate) != 1 ||
        X509_gmtime_adj(X509_getm_notBefore(certificate), BEFORE_S) == NULL ||
        X509_gmtime_adj(X509_getm_notAfter(certificate), AFTER_S) == NULL ||
        X509_set_pubkey(certificate, key) != 1 ||
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
                                   0) != 1 ||
        X509_set_subject_name(certificate, subject) != 1) {
        X509_free(certificate);
        certificate = NULL;
    }
    X509_NAME_free(subject);
    return certificate;
}

static int make_authority(EVP_PKEY *key, X509 **ret_certificate, struct hb_error *err)
{
    HB_CLEANUP(free_certificate)
    X509 *certificate = begin_certificate("http-benchmark authority", key);

    if (certificate == NULL ||
        X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) != 1)
        return fail(err, "authority");
    if (add_extensions(certificate, certificate, authority_extensions,
                       HB_ARRAY_LEN(authority_extensions), err) != 0)
        return -1;
    if (X509_sign(certificate, key, EVP_sha256()) == 0)
        return fail(err, "sign the authority's certificate");
    *ret_certificate = HB_TAKE(certificate);
    return 0;
}

static int make_server(EVP_PKEY *key, X509 *authority, EVP_PKEY *authority_key,
                       X509 **ret_certificate, struct hb_error *err)
{
    HB_CLEANUP(free_certificate) X509 *certificate = begin_certificate("localhost", key);

    if (certificate == NULL ||
        X509_set_issuer_name(certificate, X509_get_subject_name(authority)) != 1)
        return fail(err, "server certificate");
    if (add_extensions(certificate, authority, server_extensions, HB_ARRAY_LEN(server_extensions),
                       err) != 0)
        return -1;
    if (X509_sign(certificate, authority_key, EVP_sha256()) == 0)
        return fail(err, "sign the server's certificate");
    *ret_certificate = HB_TAKE(certificate);
    return 0;
}

static void append_memory(struct hb_buf *text, BIO *memory)
{
    const char *data = NULL;
    long length = BIO_get_mem_data(memory, &data);

    if (length > 0)
        hb_buf_append(text, data, (size_t)length);
}

static int put_certificate(struct hb_buf *text, X509 *certificate, struct hb_error *err)
{
    HB_CLEANUP(free_bio) BIO *memory = BIO_new(BIO_s_mem());

    if (memory == NULL || PEM_write_bio_X509(memory, certificate) != 1)
        return fail(err, "write a certificate");
    append_memory(text, memory);
    return 0;
}

static int put_key(struct hb_buf *text, EVP_PKEY *key, struct hb_error *err)
{
    HB_CLEANUP(free_bio) BIO *memory = BIO_new(BIO_s_mem());

    if (memory == NULL || PEM_write_bio_PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL) != 1)
        return fail(err, "write a key");
    append_memory(text, memory);
    return 0;
}

static int make(struct hb_certificates *certificates, struct hb_error *err)
{
    HB_CLEANUP(free_key) EVP_PKEY *authority_key = EVP_EC_gen("P-256");
    HB_CLEANUP(free_key) EVP_PKEY *key = EVP_EC_gen("P-256");
    HB_CLEANUP(free_certificate) X509 *authority = NULL;
    HB_CLEANUP(free_certificate) X509 *certificate = NULL;

    if (authority_key == NULL || key == NULL)
        return fail(err, "make a P-256 key");
    if (make_authority(authority_key, &authority, err) != 0 ||
        make_server(key, authority, authority_key, &certificate, err) != 0 ||
        put_certificate(&certificates->authority, authority, err) != 0 ||
        put_certificate(&certificates->certificate, certificate, err) != 0 ||
        put_certificate(&certificates->certificate, authority, err) != 0)
        return -1;
    return put_key(&certificates->key, key, err);
}

int hb_certificates_make(struct hb_certificates *ret_certificates, struct hb_error *err)
{
    struct hb_certificates certificates;

    hb_buf_init(&certificates.authority, HB_CERTIFICATE_PEM_MAX_BYTES);
    hb_buf_init(&certificates.certificate, HB_CERTIFICATE_PEM_MAX_BYTES);
    hb_buf_init(&certificates.key, HB_CERTIFICATE_PEM_MAX_BYTES);
    if (make(&certificates, err) != 0) {
        hb_certificates_release(&certificates);
        return hb_wrap(err, "certificates");
    }
    *ret_certificates = certificates;
    return 0;
}

int hb_certificates_ensure(struct hb_certificates *certificates, struct hb_error *err)
{
    return certificates->key.data != NULL ? 0 : hb_certificates_make(certificates, err);
}

void hb_certificates_release(struct hb_certificates *certificates)
{
    if (certificates == NULL)
        return;
    if (certificates->key.data != NULL)
        OPENSSL_cleanse(certificates->key.data, certificates->key.length);
    hb_buf_release(&certificates->authority);
    hb_buf_release(&certificates->certificate);
    hb_buf_release(&certificates->key);
    *certificates = (struct hb_certificates){0};
}
