/* 02_linear.c - y = W x + b, refined one product of digit planes at a time, with a bound that holds at every moment.
 *
 * Output:
 *     product (1,1): y = [ 2203 2 ], off by less than 23808, for this x at most 8385
 *     product (1,2): y = [ 3131 -958 ], off by less than 13008, for this x at most 945
 *     product (2,1): y = [ 3227 -990 ], off by less than 2208, for this x at most 465
 *     product (2,2): y = [ 3288 -1062 ], off by less than 1533, for this x at most 0
 */
#define SUCREF_IMPLEMENTATION
#include "../sucref.h"
#include <stdio.h>

int main(void)
{
    enum { ROWS = 2, COLS = 3 };
    const int8_t p[] = { 8, 4, 0 }; /* two digits of four bits, for weights and inputs alike */
    const int32_t w[ROWS * COLS] = { 23, -45, 67, -89, 10, -1 }, x[COLS] = { 12, 5, 46 }, bias[ROWS] = { 155, 2 };
    int16_t w_digit[2 * ROWS * COLS], x_digit[2 * COLS];
    int32_t y[ROWS];
    const sucref_vector v = sucref_vector_of(p, 3);
    const sucref_linear_layer layer = { w_digit, x_digit, bias, v, v, ROWS, COLS };
    sucref_linear l;
    if (sucref_partition(w_digit, w, ROWS * COLS, 0, v, SUCREF_SATURATE) != SUCREF_OK ||
        sucref_partition(x_digit, x, COLS, 0, v, SUCREF_SATURATE) != SUCREF_OK ||
        sucref_linear_init(&l, y, &layer) != SUCREF_OK) {
        return 1;
    }
    while (l.next < l.n_products) {
        const sucref_product g = l.gamma[l.next];
        (void)sucref_linear_step(&l);
        printf("product (%d,%d): y = [ %ld %ld ], off by less than %lu, for this x at most %lu\n", g.i, g.j, (long)y[0],
               (long)y[1], (unsigned long)sucref_linear_bound(&l, l.next), (unsigned long)sucref_linear_rest(&l));
    }
    return 0;
}
