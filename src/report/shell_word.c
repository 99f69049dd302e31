/* Quoting for POSIX shells. */
#include "report/shell_word.h"

#include <string.h>

void hb_shell_word_put(struct hb_buf *ret, const char *word)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_-./:=,@+%";

    if (word[0] != '\0' && word[strspn(word, safe)] == '\0') {
        hb_buf_puts(ret, word);
        return;
    }
    hb_buf_putc(ret, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            hb_buf_puts(ret, "'\\''");
        else
            hb_buf_putc(ret, *word);
    }
    hb_buf_putc(ret, '\'');
}
