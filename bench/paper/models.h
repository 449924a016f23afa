/* models.h - the networks of examples/models as floats and as model files. Every call of the tool's preparation
 * (quantize, calibrate, certify, thresholds, parts) but the imported model's is in models.c. */
#ifndef SUCREF_BENCH_MODELS_H
#define SUCREF_BENCH_MODELS_H
#include "../../examples/tool/npz.h"
#define SUCREF_HOST
#include "../../sucref.h"

enum { STOPS = 4, CALIBRATE = 2000 };

/* examples/models/NAME.npz; ends the program where it is missing */
void models_read(npz *z, const char *name);

/* NAME quantized with one digit per width of `plan`, calibrated on the first 2,000 validation pictures; free() the
 * result, which m reads */
uint8_t *models_quantized(sucref_model *m, const char *name, float clip, int cut_input, const char *plan);
/* m with exit thresholds from the other 8,000 validation pictures, opened again as m */
uint8_t *models_with_exits(sucref_model *m);
/* m less its first `skipped` stops, calibrated again and with bounds, opened again as m */
uint8_t *models_certified(sucref_model *m, unsigned skipped);

/* what `sucref split` makes of one layer: bytes and most multiply-adds, all stops, of the data parts together, of the
 * parity parts together, of the layer alone; 0 where the layer has fewer rows than devices */
typedef struct { double bytes[3], macs[3]; } parts_cost;
int models_parts(parts_cost *out, const sucref_model *m, unsigned layer, unsigned n, unsigned r, unsigned protect);

int models_is_right(const sucref_answer *a, size_t picture);
#endif
