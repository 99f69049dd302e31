/* The order of versions. One key for PEP 440 and for semantic versions: they agree on what they
 * share, and where a word means something to one only, the other has no such word. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/macros.h"
#include "registry/versions.h"

enum { RELEASE_NUMBERS_MAX = 12 };

/* What a version is on its way to, the first being the furthest from it. */
enum phase { PHASE_DEV, PHASE_OTHER, PHASE_ALPHA, PHASE_BETA, PHASE_CANDIDATE, PHASE_FINAL };

struct key {
    uint64_t epoch, release[RELEASE_NUMBERS_MAX];
    enum phase phase;
    uint64_t number;    /* of the phase: 2 of "rc2" */
    uint64_t post;      /* 1 + its number; 0: none */
    uint64_t dev;       /* its number; UINT64_MAX: none */
    const char *unread; /* what decides last: labels that mean nothing to us */
};

static const struct word {
    const char *text;
    enum phase phase; /* PHASE_FINAL: of a release that comes after it */
} words[] = {
    {"dev", PHASE_DEV},      {"a", PHASE_ALPHA},       {"alpha", PHASE_ALPHA},
    {"b", PHASE_BETA},       {"beta", PHASE_BETA},     {"c", PHASE_CANDIDATE},
    {"rc", PHASE_CANDIDATE}, {"pre", PHASE_CANDIDATE}, {"preview", PHASE_CANDIDATE},
    {"post", PHASE_FINAL},   {"rev", PHASE_FINAL},     {"r", PHASE_FINAL},
};

/* Saturates: such a number is no version's, but must not wrap. */
static uint64_t read_number(const char **at)
{
    uint64_t value = 0;

    for (; isdigit((unsigned char)**at); (*at)++) {
        uint64_t digit = (uint64_t)(**at - '0');

        value = value > (UINT64_MAX - 1 - digit) / 10 ? UINT64_MAX - 1 : value * 10 + digit;
    }
    return value;
}

static void read_release(const char **at, struct key *key)
{
    size_t count = 0;

    while (isdigit((unsigned char)**at)) {
        uint64_t number = read_number(at);

        if (count == 0 && **at == '!') {
            key->epoch = number;
            (*at)++;
            continue;
        }
        if (count < RELEASE_NUMBERS_MAX)
            key->release[count++] = number;
        if ((*at)[0] == '.' && isdigit((unsigned char)(*at)[1]))
            (*at)++;
    }
}

static const struct word *find_word(const char *text, size_t length)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(words); i++) {
        if (strlen(words[i].text) == length && strncasecmp(words[i].text, text, length) == 0)
            return &words[i];
    }
    return NULL;
}

static void skip_separators(const char **at)
{
    *at += strspn(*at, ".-_");
}

/* "rc.1", "post2", "dev". False: not a word of ours. */
static bool read_part(const char **at, struct key *key)
{
    const char *text = *at;
    const struct word *word;
    uint64_t number;

    while (isalpha((unsigned char)**at))
        (*at)++;
    word = find_word(text, (size_t)(*at - text));
    if (word == NULL)
        return false;
    skip_separators(at);
    number = read_number(at);
    if (word->phase == PHASE_DEV) {
        key->dev = number;
    } else if (word->phase == PHASE_FINAL) {
        key->post = number + 1;
    } else {
        key->phase = word->phase;
        key->number = number;
    }
    return true;
}

static struct key make_key(const char *version)
{
    struct key key = {.phase = PHASE_FINAL, .dev = UINT64_MAX, .unread = ""};
    const char *at = version + (version[0] == 'v' || version[0] == 'V');

    read_release(&at, &key);
    while (*at != '\0' && *at != '+') {
        const char *part = at;

        skip_separators(&at);
        if (*at == '\0' || *at == '+')
            break;
        if (!read_part(&at, &key)) {
            if (key.phase == PHASE_FINAL)
                key.phase = PHASE_OTHER;
            key.unread = part;
            break;
        }
    }
    if (*at == '+')
        key.unread = at;
    if (key.phase == PHASE_FINAL && key.post == 0 && key.dev != UINT64_MAX)
        key.phase = PHASE_DEV;
    return key;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int hb_version_compare(const char *a, const char *b)
{
    const struct key left = make_key(a), right = make_key(b);
    int order = compare_numbers(left.epoch, right.epoch);

    for (size_t i = 0; i < RELEASE_NUMBERS_MAX && order == 0; i++)
        order = compare_numbers(left.release[i], right.release[i]);
    if (order == 0)
        order = compare_numbers(left.phase, right.phase);
    if (order == 0)
        order = compare_numbers(left.number, right.number);
    if (order == 0)
        order = compare_numbers(left.post, right.post);
    if (order == 0)
        order = compare_numbers(left.dev, right.dev);
    return order != 0 ? order : strverscmp(left.unread, right.unread);
}

bool hb_version_is_numbered(const char *text)
{
    return isdigit((unsigned char)text[text[0] == 'v' || text[0] == 'V']) != 0;
}

bool hb_version_is_prerelease(const char *version)
{
    const struct key key = make_key(version);

    return key.phase != PHASE_FINAL || key.dev != UINT64_MAX;
}
