/* test_npz.c - the readers of .npy and .npz: what numpy writes is read, in either order and precision; everything else
 * is refused by name; cut and damaged files are refused or read, never beyond their end. */
#include "test.h"
#include "rnd.h"
#include "npy_file.h"

/* an archive of two arrays in memory, as long as the members make it */
static uint8_t *archive(size_t *len, const npy_member *m, int n)
{
    uint8_t *dir = (uint8_t *)malloc(96 * 8), *p;
    size_t dir_len = 0, at = 0, k;
    FILE *f = tmpfile();
    int i;
    for (i = 0; i < n; i++) {
        at += npz_add(f, dir + dir_len, at, m[i].name, m[i].body, m[i].len);
        dir_len += 46 + npz_u16(dir + dir_len + 28);
    }
    CHECK(npz_end(f, dir, dir_len, n, at));
    *len = at + dir_len + 22;
    p = (uint8_t *)malloc(*len);
    rewind(f);
    k = fread(p, 1, *len, f);
    CHECK(k == *len);
    fclose(f);
    free(dir);
    return p;
}

static const float values[6] = { 1, -2, 3.5F, 0, 1e-3F, 7 };

static void whole_files(void)
{
    const double d[6] = { 1, -2, 3.5, 0, 1e-3, 7 };
    const float across[6] = { 1, 0, -2, 1e-3F, 3.5F, 7 };
    npy_member m[2];
    npz z;
    int k, i;
    m[1] = npy_new("b0", "'<f4'", "False", "(2,)", values, 8);
    for (k = 0; k < 4; k++) {
        size_t len;
        uint8_t *p;
        m[0] = k == 0   ? npy_new("W0", "'<f4'", "False", "(2, 3)", values, 24)
               : k == 1 ? npy_new("W0", "\"<f8\"", "False", "(2, 3)", d, 48)
               : k == 2 ? npy_new("W0", "'<f4'", "True", "(2,3)", across, 24)
                        : npy_new("W0", "'<f4'", "False", "( 2 , 3, )", values, 24);
        p = archive(&len, m, 2);
        CHECK(npz_parse(&z, p, len) == 0 && z.n == 2 && npz_get(&z, "W0") && npz_get(&z, "b0") && !npz_get(&z, "W1"));
        CHECK(z.a[0].dims == 2 && z.a[0].shape[0] == 2 && z.a[0].shape[1] == 3 && z.a[1].v[1] == -2);
        for (i = 0; i < 6; i++) { CHECK(z.a[0].v[i] == values[i]); }
        npz_free(&z);
        free(p);
    }
}

static void refused(const char *dtype, const char *order, const char *shape, size_t size, const char *why)
{
    static const uint8_t zeros[64];
    npy_member m = npy_new("W0", dtype, order, shape, zeros, size);
    size_t len;
    uint8_t *p = archive(&len, &m, 1);
    npz z;
    CHECK(npz_parse(&z, p, len) != 0 && strstr(z.why, why) != NULL);
    if (strstr(z.why, why) == NULL) { printf("  %s, not %s\n", z.why, why); }
    npz_free(&z);
    free(p);
}

static void headers_are_parsed(void)
{
    refused("[('<f4', '<f4'), ('x', '<i4')]", "False", "(2, 3)", 48, "structured");
    refused("'<i4'", "False", "(2, 3)", 24, "dtype");
    refused("'>f4'", "False", "(2, 3)", 24, "dtype");
    refused("'|O'", "False", "(2, 3)", 24, "dtype");
    refused("'|u1'", "False", "(2, 3)", 6, "dtype must be float32 or float64");
    refused("'<f4', 'x': 1", "False", "(2, 3)", 24, "other keys");
    refused("'<f4', 'descr': '<f4'", "False", "(2, 3)", 24, "other keys");
    refused("'<f4'", "Falsch", "(2, 3)", 24, "fortran_order");
    refused("'<f4'", "False", "2", 8, "tuple");
    refused("'<f4'", "False", "(2 3)", 24, "tuple");
    refused("'<f4'", "False", "(-2, 3)", 24, "sizes");
    refused("'<f4'", "False", "(0, 3)", 0, "empty or too large");
    refused("'<f4'", "False", "()", 4, "1 to 4 sizes");
    refused("'<f4'", "False", "(1, 2, 3, 1, 1)", 24, "1 to 4 sizes");
    refused("'<f4'", "False", "(65536,)", 24, "is cut short: it holds fewer bytes");
    refused("'<f4'", "False", "(4294967295, 4294967295)", 24, "too large");
    refused("'<f4'", "False", "(2, 3)", 20, "is cut short: it holds fewer bytes");
    refused("'<f4'", "False", "(2, 3)", 28, "holds more bytes");
    refused("'<f8'", "False", "(2, 3)", 24, "is cut short");
    refused("'<f4' ", "False", "(2, 3), 'shame': (2, 3)", 24, "other keys");
    refused("'<f4', }", "False", "(2, 3)", 24, "header");
}

