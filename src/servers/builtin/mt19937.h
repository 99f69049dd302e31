/*
 * The Mersenne Twister (Matsumoto and Nishimura 1998) seeded as Python's random.seed(int) does it,
 * so that /bytes/N?seed=S gives the very bytes that httpbin gives.
 */
#ifndef HB_SERVERS_BUILTIN_MT19937_H
#define HB_SERVERS_BUILTIN_MT19937_H

#include <stddef.h>
#include <stdint.h>

#define HB_MT19937_WORDS 624

struct hb_mt19937 {
    uint32_t words[HB_MT19937_WORDS];
    size_t next;
};

void hb_mt19937_seed(struct hb_mt19937 *twister, uint64_t seed);
uint32_t hb_mt19937_next(struct hb_mt19937 *twister);

/* random.randint(0, 255) */
unsigned char hb_mt19937_byte(struct hb_mt19937 *twister);

#endif
