/*
 * Errors as values. Formatting lives here; printing belongs to the command
 * line, the only layer that talks to people.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

HB_PRINTF(4, 0)
static void fill(struct hb_error *err, enum hb_error_code code, int sys_errno, const char *format,
                 va_list args)
{
    if (err == NULL)
        return;
    *err = (struct hb_error){.code = code, .sys_errno = sys_errno};
    vsnprintf(err->message, sizeof err->message, format, args);
}

int hb_fail(struct hb_error *err, enum hb_error_code code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(err, code, 0, format, args);
    va_end(args);
    return -1;
}

int hb_fail_errno(struct hb_error *err, int sys_errno, const char *format, ...)
{
    va_list args;
    size_t used;

    va_start(args, format);
    fill(err, HB_ERR_SYSTEM, sys_errno, format, args);
    va_end(args);
    if (err == NULL)
        return -1;
    used = strlen(err->message);
    snprintf(err->message + used, sizeof err->message - used, ": %s", strerror(sys_errno));
    return -1;
}

int hb_wrap(struct hb_error *err, const char *format, ...)
{
    char inner[HB_ERROR_MESSAGE_BYTES];
    va_list args;
    size_t used;

    if (err == NULL)
        return -1;
    memcpy(inner, err->message, sizeof inner);
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    used = strlen(err->message);
    snprintf(err->message + used, sizeof err->message - used, ": %s", inner);
    return -1;
}

int hb_error_exit_code(enum hb_error_code code)
{
    static const int exit_codes[] = {
        [HB_OK] = 0,
        [HB_ERR_INTERNAL] = 1,
        [HB_ERR_INPUT] = 2,
        [HB_ERR_SYSTEM] = 1,
        [HB_ERR_UNAVAILABLE] = 2,
        [HB_ERR_LIMIT] = 2,
        [HB_ERR_NOT_FOUND] = 2,
        [HB_ERR_RUN] = 6,
        [HB_ERR_BASELINE] = 5,
        [HB_ERR_INTERRUPTED] = 130,
    };

    return exit_codes[code];
}
