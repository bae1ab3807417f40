/* The peer in C: what becomes of flows there and back, one after the other, in the words of peers/loop.py.

   Routes by 24 and 8 bits of an address and a row of hops; rules as bits by class of source, destination and
   port, of which the lowest that is set decides. See peers/plain_c.py for the arrays. */

#include <stdint.h>

enum { DELIVERED, DENIED, NOWHERE, LOOP, ABSENT = -1 };
enum { PEERING = 1, POOL = 6, MOST_HOPS = 8, CLASSES = 256, TCP = 6, UDP = 17 };

typedef struct {
    const uint32_t *address;                                            /* by VM */
    const int32_t *subnet, *atom;                                       /* by VM */
    const int32_t *direct, *blocks;                                     /* address -> atom */
    const uint8_t *hop;                                                 /* [subnet][atom] */
    const uint8_t *source_class, *destination_class, *port_class;       /* [group][atom or port atom] */
    const uint64_t *source_bits, *destination_bits, *port_bits, *allow; /* [group][class][word] */
    const uint16_t *port_atom;                                          /* by port */
    const uint8_t *no_udp;                                              /* by port, 1: the fabric has none */
    const int32_t *vm;                                                  /* by atom, or -1 */
    int64_t atoms, port_atoms, words, members;
} Network;

typedef struct {
    int64_t source, destination, port; /* atoms */
    int kind;                          /* TCP, UDP or another */
    uint32_t hash;
} Flow;

static inline int64_t atom_of(const Network *n, uint32_t address)
{
    int32_t found = n->direct[address >> 8];
    return found < 0 ? n->blocks[(-(int64_t)found - 1) * 256 + (address & 255)] : found;
}

static inline int allowed(const Network *n, int64_t group, const Flow *f)
{
    int64_t words = n->words;
    const uint64_t *source = n->source_bits + (group * CLASSES + n->source_class[group * n->atoms + f->source]) * words;
    const uint64_t *destination =
        n->destination_bits + (group * CLASSES + n->destination_class[group * n->atoms + f->destination]) * words;
    const uint64_t *port = n->port_bits +
        ((group * 3 + f->kind) * CLASSES + n->port_class[group * n->port_atoms + f->port]) * words;
    for (int64_t word = 0; word < words; word++) {
        uint64_t both = source[word] & destination[word] & port[word];
        if (both)
            return ((both & -both) & n->allow[group * words + word]) != 0;
    }
    return 0;
}

static inline uint32_t hash_of(uint32_t source, uint32_t destination, uint32_t protocol, uint32_t ports)
{
    uint32_t h = source ^ destination * 0x9E3779B1u ^ ports * 0x85EBCA77u ^ protocol * 0xC2B2AE3Du;
    h = (h ^ h >> 16) * 0x7FEB352Du;
    h = (h ^ h >> 15) * 0x846CA68Bu;
    return h ^ h >> 16;
}

/* One packet. `first` is the packet that opens the connection; groups remember it, so its answer meets no rules. */
static inline int way(const Network *n, int64_t *subnet, int64_t there, const Flow *f, int first, uint8_t *hops,
                      uint32_t *chain)
{
    for (int hop = 0; hop < MOST_HOPS; hop++) {
        int found = n->hop[*subnet * n->atoms + there];
        *hops = hop + 1;
        if (found >= POOL) {
            *subnet = found - POOL + 1;
            if (first && !allowed(n, 2 * *subnet + 1, f))
                return DENIED;
            *chain = *chain * 16 + f->hash % n->members + 1;
            if (first && !allowed(n, 2 * *subnet, f))
                return DENIED;
        } else if (found <= PEERING) {
            int32_t receiver = n->vm[there];
            if (receiver < 0)
                return NOWHERE;
            *subnet = n->subnet[receiver];
            return first && !allowed(n, 2 * *subnet + 1, f) ? DENIED : DELIVERED;
        } else
            return NOWHERE;
    }
    return LOOP;
}

void fates(const Network *n, int64_t count, const int32_t *source, const uint32_t *destination,
           const uint8_t *protocol, const uint16_t *source_port, const uint16_t *destination_port,
           int8_t *forward, int8_t *back, uint8_t *hops, uint32_t *chain)
{
    for (int64_t i = 0; i < count; i++) {
        int32_t sender = source[i];
        uint32_t there = destination[i], here = n->address[sender];
        int64_t subnet = n->subnet[sender];
        uint8_t back_hops;
        uint32_t back_chain = 0;
        forward[i] = NOWHERE, back[i] = ABSENT, hops[i] = 0, chain[i] = 0;
        if (there == here)
            forward[i] = DELIVERED;
        if (there == here || there >> 28 == 14)
            continue;
        Flow f = {n->atom[sender], atom_of(n, there), n->port_atom[destination_port[i]],
                  protocol[i] == TCP ? 0 : protocol[i] == UDP ? 1 : 2,
                  hash_of(here, there, protocol[i], (uint32_t)source_port[i] << 16 | destination_port[i])};
        forward[i] = DENIED;
        if (allowed(n, 2 * subnet, &f))
            forward[i] = protocol[i] == UDP && n->no_udp[destination_port[i]] ? NOWHERE : way(n, &subnet, f.destination, &f, 1, hops + i, chain + i);
        if (forward[i] == DELIVERED)
            back[i] = way(n, &subnet, f.source, &f, 0, &back_hops, &back_chain);
    }
}