static void values_are_checked(void)
{
    const double beyond[2] = { 1, -3.5e38 };
    npy_member m = npy_new("W0", "'<f8'", "False", "(1, 2)", beyond, 16);
    size_t len;
    uint8_t *p = archive(&len, &m, 1);
    npz z;
    CHECK(npz_parse(&z, p, len) != 0 && strstr(z.why, "beyond float32"));
    npz_free(&z);
    free(p);
}

static void archives_are_checked(void)
{
    npy_member m[2];
    size_t len, at;
    uint8_t *p, was;
    npz z;
    m[0] = m[1] = npy_new("W0", "'<f4'", "False", "(2, 3)", values, 24);
    p = archive(&len, m, 2);
    CHECK(npz_parse(&z, p, len) != 0 && strstr(z.why, "twice"));
    npz_free(&z);
    free(p);
    p = archive(&len, m, 1);
    p[30 + 6 + 140] ^= 1; /* a value */
    CHECK(npz_parse(&z, p, len) != 0 && strstr(z.why, "CRC"));
    npz_free(&z);
    p[30 + 6 + 140] ^= 1;
    for (at = len; npz_u32(p + at - 4) != 0x02014B50U; at--) { }
    was = p[at + 6];
    p[at + 6] = 8;
    CHECK(npz_parse(&z, p, len) != 0 && strstr(z.why, "compressed"));
    npz_free(&z);
    p[at + 6] = was;
    p[at + 4] = 1;
    CHECK(npz_parse(&z, p, len) != 0 && strstr(z.why, "encrypted"));
    npz_free(&z);
    free(p);
    CHECK(npz_write(test_path("no such directory/x.npz"), NULL, 0) != 0);
}

static void damaged_files(void)
{
    npy_member m[2];
    size_t len, n;
    uint8_t *p, *q;
    npz z;
    m[0] = npy_new("W0", "'<f4'", "False", "(2, 3)", values, 24);
    m[1] = npy_new("b0", "'<f8'", "True", "(2,)", values, 16);
    p = archive(&len, m, 2);
    for (n = 0; n < len; n++) { /* cut everywhere */
        q = (uint8_t *)malloc(n ? n : 1);
        memcpy(q, p, n);
        CHECK(npz_parse(&z, q, n) != 0 && z.why[0]);
        npz_free(&z);
        free(q);
    }
    q = (uint8_t *)malloc(len);
    for (n = 0; n < len * 12; n++) { /* damage, its CRC repaired: an error or not, but nothing outside */
        memcpy(q, p, len);
        q[n / 12] = (uint8_t)(n % 12 < 8    ? q[n / 12] ^ (1U << (n % 12))
                              : n % 12 == 8 ? 0U
                              : n % 12 == 9 ? 255U
                                            : rnd());
        if (n % 2) {
            const size_t dir = npz_u32(q + len - 6);
            if (dir < len - 70 && npz_u32(q + dir + 42) == 0 && npz_u32(q + dir + 24) == m[0].len) {
                npz_put(q + dir + 16, npz_crc(q + 36, m[0].len), 4);
            }
        }
        (void)npz_parse(&z, q, len);
        npz_free(&z);
    }
    free(q);
    free(p);
}

/* values of every type and their places, against a plain reading */
static void arrays_of_samples(void)
{
    static const uint8_t bytes[24] = { 0, 1, 127, 128, 255, 7 };
    npy_member m = npy_new("", "'|i1'", "True", "(2, 3, 4)", bytes, 24);
    unsigned i, j, k;
    npy a;
    CHECK(npy_parse(&a, m.body, m.len) == NULL && a.dims == 3 && a.count == 24 && a.kind == 'i');
    CHECK(npy_value(&a, 3) == -128 && npy_value(&a, 4) == -1 && npy_value(&a, 2) == 127);
    for (i = 0; i < 2; i++) {
        for (j = 0; j < 3; j++) {
            for (k = 0; k < 4; k++) { CHECK(npy_place(&a, (i * 3 + j) * 4 + k) == i + 2 * (j + 3 * k)); }
        }
    }
    m.body[6] = 4;
    CHECK(npy_parse(&a, m.body, m.len) != NULL && npy_parse(&a, m.body, 11) != NULL);
    m.body[6] = 2; /* four bytes of length */
    memmove(m.body + 12, m.body + 10, m.len - 10);
    m.body[10] = m.body[11] = 0;
    CHECK(npy_parse(&a, m.body, m.len + 2) == NULL && a.count == 24);
    m.body[11] = 1;
    CHECK(npy_parse(&a, m.body, m.len + 2) != NULL);
}

int main(int argc, char **argv)
{
    test_init(argc, argv);
    RUN("archives as numpy writes them", whole_files);
    RUN("headers are parsed, not searched", headers_are_parsed);
    RUN("values beyond float32 are refused", values_are_checked);
    RUN("members are checked", archives_are_checked);
    RUN("cut and damaged archives", damaged_files);
    RUN("arrays of samples", arrays_of_samples);
    return test_report("npz");
}
