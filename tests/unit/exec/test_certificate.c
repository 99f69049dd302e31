/* Certificates, judged by the openssl program in its strict mode. */
#include "../test.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exec/certificate.h"
#include "exec/rundir.h"
#include "registry/capture.h"

#define A_WHILE_NS (30 * HB_NS_PER_S)

struct fixture {
    struct hb_rundir dir;
    char authority[PATH_MAX], certificate[PATH_MAX], key[PATH_MAX];
};

static void write_file(struct fixture *f, const char *name, const struct hb_buf *text,
                       char path[PATH_MAX])
{
    assert_int_equal(hb_rundir_write(&f->dir, name, hb_buf_text(text), text->length, path, NULL),
                     0);
}

static int set_up(void **state)
{
    struct fixture *f = hb_alloc(sizeof *f);
    struct hb_certificates certificates;

    assert_int_equal(hb_certificates_make(&certificates, NULL), 0);
    assert_int_equal(hb_rundir_make(&f->dir, NULL), 0);
    write_file(f, "authority", &certificates.authority, f->authority);
    write_file(f, "certificate", &certificates.certificate, f->certificate);
    write_file(f, "key", &certificates.key, f->key);
    hb_certificates_release(&certificates);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    hb_rundir_remove(&f->dir);
    free(f);
    return 0;
}

/* Run openssl; what it printed is in `capture`. Skips the test where it is not installed. */
static int openssl(struct hb_capture *capture, const char *const *arguments)
{
    char *argv[16] = {(char[]){"/usr/bin/openssl"}};

    for (size_t i = 0; arguments[i] != NULL; i++)
        argv[i + 1] = hb_strdup(arguments[i]);
    if (access(argv[0], X_OK) != 0)
        skip();
    hb_capture_init(capture, 65536);
    assert_int_equal(hb_capture_run(capture, argv, A_WHILE_NS, NULL), 0);
    for (size_t i = 1; argv[i] != NULL; i++)
        free(argv[i]);
    return capture->status;
}

static void check_verify(const struct fixture *f, const char *option, const char *value,
                         bool expected)
{
    const char *const arguments[] = {
        "verify",     "-x509_strict", "-purpose", "sslserver",    "-CAfile",
        f->authority, option,         value,      f->certificate, NULL};
    struct hb_capture capture;
    bool verified = openssl(&capture, arguments) == 0;

    if (verified != expected)
        fail_msg("%s %s: %s%s", option, value, hb_buf_text(&capture.out),
                 hb_buf_text(&capture.err));
    hb_capture_release(&capture);
}

static void a_strict_verifier_trusts_it_for_loopback_and_nothing_else(void **state)
{
    check_verify(*state, "-verify_hostname", "localhost", true);
    check_verify(*state, "-verify_ip", "127.0.0.1", true);
    check_verify(*state, "-verify_hostname", "example.org", false);
    check_verify(*state, "-verify_ip", "127.0.0.2", false);
}

static void the_server_s_own_is_no_authority_and_has_key_identifiers(void **state)
{
    static const char *const wanted[] = {"CA:FALSE", "TLS Web Server Authentication",
                                         "X509v3 Subject Key Identifier",
                                         "X509v3 Authority Key Identifier", "ASN1 OID: prime256v1"};
    const struct fixture *f = *state;
    const char *const arguments[] = {"x509", "-in", f->certificate, "-noout", "-text", NULL};
    struct hb_capture capture;

    assert_int_equal(openssl(&capture, arguments), 0);
    for (size_t i = 0; i < HB_ARRAY_LEN(wanted); i++)
        assert_non_null(strstr(hb_buf_text(&capture.out), wanted[i]));
    hb_capture_release(&capture);
}

/* The public key, as PEM, of a file. */
static char *public_key(const char *const *arguments)
{
    struct hb_capture capture;
    char *text;

    assert_int_equal(openssl(&capture, arguments), 0);
    text = hb_strdup(hb_buf_text(&capture.out));
    hb_capture_release(&capture);
    return text;
}

static void key_and_certificate_belong_together_and_to_one_start(void **state)
{
    const struct fixture *f = *state;
    const char *const of_certificate[] = {"x509", "-in", f->certificate, "-noout", "-pubkey", NULL};
    const char *const of_key[] = {"pkey", "-in", f->key, "-pubout", NULL};
    struct hb_certificates others;
    char *first = public_key(of_certificate), *second = public_key(of_key);

    assert_string_equal(first, second);
    free(first);
    free(second);
    assert_int_equal(hb_certificates_make(&others, NULL), 0);
    assert_true(others.key.length > 0);
    hb_certificates_release(&others);
    hb_certificates_release(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_strict_verifier_trusts_it_for_loopback_and_nothing_else),
        TEST(the_server_s_own_is_no_authority_and_has_key_identifiers),
        TEST(key_and_certificate_belong_together_and_to_one_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
