/* MT19937 with initialisation by array, written from the published recurrence. */
#include "servers/builtin/mt19937.h"

enum { N = HB_MT19937_WORDS, M = 397 };

static void seed_word(struct hb_mt19937 *twister, uint32_t seed)
{
    twister->words[0] = seed;
    for (uint32_t i = 1; i < N; i++) {
        uint32_t before = twister->words[i - 1];

        twister->words[i] = 1812433253u * (before ^ before >> 30) + i;
    }
}

/* One step of the mixing by array; keeps `*index` within 1 … N - 1. */
static void mix(struct hb_mt19937 *twister, size_t *index, uint32_t factor, uint32_t add)
{
    uint32_t *words = twister->words;
    uint32_t before = words[*index - 1];

    words[*index] = (words[*index] ^ (before ^ before >> 30) * factor) + add;
    if (++*index == N) {
        words[0] = words[N - 1];
        *index = 1;
    }
}

void hb_mt19937_seed(struct hb_mt19937 *twister, uint64_t seed)
{
    const uint32_t key[] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const size_t key_words = key[1] != 0 ? 2 : 1;
    size_t index = 1;

    seed_word(twister, 19650218u);
    for (size_t k = 0; k < N; k++) {
        uint32_t place = (uint32_t)(k % key_words);

        mix(twister, &index, 1664525u, key[place] + place);
    }
    for (size_t k = 1; k < N; k++)
        mix(twister, &index, 1566083941u, -(uint32_t)index);
    twister->words[0] = 0x80000000u;
    twister->next = N;
}

static void refill(struct hb_mt19937 *twister)
{
    uint32_t *words = twister->words;

    for (size_t i = 0; i < N; i++) {
        uint32_t joined = (words[i] & 0x80000000u) | (words[(i + 1) % N] & 0x7FFFFFFFu);

        words[i] = words[(i + M) % N] ^ joined >> 1 ^ ((joined & 1) != 0 ? 0x9908B0DFu : 0);
    }
    twister->next = 0;
}

uint32_t hb_mt19937_next(struct hb_mt19937 *twister)
{
    uint32_t word;

    if (twister->next == N)
        refill(twister);
    word = twister->words[twister->next++];
    word ^= word >> 11;
    word ^= word << 7 & 0x9D2C5680u;
    word ^= word << 15 & 0xEFC60000u;
    return word ^ word >> 18;
}

unsigned char hb_mt19937_byte(struct hb_mt19937 *twister)
{
    uint32_t nine_bits;

    do /* Python draws nine bits for a range of 256 and drops what is too large */
        nine_bits = hb_mt19937_next(twister) >> 23;
    while (nine_bits > 255);
    return (unsigned char)nine_bits;
}
