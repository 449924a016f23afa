/* flatbuffer.h - reads tables, fields and vectors of a FlatBuffer that may hold any bytes: every offset is checked
 * before it is followed. What is absent or impossible has at = 0, and whatever is read from it is absent, too; *past
 * says whether an offset or a length led beyond the last byte, as in a file that is cut. */
#ifndef SUCREF_TOOL_FLATBUFFER_H
#define SUCREF_TOOL_FLATBUFFER_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct { const uint8_t *p; size_t n; int *past; } flat; /* the file */
typedef struct { flat f; size_t at, vtable, vtable_len; } flat_table;
typedef struct { uint32_t at, len; } flat_vector;

static inline uint32_t flat_u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline float flat_f32(const uint8_t *p)
{
    const uint32_t u = flat_u32(p);
    float f;
    memcpy(&f, &u, 4);
    return f;
}

static inline size_t flat_past(const flat *f)
{
    *f->past = 1;
    return 0;
}

/* a table's vtable lies where the signed number at its beginning says, before or behind it */
static inline flat_table flat_at(const flat *f, size_t at)
{
    flat_table b = { *f, 0, 0, 0 };
    int64_t v;
    if (at < 4) { return b; }
    if (at > f->n || f->n - at < 4) { flat_past(f); return b; }
    v = (int64_t)at - (int32_t)flat_u32(f->p + at);
    if (v > (int64_t)f->n - 4) { flat_past(f); }
    if (v < 0 || v > (int64_t)f->n - 4) { return b; }
    b.vtable_len = f->p[v] | (size_t)f->p[v + 1] << 8;
    if (b.vtable_len > f->n - (size_t)v) { flat_past(f); }
    if (b.vtable_len < 4 || b.vtable_len > f->n - (size_t)v) { return b; }
    b.vtable = (size_t)v;
    b.at = at;
    return b;
}

/* position of a field of `size` bytes, 0 where it is absent or outside */
static inline size_t flat_field(const flat_table *b, unsigned field, size_t size)
{
    const size_t slot = 4 + 2 * (size_t)field;
    size_t off;
    if (b->at == 0 || slot + 2 > b->vtable_len) { return 0; }
    off = b->f.p[b->vtable + slot] | (size_t)b->f.p[b->vtable + slot + 1] << 8;
    if (off == 0) { return 0; }
    return off > b->f.n - b->at || b->f.n - b->at - off < size ? flat_past(&b->f) : b->at + off;
}

/* a signed field of 1 or 4 bytes */
static inline long flat_int(const flat_table *b, unsigned field, size_t size, long otherwise)
{
    const size_t at = flat_field(b, field, size);
    return at == 0 ? otherwise : size == 1 ? (long)(int8_t)b->f.p[at] : (long)(int32_t)flat_u32(b->f.p + at);
}

static inline float flat_float(const flat_table *b, unsigned field, float otherwise)
{
    const size_t at = flat_field(b, field, 4);
    return at == 0 ? otherwise : flat_f32(b->f.p + at);
}

static inline size_t flat_follow(const flat_table *b, unsigned field)
{
    const size_t at = flat_field(b, field, 4);
    const size_t off = at == 0 ? 0 : flat_u32(b->f.p + at);
    if (off == 0) { return 0; }
    return off > b->f.n - at ? flat_past(&b->f) : at + off;
}

static inline flat_table flat_child(const flat *f, const flat_table *b, unsigned field)
{
    return flat_at(f, flat_follow(b, field));
}

/* a vector of items of `item` bytes; one that reaches outside is absent */
static inline flat_vector flat_vec(const flat_table *b, unsigned field, size_t item)
{
    flat_vector v = { 0, 0 };
    const size_t at = flat_follow(b, field);
    if (at == 0) { return v; }
    if (b->f.n - at >= 4) { v.len = flat_u32(b->f.p + at); }
    if (b->f.n - at < 4 || v.len > (b->f.n - at - 4) / item) {
        flat_past(&b->f);
        v.len = 0;
        return v;
    }
    v.at = (uint32_t)(at + 4);
    return v;
}

/* table k of a vector of tables */
static inline flat_table flat_item(const flat *f, flat_vector v, uint32_t k)
{
    const size_t at = v.at + 4 * (size_t)k;
    const uint32_t off = k < v.len ? flat_u32(f->p + at) : 0;
    if (off > f->n - at) { flat_past(f); }
    return flat_at(f, off == 0 || off > f->n - at ? 0 : at + off);
}

/* number k of a vector of int32, or `otherwise` */
static inline int32_t flat_number(const flat *f, flat_vector v, uint32_t k, int32_t otherwise)
{
    return k < v.len ? (int32_t)flat_u32(f->p + v.at + 4 * (size_t)k) : otherwise;
}
#endif
